# SPDX-License-Identifier: Apache-2.0
"""The extractor: dead views have no influence, and each view keeps its position."""

from copy import deepcopy

import pytest
import torch
from model_samples import random_views
from torch import Tensor, nn

from wpt_core.model import Student

ALIVE = torch.tensor([[True, False, True, True, False, True]])


def views_of(student: Student, *, seed: int = 0) -> Tensor:
    return torch.from_numpy(random_views(student.config, seed=seed))[None]


@torch.no_grad()
def test_dead_views_have_no_influence(student: Student) -> None:
    views, other = views_of(student), views_of(student)
    other[~ALIVE] = 255 - other[~ALIVE]
    assert torch.equal(student.extract(views, ALIVE), student.extract(other, ALIVE))


@torch.no_grad()
def test_every_living_view_has_influence_and_its_own(student: Student) -> None:
    views, alive = views_of(student), torch.ones(1, 6, dtype=torch.bool)
    whole = student.extract(views, alive)
    changed = []
    for place in range(6):
        other, fewer = views.clone(), alive.clone()
        other[0, place] = 255 - other[0, place]
        fewer[0, place] = False
        changed += [student.extract(other, alive), student.extract(views, fewer)]
    for one, features in enumerate([whole, *changed]):
        for another in [whole, *changed][:one]:
            assert float((features - another).abs().max()) > 1e-3


@torch.no_grad()
def test_views_that_change_places_are_seen_in_other_places(student: Student) -> None:
    views, alive = views_of(student), torch.ones(1, 6, dtype=torch.bool)
    swapped = student.extract(views.roll(1, dims=1), alive)
    assert float((swapped - student.extract(views, alive)).abs().max()) > 1e-2


@torch.no_grad()
def test_a_batch_is_its_members(student: Student) -> None:
    views = torch.cat([views_of(student, seed=1), views_of(student, seed=2)])
    alive = torch.cat([ALIVE, ~ALIVE])
    both = student.extract(views, alive)
    for member in range(2):
        alone = student.extract(views[member, None], alive[member, None])
        torch.testing.assert_close(both[member, None], alone, rtol=1e-4, atol=1e-5)


@torch.no_grad()
def test_training_does_the_same_on_the_living_alone(student: Student) -> None:
    other = deepcopy(student)
    other.extractor.train()
    for module in other.extractor.modules():
        if isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d):
            module.eval()
    other.extractor.bottleneck.noise = 0.0
    views = torch.cat([views_of(student, seed=1), views_of(student, seed=2)])
    alive = torch.cat([ALIVE, ~ALIVE])
    expected, found = student.extract(views, alive), other.extract(views, alive)
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-5)


def test_the_dead_do_not_spoil_the_statistics_of_training(student: Student) -> None:
    statistics = []
    for value in (0, 255):
        learner = deepcopy(student).train()
        views = torch.cat([views_of(student, seed=1), views_of(student, seed=2)])
        alive = torch.cat([ALIVE, ALIVE])
        views[~alive] = value
        learner.extract(views, alive)
        first = learner.extractor.backbone[0][1]
        assert isinstance(first, nn.BatchNorm2d)
        statistics.append(first.running_mean)
    torch.testing.assert_close(statistics[0], statistics[1])


@torch.no_grad()
def test_without_any_image_there_are_features_still(student: Student) -> None:
    nothing = torch.zeros(1, 6, dtype=torch.bool)
    features = student.extract(views_of(student), nothing)
    assert float(features.square().mean()) == pytest.approx(1.0, rel=1e-3)
