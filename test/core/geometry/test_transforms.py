# SPDX-License-Identifier: Apache-2.0
"""Rigid transforms obey their algebra and the stated convention."""

from math import nextafter, pi

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wpt_core.geometry import (
    apply,
    compose,
    inverse,
    invert,
    lift,
    pose_matrix,
    rotation_from_rpy,
    transform,
    transform_points,
    wrap_angle,
)
from wpt_core.types import Pose2

metres = st.floats(-1e3, 1e3)
angles = st.floats(-20.0, 20.0)
poses = st.builds(Pose2, metres, metres, angles)
quick = settings(max_examples=80, deadline=None)


def close(a: Pose2, b: Pose2) -> bool:
    turn = wrap_angle(a.yaw_rad - b.yaw_rad)
    return abs(a.x_m - b.x_m) < 1e-8 and abs(a.y_m - b.y_m) < 1e-8 and abs(turn) < 1e-9


def test_a_point_ahead_of_a_body_facing_north_is_north_of_it() -> None:
    world_from_body = Pose2(10.0, 5.0, pi / 2)
    np.testing.assert_allclose(transform_points(world_from_body, [2.0, 1.0]), [9.0, 7.0])


def test_compose_applies_the_right_motion_first() -> None:
    turned_then_moved = compose(Pose2(1.0, 0.0, 0.0), Pose2(0.0, 0.0, pi / 2))
    moved_then_turned = compose(Pose2(0.0, 0.0, pi / 2), Pose2(1.0, 0.0, 0.0))
    assert close(turned_then_moved, Pose2(1.0, 0.0, pi / 2))
    assert close(moved_then_turned, Pose2(0.0, 1.0, pi / 2))


@quick
@given(poses)
def test_a_pose_and_its_inverse_cancel_on_both_sides(pose: Pose2) -> None:
    assert close(compose(pose, inverse(pose)), Pose2(0.0, 0.0, 0.0))
    assert close(compose(inverse(pose), pose), Pose2(0.0, 0.0, 0.0))


@quick
@given(poses, poses, poses)
def test_composition_is_associative(a: Pose2, b: Pose2, c: Pose2) -> None:
    assert close(compose(compose(a, b), c), compose(a, compose(b, c)))


@quick
@given(poses, poses, st.lists(st.tuples(metres, metres), min_size=1, max_size=5))
def test_poses_matrices_and_points_tell_the_same_story(
    a: Pose2, b: Pose2, points: list[tuple[float, float]]
) -> None:
    both = compose(a, b)
    np.testing.assert_allclose(pose_matrix(both), pose_matrix(a) @ pose_matrix(b), atol=1e-8)
    direct = transform_points(both, points)
    np.testing.assert_allclose(direct, transform_points(a, transform_points(b, points)), atol=1e-8)
    homogeneous = np.column_stack([points, np.ones(len(points))])
    np.testing.assert_allclose(direct, (homogeneous @ pose_matrix(both).T)[:, :2], atol=1e-8)


@quick
@given(poses, st.floats(-5.0, 5.0), st.tuples(metres, metres, metres))
def test_a_lifted_pose_moves_points_as_the_planar_one_does(
    pose: Pose2, z_m: float, point: tuple[float, float, float]
) -> None:
    moved = apply(lift(pose, z_m), point)
    np.testing.assert_allclose(moved[:2], transform_points(pose, point[:2]), atol=1e-9)
    assert moved[2] == pytest.approx(point[2] + z_m)


@quick
@given(angles, angles, angles, st.tuples(metres, metres, metres))
def test_invert_undoes_apply(
    roll: float, pitch: float, yaw: float, translation: tuple[float, float, float]
) -> None:
    motion = transform(rotation_from_rpy(roll, pitch, yaw), translation)
    points = np.arange(24.0).reshape(2, 4, 3)
    np.testing.assert_allclose(apply(invert(motion), apply(motion, points)), points, atol=1e-9)


def test_invert_takes_stacks_of_motions() -> None:
    stack = np.stack([lift(Pose2(i, 2.0 * i, 0.3 * i), 1.0) for i in range(5)])
    products = invert(stack) @ stack
    np.testing.assert_allclose(products, np.broadcast_to(np.eye(4), (5, 4, 4)), atol=1e-12)


@pytest.mark.parametrize(
    ('angle', 'wrapped'),
    [
        (0.0, 0.0),
        (pi, pi),
        (-pi, pi),
        (3 * pi / 2, -pi / 2),
        (-3 * pi / 2, pi / 2),
        (2 * pi, 0.0),
        (7 * pi, pi),
    ],
)
def test_wrapped_angles_by_hand(angle: float, wrapped: float) -> None:
    assert wrap_angle(angle) == pytest.approx(wrapped, abs=1e-14)
    assert wrap_angle(np.array([angle]))[0] == pytest.approx(wrapped, abs=1e-14)


@given(st.floats(-1e6, 1e6) | st.sampled_from([nextafter(pi, 4), nextafter(-pi, -4), 3 * pi]))
@settings(max_examples=200, deadline=None)
def test_wrapping_keeps_the_direction_and_the_half_open_range(angle: float) -> None:
    wrapped = wrap_angle(angle)
    assert -pi < wrapped <= pi
    assert wrap_angle(np.array([angle]))[0] == wrapped
    assert np.cos(wrapped) == pytest.approx(np.cos(angle), abs=1e-9)
    assert np.sin(wrapped) == pytest.approx(np.sin(angle), abs=1e-9)


@quick
@given(st.floats(-pi, pi, exclude_min=True) | st.just(nextafter(-pi, 0)))
def test_an_angle_already_in_range_is_untouched_to_the_bit(angle: float) -> None:
    assert wrap_angle(angle) == angle
    assert wrap_angle(np.array([angle]))[0] == angle
