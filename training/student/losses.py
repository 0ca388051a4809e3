# SPDX-License-Identifier: Apache-2.0
"""Losses: Laplace likelihoods of plan and action, lane borders, lane mask.

Each term is a function of a decision and a target, independent of the teacher.
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

_OTHERS_WEIGHT = 0.05
"""Weight of the hypotheses that are not nearest, so that all of them keep learning."""


@dataclass(frozen=True, eq=False, slots=True)
class Target:
    """Labels of B samples."""

    plans: Tensor
    """(B, 33, 6), SI units."""
    known: Tensor
    """(B,): number of known points, 0 without a label."""
    actions: Tensor
    """(B, 2): curvature and acceleration at the sample's time + actuator delay."""
    speeds_mps: Tensor
    """(B,): speed in the conditions of the network."""
    lanes: Tensor
    """(B, 12, 2, 2): left and right border of the lane ahead, x and y; NaN where unknown."""


@dataclass(frozen=True, slots=True)
class Terms:
    """Weights of the terms of a loss."""

    plan: float = 1.0
    action: float = 1.0
    choice: float = 0.2
    lane: float = 1.0
    mask: float = 4.0


def plan_loss(decision: Decision, target: Target, plan_scales: Tensor) -> tuple[Tensor, Tensor]:
    """Return the NLL of the nearest hypothesis and the cross entropy of its logit, means over B.

    Nearest is the smallest distance of positions, summed over the known points.
    """
    ahead = guess(target.speeds_mps)
    wanted = ((target.plans - ahead) / plan_scales)[:, None]
    points = torch.arange(wanted.shape[2], device=wanted.device)
    counted = (points < target.known[:, None])[:, None, :, None]
    away = (decision.means - wanted).abs()
    count = target.known.clamp(min=1).float()[:, None]
    places = (away[..., :2] * counted).sum(dim=(2, 3)) / count
    nearest = places.detach().argmin(dim=1)
    nll = away / decision.log_scales.exp() + decision.log_scales + math.log(2.0)
    nll = (nll * counted).sum(dim=(2, 3)) / (count * wanted.shape[-1])
    won = nll.gather(1, nearest[:, None])[:, 0]
    labelled = (target.known > 0).float()
    total = labelled.sum().clamp(min=1.0)
    likelihood = ((1.0 - _OTHERS_WEIGHT) * won + _OTHERS_WEIGHT * nll.mean(dim=1)) * labelled
    choice = functional.cross_entropy(decision.logits, nearest, reduction='none') * labelled
    return likelihood.sum() / total, choice.sum() / total


def action_loss(decision: Decision, target: Target) -> Tensor:
    """Return the loss of curvature and acceleration, mean over B and both."""
    wanted = torch.stack(
        [_curvatures(target), target.actions[:, 1] / units.ACCELERATION_UNIT_MPS2], dim=1
    )
    lost = _error_and_nll(decision.action_means - wanted, decision.action_log_scales)
    return _mean_labelled(lost.mean(dim=1), target)


def steering_loss(outputs: Tensor, target: Target) -> Tensor:
    """Return the loss of the curvature; `outputs` (B, 2) are mean and log scale."""
    return _mean_labelled(
        _error_and_nll(outputs[:, 0] - _curvatures(target), outputs[:, 1]), target
    )


def _curvatures(target: Target) -> Tensor:
    return target.actions[:, 0] / units.lateral_unit_1pm(target.speeds_mps)


def _error_and_nll(error: Tensor, log_scales: Tensor) -> Tensor:
    """Return the absolute error plus its NLL with a gradient for the scales only.

    With a plain NLL, easy samples with small scales outweigh the rare samples that matter.
    """
    away = error.abs()
    return away + away.detach() / log_scales.exp() + log_scales + math.log(2.0)


def _mean_labelled(lost: Tensor, target: Target) -> Tensor:
    labelled = (target.known > 0).float()
    return (lost * labelled).sum() / labelled.sum().clamp(min=1.0)


def lane_loss(outputs: Tensor, target: Target) -> Tensor:
    """Return the mean y error of the lane borders (B, 12, 2), weighted less farther ahead."""
    left_m = target.lanes[..., 1]
    valid = torch.isfinite(left_m)
    reach = torch.linspace(0.4, 4.0, outputs.shape[1], device=outputs.device)[:, None]
    away = (outputs - left_m.nan_to_num() / reach).abs() * valid
    return away.sum() / valid.sum().clamp(min=1)


def mask_loss(outputs: Tensor, masks: Tensor, known: Tensor) -> Tensor:
    """Return the cross entropy of lane masks (B, h, w), mean over the known (B,)."""
    nll = functional.binary_cross_entropy_with_logits(outputs, masks, reduction='none')
    per_view = nll.mean(dim=(1, 2)) * known
    return per_view.sum() / known.sum().clamp(min=1)


def guess(speeds_mps: Tensor) -> Tensor:
    """`units.constant_velocity` as a tensor, (B, 33, 6)."""
    ahead = torch.from_numpy(units.constant_velocity(speeds_mps.detach().cpu().numpy()))
    return ahead.to(speeds_mps.device)
