# SPDX-License-Identifier: Apache-2.0
"""Losses of a decision: values computed by hand; unknown targets have no effect."""

import math
from dataclasses import replace

import pytest
import torch

from training.student.losses import Target, action_loss, guess, lane_loss, plan_loss, steering_loss
from wpt_core.model import Decision, units

HYPOTHESES, POINTS = 3, 33


def decision(means: torch.Tensor, log_scale: float = 0.0) -> Decision:
    batch = len(means)
    return Decision(
        means=means,
        log_scales=torch.full_like(means, log_scale),
        logits=torch.zeros(batch, HYPOTHESES),
        action_means=torch.zeros(batch, 2),
        action_log_scales=torch.zeros(batch, 2),
        query=torch.zeros(batch, 4),
    )


def target(plans: torch.Tensor, known: int = POINTS) -> Target:
    batch = len(plans)
    return Target(
        plans=plans,
        known=torch.full((batch,), known),
        actions=torch.zeros(batch, 2),
        speeds_mps=torch.full((batch,), 10.0),
        lanes=torch.full((batch, 12, 2, 2), float('nan')),
    )


SCALES = torch.ones(POINTS, 6)


def ahead(batch: int = 1) -> torch.Tensor:
    return guess(torch.full((batch,), 10.0))


def test_only_the_nearest_hypothesis_pays_in_full() -> None:
    means = torch.zeros(1, HYPOTHESES, POINTS, 6)
    means[0, 1] = 2.0
    means[0, 2] = -3.0
    likelihood, choice = plan_loss(decision(means), target(ahead() + 2.0), SCALES)
    away = (2.0 + 0.0 + 5.0) / 3
    by_hand = 0.95 * math.log(2.0) + 0.05 * (away + math.log(2.0))
    assert likelihood.item() == pytest.approx(by_hand, rel=1e-5)
    assert choice.item() == pytest.approx(math.log(HYPOTHESES), rel=1e-5)


def test_the_best_scale_is_the_mean_error() -> None:
    means = torch.zeros(1, HYPOTHESES, POINTS, 6)
    values = [
        plan_loss(decision(means, math.log(b)), target(ahead() + 0.5), SCALES)[0].item()
        for b in (0.4, 0.5, 0.6)
    ]
    assert values[1] == min(values)


def test_what_is_not_known_does_not_count() -> None:
    means = torch.zeros(2, HYPOTHESES, POINTS, 6)
    plans = ahead(2)
    plans[:, 20:] = 1e3
    known = target(plans, known=20)
    seen = plan_loss(decision(means), known, SCALES)[0]
    assert seen.item() == pytest.approx(math.log(2.0), rel=1e-5)
    one_unlabelled = replace(known, known=torch.tensor([20, 0]))
    assert plan_loss(decision(means), one_unlabelled, SCALES)[0].item() == pytest.approx(
        seen.item()
    )


def test_curvature_counts_as_lateral_acceleration() -> None:
    wanted = target(ahead())
    wanted = replace(wanted, actions=torch.tensor([[0.01, 0.0]]))
    loss = action_loss(decision(torch.zeros(1, HYPOTHESES, POINTS, 6)), wanted)
    lateral = 0.01 / float(units.lateral_unit_1pm(torch.tensor(10.0)))
    # As a distance and as a likelihood at scale 1; the mean with an acceleration that is right.
    assert loss.item() == pytest.approx(2 * 0.5 * lateral + math.log(2.0), rel=1e-5)


def test_how_sure_an_action_is_does_not_change_what_it_learns() -> None:
    wanted = replace(target(ahead()), actions=torch.tensor([[0.01, 0.0]]))
    pulls = []
    for log_scale in (-2.0, 1.0):
        made = decision(torch.zeros(1, HYPOTHESES, POINTS, 6))
        means = made.action_means.clone().requires_grad_()
        scales = torch.full_like(means, log_scale)
        action_loss(made._replace(action_means=means, action_log_scales=scales), wanted).backward()
        assert means.grad is not None
        pulls.append(means.grad)
    assert torch.equal(pulls[0], pulls[1])


def test_unknown_borders_cost_nothing_and_give_no_gradient() -> None:
    said = torch.ones(2, 12, 2, requires_grad=True)
    lanes = torch.zeros(2, 12, 2, 2)
    lanes[1] = float('nan')
    loss = lane_loss(said, replace(target(ahead(2)), lanes=lanes))
    loss.backward()
    assert loss.item() == pytest.approx(1.0)
    assert said.grad is not None
    assert said.grad[1].abs().max() == 0.0


def test_steering_is_judged_as_the_curvature_of_an_action_is() -> None:
    wanted = replace(target(ahead()), actions=torch.tensor([[0.01, 0.0]]))
    lateral = 0.01 / float(units.lateral_unit_1pm(torch.tensor(10.0)))
    said = torch.tensor([[0.0, 0.5]])
    expected = lateral + lateral / math.exp(0.5) + 0.5 + math.log(2.0)
    assert steering_loss(said, wanted).item() == pytest.approx(expected, rel=1e-5)
    unlabelled = replace(wanted, known=torch.tensor([0]))
    assert steering_loss(said, unlabelled).item() == 0.0
