# SPDX-License-Identifier: Apache-2.0
"""The way back to the expert's line: closed forms, and a car that is driven by nothing else."""

from dataclasses import replace

import numpy as np
import pytest

from training.simulators.proving_ground.road_truth import RoadLine, Situation, situation
from training.teachers.recovery import ReturnLaw, recovery_labels
from wpt_core.geometry import Path
from wpt_core.model import units
from wpt_core.planning import SteeringTrim
from wpt_core.types import Action, EgoState, Observation, plan_times_s
from wpt_sim.drive import Longitudinal, World
from wpt_sim.drivers import Expert, PrivilegedKind
from wpt_sim.suites import find_suite, run_scenario
from wpt_sim.traffic import LanePosition, LateralShift

SPEED_MPS = 15.0
TIMES_S = np.arange(0.0, 16.0, 0.05)
HERE = Situation(
    time_s=0.0,
    s_m=100.0,
    offset_m=0.0,
    heading_error_rad=0.0,
    course_error_rad=0.0,
    curvature_1pm=0.0,
    delay_s=0.3,
    lane_m=0.0,
    shifts=(),
    borders_m=(1.75, -1.75),
)


@pytest.fixture(scope='module')
def straight() -> RoadLine:
    line = Path.from_points(np.column_stack([np.arange(0.0, 500.0), np.zeros(500)]))
    return RoadLine(line, LanePosition(line))


def labels_of(way: RoadLine, *situations: Situation, times_s: np.ndarray = TIMES_S) -> list:
    speeds = np.full(len(times_s), SPEED_MPS)
    return recovery_labels(
        situations,
        way,
        times_s=times_s,
        speeds_mps=speeds,
        accelerations_mps2=np.zeros_like(speeds),
    )


def test_on_the_line_it_goes_straight_on(straight: RoadLine) -> None:
    (label,) = labels_of(straight, HERE)
    assert label.curvature_1pm == 0.0
    assert label.plan[:, units.X] == pytest.approx(SPEED_MPS * plan_times_s(), abs=1e-6)
    assert np.abs(label.plan[:, units.Y]).max() < 1e-9
    assert label.lane_m[:, 0, 1] == pytest.approx(np.full(12, 1.75))
    assert label.lane_m[:, 1, 1] == pytest.approx(np.full(12, -1.75))


@pytest.mark.parametrize('offset_m', [0.3, 0.8])
def test_beside_the_line_it_comes_back_without_swinging(
    straight: RoadLine, offset_m: float
) -> None:
    left, right = labels_of(
        straight, replace(HERE, offset_m=offset_m), replace(HERE, offset_m=-offset_m)
    )
    assert left.plan[:, units.Y] == pytest.approx(-right.plan[:, units.Y])
    assert left.curvature_1pm == pytest.approx(-right.curvature_1pm)
    assert left.curvature_1pm < 0.0
    assert left.plan[-1, units.Y] == pytest.approx(-offset_m, abs=0.02)
    # Critically damped, though the limit of jerk lets it swing by a few percent.
    assert left.plan[:, units.Y].min() > -1.1 * offset_m
    wanted_1pm = -offset_m / (ReturnLaw().reaction_s * SPEED_MPS) ** 2
    assert left.curvature_1pm == pytest.approx(wanted_1pm, rel=1e-6)


def test_nothing_changes_before_the_car_answers(straight: RoadLine) -> None:
    turning = replace(HERE, offset_m=0.5, curvature_1pm=0.004, delay_s=0.6)
    (label,) = labels_of(straight, turning)
    before = plan_times_s() < 0.6
    assert label.plan[before, units.YAW_RATE] == pytest.approx(0.004 * SPEED_MPS)
    assert label.plan[~before, units.YAW_RATE].min() < 0.0


def test_a_change_of_lane_ends_in_the_new_lane(straight: RoadLine) -> None:
    change = replace(HERE, shifts=(LateralShift(110.0, 65.0, 3.5),))
    (label,) = labels_of(straight, change)
    assert label.plan[-1, units.Y] == pytest.approx(3.5, abs=0.05)
    assert np.abs(label.plan[:, units.YAW_RATE]).max() * SPEED_MPS < 3.0


def test_the_end_of_the_drive_is_not_made_up(straight: RoadLine) -> None:
    short = np.arange(0.0, 4.0001, 0.05)
    start, late = labels_of(straight, HERE, replace(HERE, time_s=3.0), times_s=short)
    assert late is None
    assert plan_times_s()[len(start.plan) - 1] <= 4.0 < plan_times_s()[len(start.plan)]


class Follower:
    """Follows the labels exactly."""

    def __init__(self, world: World) -> None:
        self._world, self._expert = world, Expert(world)
        self._way = RoadLine(world.road.reference, world.lane_position)
        self._trim, self._before = SteeringTrim(), world.ego

    def act(self, seen: Observation) -> Action:
        self._expert.decide(seen)
        now = situation(self._world, self._expert, self._before)
        self._before: EgoState = self._world.ego
        times_s = seen.time_s + TIMES_S[:60]
        (label,) = recovery_labels(
            [now],
            self._way,
            times_s=times_s,
            speeds_mps=np.full(60, seen.speed_mps),
            accelerations_mps2=np.zeros(60),
        )
        assert label is not None
        asked = self._trim.compensated(
            seen.time_s,
            label.curvature_1pm,
            driven_1pm=seen.curvature_1pm,
            speed_mps=seen.speed_mps,
            delay_s=seen.actuator_delay_s,
        )
        return Action(asked, 0.0)


@pytest.mark.slow
@pytest.mark.parametrize(
    ('suite', 'scenario'),
    [('lane_centre', 'bend_150_left'), ('lane_change', 'bend_right_20_to_left')],
)
def test_a_car_driven_by_the_labels_passes(suite: str, scenario: str) -> None:
    kind = PrivilegedKind('follower', '', Follower, longitudinal=Longitudinal.ACC)
    (chosen,) = (s for s in find_suite(suite).scenarios if s.name == scenario)
    outcome = run_scenario(chosen, kind, 5)
    assert outcome.passed, outcome.verdict.reasons
