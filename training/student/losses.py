# SPDX-License-Identifier: Apache-2.0
"""How wrong is a decision? Laplace likelihoods of a plan, of an action, and of the lane's borders.

Each term is a function of a decision and a target and knows nothing of where the target comes
from, so that other teachers and other terms can stand beside them.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from wpt_core.model import Decision, units

__all__ = [
    'Target',
    'Terms',
    'action_loss',
    'lane_loss',
    'mask_loss',
    'plan_loss',
    'steering_loss',
]

_LOSERS = 0.05
"""Weight of the hypotheses that were not nearest: enough that none is forgotten for good."""


@dataclass(frozen=True, eq=False, slots=True)
class Target:
    """What a teacher said of B samples."""

    plans: Tensor
    """(B, 33, 6), SI units."""
    known: Tensor
    """(B,) how many of the points are known, 0 without a label."""
    actions: Tensor
    """(B, 2): curvature and acceleration at now + actuator delay."""
    speeds_mps: Tensor
    """(B,) as the network was told."""
    lanes: Tensor
    """(B, 12, 2, 2): left and right border of the lane ahead, x and y; NaN where not known."""


@dataclass(frozen=True, slots=True)
class Terms:
    """Weights of the terms of a loss."""

    plan: float = 1.0
    action: float = 1.0
    choice: float = 0.2
    lane: float = 1.0
    mask: float = 4.0


def plan_loss(decision: Decision, target: Target, plan_scales: Tensor) -> tuple[Tensor, Tensor]:
    """Likelihood of the nearest hypothesis, and cross entropy of having chosen it; means over B.

    Nearest is which comes closest in place over the known points.
    """
    ahead = guess(target.speeds_mps)
    wanted = ((target.plans - ahead) / plan_scales)[:, None]
    points = torch.arange(wanted.shape[2], device=wanted.device)
    counted = (points < target.known[:, None])[:, None, :, None]
    away = (decision.means - wanted).abs()
    count = target.known.clamp(min=1).float()[:, None]
    places = (away[..., :2] * counted).sum(dim=(2, 3)) / count
    nearest = places.detach().argmin(dim=1)
    surprise = away / decision.log_scales.exp() + decision.log_scales + math.log(2.0)
    surprise = (surprise * counted).sum(dim=(2, 3)) / (count * wanted.shape[-1])
    won = surprise.gather(1, nearest[:, None])[:, 0]
    labelled = (target.known > 0).float()
    total = labelled.sum().clamp(min=1.0)
    likelihood = ((1.0 - _LOSERS) * won + _LOSERS * surprise.mean(dim=1)) * labelled
    choice = functional.cross_entropy(decision.logits, nearest, reduction='none') * labelled
    return likelihood.sum() / total, choice.sum() / total


def action_loss(decision: Decision, target: Target) -> Tensor:
    """Of curvature and acceleration, mean over B and both."""
    wanted = torch.stack(
        [_curvatures(target), target.actions[:, 1] / units.ACCELERATION_UNIT_MPS2], dim=1
    )
    lost = _known_apart(decision.action_means - wanted, decision.action_log_scales)
    return _mean_labelled(lost.mean(dim=1), target)


def steering_loss(said: Tensor, target: Target) -> Tensor:
    """Of the curvature alone: mean and logarithm of the scale (B, 2), mean over B."""
    return _mean_labelled(_known_apart(said[:, 0] - _curvatures(target), said[:, 1]), target)


def _curvatures(target: Target) -> Tensor:
    return target.actions[:, 0] / units.lateral_unit_1pm(target.speeds_mps)


def _known_apart(error: Tensor, log_scales: Tensor) -> Tensor:
    """The distance, and the likelihood of this distance by the scales.

    The scales learn from the errors and not the other way round: else what is easy, and has small
    scales, would count for more than the rare samples in which it matters what is done.
    """
    away = error.abs()
    return away + away.detach() / log_scales.exp() + log_scales + math.log(2.0)


def _mean_labelled(lost: Tensor, target: Target) -> Tensor:
    labelled = (target.known > 0).float()
    return (lost * labelled).sum() / labelled.sum().clamp(min=1.0)


def lane_loss(said: Tensor, target: Target) -> Tensor:
    """Mean distance in y to the lane's borders (B, 12, 2); farther ahead it counts less."""
    left_m = target.lanes[..., 1]
    there = torch.isfinite(left_m)
    reach = torch.linspace(0.4, 4.0, said.shape[1], device=said.device)[:, None]
    away = (said - left_m.nan_to_num() / reach).abs() * there
    return away.sum() / there.sum().clamp(min=1)


def mask_loss(said: Tensor, masks: Tensor, known: Tensor) -> Tensor:
    """Cross entropy of where the lane lies in the front view, (B, h, w), over the known (B,)."""
    surprise = functional.binary_cross_entropy_with_logits(said, masks, reduction='none')
    per_view = surprise.mean(dim=(1, 2)) * known
    return per_view.sum() / known.sum().clamp(min=1)


def guess(speeds_mps: Tensor) -> Tensor:
    """`units.constant_velocity` as a tensor, (B, 33, 6)."""
    ahead = torch.from_numpy(units.constant_velocity(speeds_mps.detach().cpu().numpy()))
    return ahead.to(speeds_mps.device)
