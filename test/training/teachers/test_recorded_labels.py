# SPDX-License-Identifier: Apache-2.0
"""Labels from a recorded future: closed forms, and one minute of a real car."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.recorded_trace import load_trace
from training.episodes.foreign.odometry import Odometry, driven
from training.episodes.rollout import Driven
from training.teachers.recorded import recorded_labels, smoothed_curvature_1pm
from wpt_core.types import plan_times_s

STEP_S = 0.05


def on_a_circle(radius_m: float, speed_mps: float, length_s: float) -> Driven:
    """Starting anywhere, looking anywhere; radius positive to the left."""
    times_s = np.arange(round(length_s / STEP_S) + 1) * STEP_S
    rate = speed_mps / radius_m
    yaw = 2.0 + rate * times_s
    return Driven(
        100.0 + times_s,
        40.0 + radius_m * np.sin(yaw),
        -7.0 - radius_m * np.cos(yaw),
        yaw,
        np.full_like(times_s, speed_mps),
        np.zeros_like(times_s),
        np.full_like(times_s, rate),
    )


def speeding_up(acceleration_mps2: float, length_s: float, start_mps: float = 5.0) -> Driven:
    times_s = np.arange(round(length_s / STEP_S) + 1) * STEP_S
    zeros = np.zeros_like(times_s)
    return Driven(
        times_s,
        start_mps * times_s + 0.5 * acceleration_mps2 * times_s**2,
        zeros,
        zeros,
        start_mps + acceleration_mps2 * times_s,
        np.full_like(times_s, acceleration_mps2),
        zeros,
    )


@pytest.mark.parametrize('radius_m', [40.0, -150.0])
def test_a_circle_is_a_circle_in_the_frame_of_the_car(radius_m: float) -> None:
    labels = recorded_labels(
        on_a_circle(radius_m, 10.0, 20.0), at_s=103.333, actuator_delay_s=0.25
    )
    assert labels is not None
    angle = 10.0 / radius_m * plan_times_s()
    expected = np.column_stack([radius_m * np.sin(angle), radius_m * (1.0 - np.cos(angle))])
    # Linear between samples 0.5 m apart: half a millimetre off the arc.
    np.testing.assert_allclose(labels.plan[:, :2], expected, atol=2e-3)
    np.testing.assert_allclose(labels.plan[:, 2], 10.0)
    np.testing.assert_allclose(labels.plan[:, 3], 0.0)
    np.testing.assert_allclose(labels.plan[:, 4], angle, atol=1e-9)
    np.testing.assert_allclose(labels.plan[:, 5], 10.0 / radius_m)
    assert labels.curvature_1pm == pytest.approx(1.0 / radius_m)
    assert labels.lane_m is None


def test_speeding_up_straight_on() -> None:
    labels = recorded_labels(speeding_up(1.5, 15.0), at_s=2.0, actuator_delay_s=0.2)
    assert labels is not None
    times_s = plan_times_s()
    np.testing.assert_allclose(
        labels.plan[:, 0], 8.0 * times_s + 0.75 * times_s**2, atol=0.5 * 1.5 * STEP_S**2
    )
    np.testing.assert_allclose(labels.plan[:, 1], 0.0, atol=1e-12)
    np.testing.assert_allclose(labels.plan[:, 2], 8.0 + 1.5 * times_s)
    np.testing.assert_allclose(labels.plan[:, 3], 1.5)
    assert labels.curvature_1pm == 0.0


def test_a_plan_is_as_long_as_the_recording_goes_on() -> None:
    recording = on_a_circle(100.0, 8.0, 12.0)
    for left_s, known in ((10.0, True), (4.7, True), (2.0, True), (1.99, False), (0.0, False)):
        labels = recorded_labels(recording, at_s=112.0 - left_s, actuator_delay_s=0.2)
        assert (labels is not None) == known
        if labels is not None:
            assert len(labels.plan) == np.count_nonzero(plan_times_s() <= left_s + 1e-6)


def test_nothing_is_known_before_the_recording_or_past_the_delay() -> None:
    recording = on_a_circle(100.0, 8.0, 12.0)
    assert recorded_labels(recording, at_s=99.9, actuator_delay_s=0.2) is None
    assert recorded_labels(recording, at_s=109.0, actuator_delay_s=3.1) is None


def test_going_backwards_is_nothing_to_learn() -> None:
    """It brakes to a stop after 5 s and then rolls back."""
    recording = speeding_up(-1.0, 20.0)
    assert recorded_labels(recording, at_s=0.0, actuator_delay_s=0.2) is None
    assert recorded_labels(speeding_up(-0.5, 10.0), at_s=0.0, actuator_delay_s=0.2) is not None


def test_curvature_is_that_at_the_time_of_the_answer() -> None:
    """The yaw rate rises evenly, so the mean over the smoothing is the value in its middle."""
    times_s = np.arange(401) * STEP_S
    rate = 0.02 * times_s
    zeros = np.zeros_like(times_s)
    recording = Driven(times_s, zeros, zeros, 0.01 * times_s**2, zeros + 10.0, zeros, rate)
    for delay_s in (0.0, 0.25, 0.6):
        labels = recorded_labels(recording, at_s=5.0, actuator_delay_s=delay_s)
        assert labels is not None
        assert labels.curvature_1pm == pytest.approx(0.002 * (5.0 + delay_s))


def test_a_standing_car_with_a_noisy_sensor_asks_for_little() -> None:
    times_s = np.arange(401) * STEP_S
    zeros = np.zeros_like(times_s)
    noise = np.random.default_rng(0).normal(0.0, 0.01, len(times_s))
    recording = Driven(times_s, zeros, zeros, zeros, zeros, zeros, noise)
    found = [smoothed_curvature_1pm(recording, at_s) for at_s in np.arange(1.0, 18.0, 0.1)]
    assert 0.001 < np.abs(found).max() < 0.02


@pytest.fixture(scope='module')
def real(recordings: Path) -> tuple[Driven, Driven]:
    """By the wheels and by the poses alone."""
    trace = load_trace(recordings / 'comma2k19_example1')
    speeds = np.interp(trace.times_s, trace.speed_times_s, trace.speeds_mps)
    x, y = trace.positions_m.T
    poses = Odometry(trace.times_s, x, y, trace.yaws_rad, None, None)
    by_poses = driven(poses)
    rates = np.interp(trace.times_s, by_poses.times_s, by_poses.yaw_rate_radps)
    return driven(Odometry(trace.times_s, x, y, trace.yaws_rad, speeds, rates)), by_poses


def test_a_real_plan_covers_the_distance_that_the_wheels_rolled(
    real: tuple[Driven, Driven],
) -> None:
    """Positions come from satellites, the speed from the wheels: neither knows of the other."""
    checked = 0
    for at_s in np.arange(0.0, 48.0, 2.0):
        labels = recorded_labels(real[0], at_s=at_s, actuator_delay_s=0.2)
        assert labels is not None
        path_m = np.hypot(*np.diff(labels.plan[:, :2], axis=0).T).sum()
        rolled_m = np.trapezoid(labels.plan[:, 2], plan_times_s())
        assert path_m == pytest.approx(rolled_m, rel=0.02, abs=0.5)
        # It heads where it goes: nothing is swapped or mirrored.
        step_m = labels.plan[-1, :2] - labels.plan[-2, :2]
        course = np.arctan2(step_m[1], step_m[0])
        assert course == pytest.approx(labels.plan[-1, 4], abs=0.05)
        checked += 1
    assert checked == 24


def test_real_speed_from_poses_is_that_of_the_wheels(real: tuple[Driven, Driven]) -> None:
    by_wheels, by_poses = real
    difference = by_wheels.speed_mps - by_poses.speed_mps
    assert np.sqrt(np.mean(difference**2)) < 0.01 * by_wheels.speed_mps.mean()


def test_real_curvature_follows_the_steering_wheel_a_little_later(
    real: tuple[Driven, Driven], recordings: Path
) -> None:
    trace = load_trace(recordings / 'comma2k19_example1')
    times_s = np.arange(1.0, 55.0, 0.1)
    steering = np.interp(times_s, trace.steering_times_s, trace.steering_rad)

    def agreement(delay_s: float) -> float:
        curvatures = [smoothed_curvature_1pm(real[0], at_s + delay_s) for at_s in times_s]
        return float(np.corrcoef(steering, curvatures)[0, 1])

    # Bends of 2 km radius and more, so noise is a large part; 0.86 was measured.
    assert agreement(0.1) > 0.8
    assert agreement(0.1) > max(agreement(-0.2), agreement(0.4))
