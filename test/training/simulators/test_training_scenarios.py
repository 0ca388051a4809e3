# SPDX-License-Identifier: Apache-2.0
"""Training scenarios: all are valid and different, with the content of suites."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from training.simulators.proving_ground.scenarios import SUITE, training_scenario
from training.simulators.proving_ground.variation import Perturbation, misaligned
from wpt_core.sensing import surround_rig
from wpt_core.types import Action, Command
from wpt_sim.randomness import exactly
from wpt_sim.road import RoadKind
from wpt_sim.scenario import Hand, Leg, Split, Turn, draw_episode
from wpt_sim.suites import SUITES

MANY = 150


def test_every_number_gives_a_drive_that_can_start() -> None:
    for number in [*range(MANY), 900_000, 200_123]:
        scenario = training_scenario(number)
        episode = draw_episode(scenario, number, Split.TRAINING)
        assert episode.road.length_m > scenario.duration_s * episode.set_speed_mps
        # Traffic was cast: a role beyond the road would have been refused.
        assert len(episode.traffic.bodies()) == len(scenario.roles)


def test_equal_numbers_are_equal_and_others_are_not() -> None:
    assert training_scenario(17) == training_scenario(17)
    assert len({repr(training_scenario(number)) for number in range(MANY)}) == MANY


def test_a_clean_drive_is_the_same_one_but_for_its_start() -> None:
    askew, clean = training_scenario(30), training_scenario(30, clean=True)
    assert askew.layout == clean.layout
    assert askew.roles == clean.roles
    assert clean.start.offset_m.high == 0.0 < askew.start.offset_m.high


def test_they_hold_changes_of_lane_to_both_sides_and_somebody_on_most_roads() -> None:
    drives = [training_scenario(number) for number in range(MANY)]
    wishes = Counter(timed.command for drive in drives for timed in drive.commands)
    assert min(wishes[Command.CHANGE_LEFT], wishes[Command.CHANGE_RIGHT]) > 20
    assert 0.4 * MANY < sum(bool(drive.roles) for drive in drives) < 0.9 * MANY
    kinds = {scenario.layout.kind for suite in SUITES for scenario in suite.scenarios}
    assert {drive.layout.kind for drive in drives} == kinds | {RoadKind.ARTERIAL}


def test_bends_without_transitions_and_misleading_seams_are_among_them() -> None:
    drives = [training_scenario(number) for number in range(MANY)]
    turns = [leg.turn for drive in drives for leg in drive.layout.legs if leg.turn is not None]
    assert 0.2 < np.mean([not turn.transitions for turn in turns]) < 0.5
    assert min(turn.radius_m.low for turn in turns) < 30.0
    seamed = [drive.conditions.seams.high > 0.0 for drive in drives]
    assert 0.25 < np.mean(seamed) < 0.55


def test_an_abrupt_bend_begins_with_its_whole_curvature() -> None:
    turn = Turn(exactly(40.0), exactly(50.0), Hand.LEFT, transitions=False)
    number = next(n for n in range(MANY) if training_scenario(n).layout.kind is RoadKind.COUNTRY)
    scenario = training_scenario(number)
    layout = replace(scenario.layout, legs=(Leg(exactly(30.0), turn),))
    road = draw_episode(replace(scenario, layout=layout), 1, Split.TRAINING).road
    bends = road.reference.curvature_at(np.arange(0.0, 200.0, 0.5))
    assert (np.round(bends, 3) == 0.025).sum() == pytest.approx(100, abs=3)
    # Only the samples next to both ends of the arc lie in between.
    assert ((bends > 0.001) & (bends < 0.024)).sum() <= 4


def test_none_is_a_scenario_of_a_suite() -> None:
    assert SUITE not in {suite.name for suite in SUITES}
    keys = {scenario.key for suite in SUITES for scenario in suite.scenarios}
    assert not keys & {training_scenario(number).key for number in range(MANY)}


def test_misaligned_cameras_are_a_little_off() -> None:
    rig = surround_rig()
    off = misaligned(rig, np.random.default_rng(3))
    assert off.names == rig.names
    for was, now in zip(rig.cameras, off.cameras, strict=True):
        turn = was.base_from_camera[:3, :3].T @ now.base_from_camera[:3, :3]
        degrees = np.degrees(np.arccos(np.clip((np.trace(turn) - 1.0) / 2.0, -1.0, 1.0)))
        assert 0.0 < degrees < 4.0
        assert np.linalg.det(turn) == pytest.approx(1.0)
        moved_m = np.abs(was.base_from_camera[:3, 3] - now.base_from_camera[:3, 3]).max()
        assert 0.0 < moved_m < 0.3


def test_a_perturbation_pushes_both_ways_and_rests() -> None:
    push = Perturbation(np.random.default_rng(0))
    asked = np.array([push.disturbed(Action(0.01, 0.5), 10.0).curvature_1pm for _ in range(4000)])
    lateral = (asked - 0.01) * 100.0
    assert (lateral == 0.0).mean() > 0.4
    assert lateral.min() < -1.0 < 1.0 < lateral.max()
    assert np.abs(lateral).max() <= 1.6
