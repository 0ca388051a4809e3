# SPDX-License-Identifier: Apache-2.0
"""Nothing that is trained on is ever evaluated on: other streams, so other roads and looks."""

from collections.abc import Iterable
from dataclasses import fields
from zlib import crc32

import numpy as np
import pytest

from training.referee.arena import Case
from training.referee.closed_loop import FIRST_SEED
from training.referee.open_loop import FIRST_SEED as FIRST_HELD_OUT_SEED
from training.referee.proving_ground import ARENA
from training.referee.rows import Row
from training.simulators.proving_ground.scenarios import SUITE, training_scenario
from wpt_core.types import InputError
from wpt_core.vehicle import VehicleParameters
from wpt_sim.drivers import STRAIGHT
from wpt_sim.scenario import Episode, Scenario, Split, draw_episode, random_stream
from wpt_sim.suites import SUITES, run_scenario

EVALUATED = [scenario for suite in SUITES for scenario in suite.scenarios]


def episodes(pairs: Iterable[tuple[Scenario, int]], split: Split) -> list[Episode]:
    return [draw_episode(scenario, seed, split) for scenario, seed in pairs]


@pytest.fixture(scope='module')
def trained() -> list[Episode]:
    """As `record_episode` draws them: the number of the scenario is the seed."""
    indices = [*range(40), *range(FIRST_SEED, FIRST_SEED + 30), *range(2000, 2030)]
    return episodes(((training_scenario(index), index) for index in indices), Split.TRAINING)


@pytest.fixture(scope='module')
def evaluated() -> list[Episode]:
    pairs = [(scenario, FIRST_SEED) for scenario in EVALUATED[::2]]
    pairs += [(scenario, FIRST_HELD_OUT_SEED) for scenario in EVALUATED[1::2]]
    return episodes(pairs, Split.EVALUATION)


def road(episode: Episode) -> bytes:
    line = episode.road.reference
    return np.round(line.points_m[:: max(len(line.points_m) // 50, 1)], 3).tobytes()


def bends(episode: Episode) -> tuple[float, ...]:
    """The course without its heading: curvatures along the way, empty for a straight."""
    line = episode.road.reference
    along = np.round(line.curvature_at(np.arange(0.0, line.length_m, 10.0)), 6)
    return tuple(along) if along.any() else ()


def car(episode: Episode) -> tuple[float, ...]:
    return tuple(getattr(episode.parameters, f.name) for f in fields(VehicleParameters))


@pytest.mark.parametrize(
    'of',
    [road, bends, car, lambda episode: episode.look.seed],
    ids=['road', 'bends', 'car', 'look'],
)
def test_nothing_is_drawn_twice(trained: list[Episode], evaluated: list[Episode], of) -> None:
    learnt, judged = ({of(e) for e in one} - {()} for one in (trained, evaluated))
    assert len(learnt) > 50
    assert len(judged) > 30
    assert not learnt & judged


def test_the_split_is_part_of_the_key_of_every_stream() -> None:
    """So even the same scenario, seed and purpose never meet, whatever the numbers are."""
    assert len({crc32(split.value.encode()) for split in Split}) == len(Split)
    for seed in (0, FIRST_SEED, 2**31 - 1):
        for purpose in ('road', 'look', 'vehicle', 'traffic', 'wind', 'start', 'speed'):
            one, other = (
                random_stream(seed, EVALUATED[0].key, purpose=purpose, split=split).random(8)
                for split in Split
            )
            assert not set(one) & set(other)


def test_no_training_scenario_is_in_a_suite() -> None:
    assert SUITE not in {suite.name for suite in SUITES}
    keys = {scenario.key for scenario in EVALUATED}
    assert not keys & {training_scenario(index).key for index in range(50)}


def test_the_referee_refuses_training_scenarios() -> None:
    scenario = training_scenario(3)
    case = Case(scenario.suite, scenario.name, FIRST_SEED)
    for judge in (
        ARENA.description,
        lambda case: ARENA.drive(Row('straight'), case),
        lambda case: ARENA.plan_along([], case),
    ):
        with pytest.raises(InputError, match='suite: unknown name'):
            judge(case)


def test_the_referee_draws_from_the_evaluation_split() -> None:
    scenario = EVALUATED[0]
    judged = ARENA.drive(Row('straight'), Case(scenario.suite, scenario.name, FIRST_SEED))
    ends = {
        split: run_scenario(scenario, STRAIGHT, FIRST_SEED, split=split).log.position_error_m[-1]
        for split in Split
    }
    assert judged.final_offset_m == ends[Split.EVALUATION] != ends[Split.TRAINING]
