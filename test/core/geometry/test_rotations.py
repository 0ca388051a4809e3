# SPDX-License-Identifier: Apache-2.0
"""Rotations agree with SciPy's, round trip, and survive their singular cases."""

from math import pi

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from wpt_core.geometry import (
    BASE_FROM_OPTICAL_AXES,
    quaternion_from_rotation,
    rotation_from_quaternion,
    rotation_from_rpy,
    rpy_from_rotation,
)
from wpt_core.types import InputError

angles = st.floats(-pi, pi)
pitches = st.floats(-pi / 2, pi / 2) | st.sampled_from([-pi / 2, pi / 2, pi / 2 - 1e-10])
quaternions = st.lists(st.floats(-1.0, 1.0), min_size=4, max_size=4).filter(
    lambda q: np.linalg.norm(q) > 1e-3
)
quick = settings(max_examples=80, deadline=None)


@quick
@given(angles, pitches, angles)
def test_roll_pitch_yaw_is_scipys_fixed_axis_xyz(roll: float, pitch: float, yaw: float) -> None:
    expected = Rotation.from_euler('xyz', [roll, pitch, yaw]).as_matrix()
    np.testing.assert_allclose(rotation_from_rpy(roll, pitch, yaw), expected, atol=1e-12)


@quick
@given(angles, pitches, angles)
def test_the_angles_of_a_rotation_make_the_same_rotation(
    roll: float, pitch: float, yaw: float
) -> None:
    rotation = rotation_from_rpy(roll, pitch, yaw)
    found = rpy_from_rotation(rotation)
    assert -pi / 2 <= found[1] <= pi / 2
    np.testing.assert_allclose(rotation_from_rpy(*found), rotation, atol=2e-9)


def test_positive_pitch_points_the_nose_down() -> None:
    nose = rotation_from_rpy(0.0, 0.1, 0.0) @ [1.0, 0.0, 0.0]
    assert nose[2] == pytest.approx(-np.sin(0.1))


def test_straight_down_all_turning_counts_as_yaw() -> None:
    roll, pitch, yaw = rpy_from_rotation(rotation_from_rpy(0.2, pi / 2, 0.7))
    assert (roll, pitch) == pytest.approx((0.0, pi / 2))
    assert yaw == pytest.approx(0.5)


@quick
@given(quaternions)
def test_a_quaternion_of_any_length_is_scipys_rotation(q: list[float]) -> None:
    rotation = rotation_from_quaternion(q)
    np.testing.assert_allclose(rotation, Rotation.from_quat(q).as_matrix(), atol=1e-12)
    np.testing.assert_allclose(rotation @ rotation.T, np.eye(3), atol=1e-12)


@quick
@given(quaternions)
def test_quaternions_round_trip_up_to_sign(q: list[float]) -> None:
    unit = np.array(q) / np.linalg.norm(q)
    found = quaternion_from_rotation(rotation_from_quaternion(q))
    assert found[3] >= 0.0
    assert abs(found @ unit) == pytest.approx(1.0, abs=1e-12)


@pytest.mark.parametrize('axis', [0, 1, 2])
def test_half_turns_where_w_vanishes(axis: int) -> None:
    half_turn = -np.eye(3)
    half_turn[axis, axis] = 1.0
    found = quaternion_from_rotation(half_turn)
    np.testing.assert_allclose(np.abs(found), np.eye(4)[axis], atol=1e-12)


def test_stacks_convert_as_single_ones_do() -> None:
    q = np.random.default_rng(0).normal(size=(3, 5, 4))
    rotations = rotation_from_quaternion(q)
    assert rotations.shape == (3, 5, 3, 3)
    np.testing.assert_array_equal(rotations[1, 2], rotation_from_quaternion(q[1, 2]))
    np.testing.assert_array_equal(
        quaternion_from_rotation(rotations)[2, 4], quaternion_from_rotation(rotations[2, 4])
    )


@pytest.mark.parametrize('bad', [[0.0, 0.0, 0.0, 0.0], [0.0, 0.0, float('nan'), 1.0]])
def test_a_quaternion_without_direction_is_refused(bad: list[float]) -> None:
    with pytest.raises(InputError, match='finite and not zero'):
        rotation_from_quaternion(bad)


def test_the_optical_axis_is_forward_and_the_image_is_not_mirrored() -> None:
    np.testing.assert_array_equal(BASE_FROM_OPTICAL_AXES @ [0.0, 0.0, 1.0], [1.0, 0.0, 0.0])
    np.testing.assert_array_equal(BASE_FROM_OPTICAL_AXES @ [1.0, 0.0, 0.0], [0.0, -1.0, 0.0])
    assert np.linalg.det(BASE_FROM_OPTICAL_AXES) == pytest.approx(1.0)
