# SPDX-License-Identifier: Apache-2.0
"""The steering head depends on the borders now and before, and on nothing else."""

import pytest
import torch

from wpt_core.model import CONDITIONS, Student
from wpt_core.model.steering_head import BORDER_POINTS


@pytest.fixture
def borders() -> torch.Tensor:
    return torch.randn(2, 10, BORDER_POINTS, 2, generator=torch.Generator().manual_seed(3))


@pytest.fixture
def told() -> torch.Tensor:
    return torch.randn(2, 10, CONDITIONS, generator=torch.Generator().manual_seed(4))


@torch.no_grad()
@pytest.mark.parametrize('ago', range(7))
def test_it_looks_one_two_and_four_steps_back(
    student: Student, borders: torch.Tensor, told: torch.Tensor, ago: int
) -> None:
    known = torch.ones(2, 10, dtype=torch.bool)
    before = student.steering(borders, told, known)[:, -1]
    borders[:, 9 - ago] += 1.0
    moved = (student.steering(borders, told, known)[:, -1] - before).abs().max()
    assert (float(moved) > 1e-5) == (ago in (0, 1, 2, 4))


@torch.no_grad()
@pytest.mark.parametrize(('gone', 'instead'), [(4, 2), (2, 1), (1, 0)])
def test_in_place_of_an_unknown_step_stands_the_next_later_one(
    student: Student, borders: torch.Tensor, told: torch.Tensor, gone: int, instead: int
) -> None:
    known = torch.ones(2, 10, dtype=torch.bool)
    filled = borders.clone()
    filled[:, 9 - gone] = borders[:, 9 - instead]
    wanted = student.steering(filled, told, known)[:, -1]
    known[:, 9 - gone] = False
    borders[:, 9 - gone] = 1e6
    torch.testing.assert_close(student.steering(borders, told, known)[:, -1], wanted)
