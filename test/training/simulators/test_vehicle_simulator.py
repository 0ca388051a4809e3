# SPDX-License-Identifier: Apache-2.0
"""A scene generator that draws poses becomes a simulator whose vehicle is drawn at each reset."""

from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from training.simulators.protocol import TimeStep
from training.simulators.recorder import drive
from training.simulators.vehicle import VehicleSimulator, VehicleStart
from wpt_core.types import Action, InputError, Pose2
from wpt_sim.drive import STEP_S

GENTLE = Action(0.01, 0.0)


class PosePixels:
    """Draws x, y and yaw as the three grey values of one pixel, in steps of 0.5 m and 0.1 rad."""

    def __init__(self) -> None:
        self.scenes: list[str] = []

    def begin(self, starts: Sequence[str]) -> None:
        self.scenes = list(starts)

    def render(self, poses: Sequence[Pose2]) -> list[Mapping[str, np.ndarray]]:
        return [{'front': pixel_of(pose)} for pose in poses]


def pixel_of(pose: Pose2) -> np.ndarray:
    values = [2.0 * pose.x_m, 100.0 + 2.0 * pose.y_m, 100.0 + 10.0 * pose.yaw_rad]
    return np.array(values).round().astype(np.uint8).reshape(1, 1, 3)


def start(seed: int, duration_s: float = 2.0) -> VehicleStart[str]:
    return VehicleStart(f'scene {seed}', Pose2(0.0, 0.0, 0.0), 10.0, seed, duration_s)


def driven(seeds: Sequence[int], action: Action = GENTLE) -> list[list[TimeStep[None]]]:
    simulator = VehicleSimulator(PosePixels())
    rows = [simulator.reset([start(seed) for seed in seeds])]
    while not all(step.done for step in rows[-1]):
        rows.append(simulator.step([action] * len(seeds)))
    return rows


def test_images_are_of_the_poses_and_come_every_fourth_step() -> None:
    rows = driven([1, 2])
    assert len(rows) == round(2.0 / STEP_S) + 1
    for number, row in enumerate(rows[:-1]):
        for step in row:
            assert bool(step.observation.frames) == (number % 4 == 0)
            for frame in step.observation.frames:
                assert frame.stamp_s == step.observation.time_s
                assert np.array_equal(frame.image, pixel_of(step.ego.pose))
    assert rows[-2][0].ego.pose.x_m > 10.0


def test_equal_seeds_drive_alike_and_others_differ() -> None:
    first, again, other = (driven([seed])[-1][0].ego.pose for seed in (5, 5, 6))
    assert first == again
    assert abs(first.y_m - other.y_m) > 0.01


def test_vehicle_delay_lag_understeer_and_wind_are_drawn_at_each_reset() -> None:
    simulator = VehicleSimulator(PosePixels())
    cars = []
    for seed in range(4):
        simulator.reset([start(seed)])
        cars += simulator.vehicles
    for name in ('steering_delay_s', 'steering_lag_s', 'understeer_s2pm2', 'drive_lag_s'):
        assert len({getattr(car, name) for car in cars}) == 4, name
    # At zero commanded curvature only wind and the steering offset turn the car.
    ends = [driven([seed], Action(0.0, 0.0))[-1][0].ego.pose.y_m for seed in range(4)]
    assert len(set(ends)) == 4


def test_the_believed_delay_is_near_the_true_one_and_is_not_it() -> None:
    simulator = VehicleSimulator(PosePixels())
    steps = simulator.reset([start(seed) for seed in range(8)])
    for step, car in zip(steps, simulator.vehicles, strict=True):
        true_s = car.steering_delay_s + car.steering_lag_s
        assert step.observation.actuator_delay_s == pytest.approx(true_s, rel=0.16)
        assert step.observation.actuator_delay_s != true_s


def test_rollouts_of_one_batch_end_each_at_its_time() -> None:
    simulator = VehicleSimulator(PosePixels())
    starts = [start(1, 0.4), start(2, 1.0)]
    short, long = drive(simulator, [lambda _: GENTLE] * 2, starts, version=7)
    assert short is not None
    assert long is not None
    # The state after the last action belongs to the drive.
    assert len(short.driven.times_s) == 9
    assert len(long.driven.times_s) == 21
    assert [len(one.views) for one in (short, long)] == [2, 5]
    assert long.version == 7
    assert long.truth is None
    assert long.actions is not None
    assert long.actions.tolist() == [[0.01, 0.0]] * 20


def test_a_missing_action_is_refused() -> None:
    simulator = VehicleSimulator(PosePixels())
    simulator.reset([start(1), start(2)])
    with pytest.raises(InputError, match='expected 2 actions, one for each rollout, got 1'):
        simulator.step([GENTLE])
