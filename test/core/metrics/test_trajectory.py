# SPDX-License-Identifier: Apache-2.0
"""Trajectories and tracks: checks and interpolation."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wpt_core.geometry import corners_of
from wpt_core.metrics import Footprint, Tracks, Trajectory
from wpt_core.types import InputError, Plan, plan_times_s
from wpt_core.vehicle import VehicleParameters

SMALL = st.floats(-20.0, 20.0)


def two_tracks() -> Tracks:
    """One body drives along x at 10 m/s, the other is present in the last second only."""
    times_s = np.array([0.0, 1.0, 2.0])
    poses = np.zeros((3, 2, 3))
    poses[:, 0, 0] = 10.0 * times_s
    poses[:, 1, 2] = [0.0, 3.1, -3.1]
    velocities = np.zeros((3, 2, 2))
    velocities[:, 0, 0] = 10.0
    present = np.array([[True, False], [True, True], [True, True]])
    return Tracks(times_s, poses, velocities, present, np.full((2, 2), 2.0), np.ones(2, bool))


@settings(max_examples=50, deadline=None)
@given(st.lists(SMALL, min_size=6, max_size=6), st.floats(0.0, 10.0))
def test_constant_acceleration_is_interpolated_exactly_on_the_plan_grid(
    numbers: list[float], at_s: float
) -> None:
    start, velocity, half_acceleration = np.reshape(numbers, (3, 2))
    times_s = plan_times_s()

    def place(t: float) -> np.ndarray:
        return np.asarray(start + velocity * t + half_acceleration * t * t)

    motion = Trajectory(times_s, np.array([place(t) for t in times_s]), np.zeros(33))
    np.testing.assert_allclose(motion.at([at_s]).positions_m[0], place(at_s), atol=1e-9)


def test_samples_are_met_exactly() -> None:
    generator = np.random.default_rng(1)
    motion = Trajectory(plan_times_s(), generator.normal(size=(33, 2)), generator.normal(size=33))
    again = motion.at(motion.times_s)
    np.testing.assert_array_equal(again.positions_m, motion.positions_m)
    np.testing.assert_allclose(np.exp(1j * again.yaws_rad), np.exp(1j * motion.yaws_rad))


def test_yaw_takes_the_short_way_across_the_cut() -> None:
    motion = Trajectory(np.array([0.0, 1.0]), np.zeros((2, 2)), np.array([3.0, -3.0]))
    halfway = motion.at([0.5]).yaws_rad[0]
    assert np.cos(halfway) == pytest.approx(-1.0)


def test_a_plan_gives_its_best_hypothesis_unless_told_otherwise() -> None:
    shape = (2, 33)
    positions = np.stack([np.zeros((33, 2)), np.ones((33, 2))])
    zeros = np.zeros(shape)
    plan = Plan(
        0.0, plan_times_s(), positions, zeros, zeros, zeros, zeros, positions, np.array([0.3, 0.7])
    )
    assert Trajectory.of_plan(plan).positions_m[0, 0] == 1.0
    assert Trajectory.of_plan(plan, 0).positions_m[0, 0] == 0.0


def test_the_footprint_of_a_car_reaches_from_bumper_to_bumper() -> None:
    car = VehicleParameters()
    box = Footprint.of_vehicle(car).boxes(np.zeros(2), np.array(0.0))
    x, y = corners_of(box).T
    assert x.min() == pytest.approx(-car.rear_overhang_m)
    assert x.max() == pytest.approx(car.length_m - car.rear_overhang_m)
    assert y.max() == pytest.approx(car.width_m / 2.0)


def test_a_turned_footprint_lies_ahead_along_its_heading() -> None:
    box = Footprint(4.0, 2.0, 1.5).boxes(np.array([[1.0, 1.0]]), np.array([np.pi / 2.0]))
    np.testing.assert_allclose(box.poses[0], [1.0, 2.5, np.pi / 2.0])


def test_tracks_move_linearly_and_exist_where_both_neighbours_do() -> None:
    between = two_tracks().at([0.0, 0.5, 1.0, 1.5, 2.0])
    np.testing.assert_allclose(between.poses[:, 0, 0], [0.0, 5.0, 10.0, 15.0, 20.0])
    np.testing.assert_array_equal(between.present[:, 1], [False, False, True, True, True])
    assert np.cos(between.poses[3, 1, 2]) == pytest.approx(-1.0)


def test_who_comes_and_goes_is_there_at_its_own_sample_only() -> None:
    present = np.array([[False, True], [True, True], [False, True]])
    glimpsed = replace(two_tracks(), present=present).at([0.0, 0.5, 1.0, 1.5, 2.0])
    np.testing.assert_array_equal(glimpsed.present[:, 0], [False, False, True, False, False])


def test_nobody_is_nobody_at_any_time() -> None:
    assert Tracks.empty([0.0, 3.0]).at([0.5, 1.0]).present.shape == (2, 0)


@pytest.mark.parametrize(
    ('times', 'positions', 'yaws', 'message'),
    [
        (
            [0.0, 1.0],
            [[0.0, 0.0], [np.nan, 0.0]],
            [0.0, 0.0],
            'Trajectory.positions_m must be finite',
        ),
        ([0.0, 1.0], np.zeros((2, 2)), [0.0, np.inf], 'Trajectory.yaws_rad must be finite'),
        ([0.0, np.nan], np.zeros((2, 2)), [0.0, 0.0], 'Trajectory.times_s must be finite'),
        ([0.0, 0.0], np.zeros((2, 2)), [0.0, 0.0], 'Trajectory.times_s must rise'),
        ([], np.zeros((0, 2)), [], 'at least 1 times'),
        ([0.0, 1.0], np.zeros((2, 3)), [0.0, 0.0], r'shape \(2 x 2\), not \(2 x 3\)'),
        ([0.0, 1.0], np.zeros((2, 2)), [0.0], 'Trajectory.yaws_rad must have shape'),
    ],
)
def test_a_bad_motion_is_refused_by_name(
    times: object, positions: object, yaws: object, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        Trajectory(np.asarray(times, float), np.asarray(positions, float), np.asarray(yaws, float))


@pytest.mark.parametrize('at_s', [[-0.1, 1.0], [1.0, 2.1]])
def test_nothing_is_extrapolated(at_s: list[float]) -> None:
    motion = Trajectory(np.array([0.0, 2.0]), np.zeros((2, 2)), np.zeros(2))
    with pytest.raises(InputError, match='covers 0 to 2 s'):
        motion.at(at_s)
    with pytest.raises(InputError, match='covers 0 to 2 s'):
        two_tracks().at(at_s)


@pytest.mark.parametrize('name', ['poses', 'velocities_mps', 'sizes_m', 'times_s'])
def test_tracks_that_are_not_finite_are_refused_by_name(name: str) -> None:
    good = two_tracks()
    values = {field: getattr(good, field).copy() for field in Tracks.__slots__}
    values[name].flat[0] = np.nan
    with pytest.raises(InputError, match=f'Tracks.{name} must be finite'):
        Tracks(**values)


def test_tracks_want_true_booleans_and_real_sizes() -> None:
    good = two_tracks()
    values = {field: getattr(good, field) for field in Tracks.__slots__}
    with pytest.raises(InputError, match=r'Tracks\.present must hold booleans'):
        Tracks(**{**values, 'present': np.ones((3, 2))})
    with pytest.raises(InputError, match=r'Tracks\.sizes_m must be above 0 m'):
        Tracks(**{**values, 'sizes_m': np.zeros((2, 2))})
    with pytest.raises(InputError, match='Footprint must be above 0 m'):
        Footprint(4.0, 0.0, 0.0)
