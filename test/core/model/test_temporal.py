# SPDX-License-Identifier: Apache-2.0
"""The temporal model uses neither future nor unknown steps."""

import pytest
import torch
from torch import Tensor

from wpt_core.model import CONDITIONS, Student

Sample = tuple[Tensor, Tensor, Tensor]


@pytest.fixture
def sample(student: Student) -> Sample:
    """Features, conditions, and a mask of known steps that is all True."""
    generator = torch.Generator().manual_seed(8)
    count = student.config.history
    features = torch.randn(2, count, student.config.features, generator=generator)
    conditions = torch.randn(2, count, CONDITIONS, generator=generator)
    return features, conditions, torch.ones(2, count, dtype=torch.bool)


@torch.no_grad()
@pytest.mark.parametrize('step', [0, 4, 9])
def test_no_query_depends_on_later_steps(student: Student, sample: Sample, step: int) -> None:
    features, conditions, known = sample
    before = student.temporal(features, conditions, known)
    features, conditions = features.clone(), conditions.clone()
    features[:, step] += 1.0
    conditions[:, step] -= 1.0
    after = student.temporal(features, conditions, known)
    assert torch.equal(before[:, :step], after[:, :step])
    for later in range(step, student.config.history):
        assert float((before[:, later] - after[:, later]).abs().max()) > 1e-4


@torch.no_grad()
def test_unknown_steps_have_no_influence_on_others(student: Student, sample: Sample) -> None:
    features, conditions, known = sample
    known[:, 3], known[0, 6] = False, False
    before = student.temporal(features, conditions, known)
    features, conditions = features.clone(), conditions.clone()
    features[~known] = 1e3
    conditions[~known] = -1e3
    after = student.temporal(features, conditions, known)
    torch.testing.assert_close(before[known], after[known])


@torch.no_grad()
def test_what_is_known_matters(student: Student, sample: Sample) -> None:
    features, conditions, known = sample
    before = student.decide(features, conditions, known).means
    known[:, 3] = False
    assert float((student.decide(features, conditions, known).means - before).abs().max()) > 1e-4


@torch.no_grad()
@pytest.mark.parametrize('count', [1, 4, 9])
def test_a_short_history_is_a_long_one_with_unknown_steps(
    student: Student, sample: Sample, count: int
) -> None:
    features, conditions, known = sample
    known[:, :-count] = False
    padded = student.decide(features, conditions, known)
    short = student.decide(features[:, -count:], conditions[:, -count:], known[:, -count:])
    for one, other in zip(padded, short, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-5)


@torch.no_grad()
def test_all_steps_at_once_are_the_newest_steps_of_shorter_histories(
    student: Student, sample: Sample
) -> None:
    """Training computes all steps together as the car does tick by tick."""
    features, conditions, known = sample
    at_once = student.decide_all(features, conditions, known)
    for step in range(student.config.history):
        until = slice(0, step + 1)
        alone = student.decide(features[:, until], conditions[:, until], known[:, until])
        torch.testing.assert_close(at_once.means[:, step], alone.means, rtol=1e-4, atol=1e-5)
        torch.testing.assert_close(at_once.logits[:, step], alone.logits, rtol=1e-4, atol=1e-5)


@torch.no_grad()
def test_the_same_thing_longer_ago_is_another_history(student: Student, sample: Sample) -> None:
    features, conditions, known = sample
    known[:, :-1] = False
    known[:, -2] = True
    near = student.temporal(features, conditions, known)[:, -1]
    moved, moved_known = features.clone(), known.clone()
    moved[:, 2] = features[:, -2]
    moved_conditions = conditions.clone()
    moved_conditions[:, 2] = conditions[:, -2]
    moved_known[:, -2], moved_known[:, 2] = False, True
    far = student.temporal(moved, moved_conditions, moved_known)[:, -1]
    assert float((near - far).abs().max()) > 1e-3


def test_a_step_that_nobody_knows_does_not_make_the_gradient_infinite(
    student: Student, sample: Sample
) -> None:
    features, conditions, known = sample
    leaf = features.clone().requires_grad_()
    decision = student.decide_all(leaf, conditions, torch.zeros_like(known))
    (gradient,) = torch.autograd.grad(decision.means.sum(), leaf)
    assert torch.isfinite(gradient).all()
