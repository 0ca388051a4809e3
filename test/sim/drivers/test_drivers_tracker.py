# SPDX-License-Identifier: Apache-2.0
"""The tracker on cars with every delay, understeer and steering error, and in the wind."""

from dataclasses import replace

import numpy as np
import pytest

from wpt_core.geometry import FloatArray, Path
from wpt_core.types import Action, Pose2
from wpt_core.vehicle import Car, VehicleParameters, randomised
from wpt_sim.drivers.tracker import Tracker
from wpt_sim.road import Arc, Clothoid, Straight, reference_line
from wpt_sim.traffic import LanePosition, TargetLine

STRAIGHT = reference_line([Straight(800.0)])
R_M = 150.0
BEND = reference_line([Straight(60.0), Clothoid(60.0, 0.0, 1 / R_M), Arc(R_M, 300.0)])


def errors(
    path: Path,
    parameters: VehicleParameters,
    *,
    speed_mps: float,
    offset_m: float = 0.0,
    heading_rad: float = 0.0,
    wind_mps2: float = 0.0,
    until_s: float = 10.0,
) -> tuple[FloatArray, FloatArray]:
    """Distance from the line to drive, and the curvature driven, every 50 ms."""
    car = Car(parameters, Pose2(0.0, offset_m, heading_rad), speed_mps)
    line = TargetLine(0.0, LanePosition(path))
    tracker = Tracker(path, parameters)
    s_m, off, bend = 0.0, [], []
    for _ in range(round(until_s / 0.05)):
        pose = car.ego.pose
        s_m, at_m = path.point_to_frenet(pose.x_m, pose.y_m, near_s_m=s_m)
        off.append(at_m - line.at(s_m).offset_m)
        bend.append(car.ego.curvature_1pm)
        action = Action(tracker.steer(car.ego, line, s_m=s_m, offset_m=at_m), 0.0)
        for _ in range(5):
            car.step(action, 0.01, wind_lateral_mps2=wind_mps2)
    return np.array(off), np.array(bend)


@pytest.mark.parametrize('delay_s', [0.1, 0.2, 0.3, 0.4])
@pytest.mark.parametrize('speed_mps', [6.0, 15.0, 30.0])
def test_returns_to_a_straight_without_swinging(delay_s: float, speed_mps: float) -> None:
    parameters = replace(VehicleParameters(), steering_delay_s=delay_s)
    off, bend = errors(STRAIGHT, parameters, speed_mps=speed_mps, offset_m=0.8)
    assert np.all(np.abs(off[100:]) < 0.05)
    assert off.min() > -0.08
    assert np.max(np.abs(bend)) * speed_mps**2 < 1.6


@pytest.mark.parametrize('seed', range(12))
def test_every_car_holds_a_bend(seed: int) -> None:
    parameters = randomised(np.random.default_rng(seed))
    off, bend = errors(BEND, parameters, speed_mps=16.0, wind_mps2=0.1, until_s=18.0)
    assert np.max(np.abs(off)) < 0.2
    assert np.max(np.abs(off[-60:])) < 0.08
    inside = 1.0 / (R_M - 0.2)
    assert np.mean(bend[-60:]) == pytest.approx(inside, rel=0.02)


@pytest.mark.parametrize('wind_mps2', [-0.3, 0.3])
def test_leans_against_the_wind(wind_mps2: float) -> None:
    off, _ = errors(
        STRAIGHT, VehicleParameters(), speed_mps=25.0, wind_mps2=wind_mps2, until_s=20.0
    )
    assert np.max(np.abs(off)) > 0.03
    assert abs(off[-1]) < 0.3 * np.max(np.abs(off))


def test_knowing_the_delay_is_what_keeps_it_calm() -> None:
    """The same tracker for a car believed to answer at once swings about the line."""
    late = replace(VehicleParameters(), steering_delay_s=0.4)
    prompt = replace(late, steering_delay_s=0.0)

    def swing(believed: VehicleParameters) -> float:
        car = Car(late, Pose2(0.0, 0.8, 0.0), 20.0)
        line = TargetLine(0.0, LanePosition(STRAIGHT))
        tracker = Tracker(STRAIGHT, believed)
        lowest = 0.0
        for _ in range(200):
            pose = car.ego.pose
            lowest = min(lowest, pose.y_m)
            asked = tracker.steer(car.ego, line, s_m=pose.x_m, offset_m=pose.y_m)
            for _ in range(5):
                car.step(Action(asked, 0.0), 0.01)
        return -lowest

    assert swing(prompt) > 0.05
    assert swing(late) < 0.5 * swing(prompt)
