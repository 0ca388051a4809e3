# SPDX-License-Identifier: Apache-2.0
"""Which episodes a training is validated on."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from training.cli.prepare import HELD_OUT, Prepare, jobs
from training.episodes.episode import VALIDATION
from training.student.features import held_out_names, split_episodes


def some(count: int, *, split: str = 'training', name: str = 'drive') -> list[Any]:
    about = SimpleNamespace(split=split)
    return [
        SimpleNamespace(path=Path(f'/data/{name}_{number}'), about=about)
        for number in range(count)
    ]


def test_what_was_held_out_is_validated_on_and_nothing_else_is_taken_away() -> None:
    learnt, marked = some(100), some(3, split=VALIDATION, name='held_out')
    names = held_out_names([*marked, *learnt])
    assert split_episodes([*marked, *learnt], names) == (learnt, marked)


@pytest.mark.parametrize(('count', 'taken'), [(2, 0), (4, 0), (5, 1), (39, 1), (100, 5)])
def test_of_other_episodes_one_in_twenty_is_taken_away(count: int, taken: int) -> None:
    assert len(held_out_names(some(count))) == taken


def test_the_same_ones_are_taken_away_in_any_order_and_place() -> None:
    episodes = some(100)
    elsewhere = [SimpleNamespace(path=Path('/x') / e.path.name, about=e.about) for e in episodes]
    assert held_out_names(episodes) == held_out_names(elsewhere[::-1])


def test_prepare_marks_what_it_holds_out_and_draws_it_from_other_scenarios() -> None:
    made = jobs(Prepare(perturbed=3, clean=2, beside=1, held_out=4))
    held_out = [job for job in made if job.split == VALIDATION]
    assert len(held_out) == 4
    assert {job.index for job in held_out} == set(range(HELD_OUT, HELD_OUT + 4))
    assert all(job.index < HELD_OUT for job in made if job not in held_out)
    assert len({job.path for job in made}) == 10
