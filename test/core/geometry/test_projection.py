# SPDX-License-Identifier: Apache-2.0
"""The projection agrees with OpenCV inside its model, inverts itself, and is NaN outside."""

from math import sqrt

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wpt_core.geometry import (
    BASE_FROM_OPTICAL_AXES,
    FloatArray,
    apply,
    distort,
    pixel_grid,
    project,
    project_optical,
    rays,
    transform,
    undistort,
)
from wpt_core.types import Camera, Intrinsics

BARREL = (-0.32, 0.11, 0.0006, -0.0004, -0.018)
"""A real wide dash camera is about this strong."""
quick = settings(max_examples=60, deadline=None)
lenses = st.tuples(
    st.floats(-0.4, 0.3),
    st.floats(-0.1, 0.2),
    st.floats(-0.003, 0.003),
    st.floats(-0.003, 0.003),
    st.floats(-0.05, 0.05),
)
seeds = st.integers(0, 2**32 - 1)


def lens(distortion: tuple[float, float, float, float, float]) -> Intrinsics:
    return Intrinsics(640, 400, 480.0, 470.0, 322.5, 197.0, distortion)


def front_camera(
    distortion: tuple[float, float, float, float, float] = (0.0, 0.0, 0.0, 0.0, 0.0),
) -> Camera:
    pose = transform(BASE_FROM_OPTICAL_AXES, [1.5, 0.0, 1.4])
    return Camera('front', lens(distortion), pose)


def matrix(intrinsics: Intrinsics) -> FloatArray:
    return np.array(
        [
            [intrinsics.fx_px, 0.0, intrinsics.cx_px],
            [0.0, intrinsics.fy_px, intrinsics.cy_px],
            [0.0, 0.0, 1.0],
        ]
    )


def points_in_view(seed: int, count: int = 200) -> FloatArray:
    generator = np.random.default_rng(seed)
    plane = generator.uniform([-0.6, -0.4], [0.6, 0.4], (count, 2))
    depth = generator.uniform(1.0, 100.0, (count, 1))
    return np.hstack([plane * depth, depth])


def test_a_pinhole_by_hand() -> None:
    pixels, depth = project(front_camera(), [[11.5, 1.0, 1.4], [11.5, 0.0, 0.4]])
    np.testing.assert_allclose(depth, [10.0, 10.0])
    np.testing.assert_allclose(pixels, [[322.5 - 48.0, 197.0], [322.5, 197.0 + 47.0]])


@quick
@given(lenses, seeds)
def test_projection_is_opencvs_wherever_the_model_holds(
    distortion: tuple[float, float, float, float, float], seed: int
) -> None:
    intrinsics = lens(distortion)
    points = points_in_view(seed)
    pixels, _ = project_optical(intrinsics, points)
    theirs, _ = cv2.projectPoints(
        points, np.zeros(3), np.zeros(3), matrix(intrinsics), np.array(distortion)
    )
    known = np.isfinite(pixels[:, 0])
    assert known.mean() > 0.5
    np.testing.assert_allclose(pixels[known], theirs[known, 0], atol=1e-8)


@quick
@given(lenses)
def test_every_pixel_with_a_ray_is_seen_again_where_it_was(
    distortion: tuple[float, float, float, float, float],
) -> None:
    camera = front_camera(distortion)
    pixels = pixel_grid(camera.intrinsics)[::16, ::16]
    directions = rays(camera, pixels)
    known = np.isfinite(directions[..., 0])
    assert known[12, 20]
    again, _ = project_optical(camera.intrinsics, directions)
    assert np.abs(again - pixels)[known].max() < 1e-6


@quick
@given(lenses, seeds)
def test_every_point_seen_lies_on_the_ray_of_its_pixel(
    distortion: tuple[float, float, float, float, float], seed: int
) -> None:
    camera = front_camera(distortion)
    points = points_in_view(seed)
    pixels, depth = project_optical(camera.intrinsics, points)
    known = np.isfinite(pixels[:, 0])
    along = rays(camera, pixels[known]) * depth[known, None]
    # At the very fold the inverse is infinitely sensitive: allow a hundred-thousandth of depth.
    assert np.abs(along - points[known]).max() < 1e-5 * depth.max()


def test_undistortion_converges_over_a_whole_wide_image_and_agrees_with_opencv() -> None:
    camera = front_camera(BARREL)
    pixels = pixel_grid(camera.intrinsics)
    directions = rays(camera, pixels)
    assert np.isfinite(directions).all()
    again, _ = project_optical(camera.intrinsics, directions)
    assert np.abs(again - pixels).max() < 1e-8
    criteria = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 200, 1e-14)
    theirs = cv2.undistortPointsIter(
        pixels.reshape(-1, 1, 2),
        matrix(camera.intrinsics),
        np.array(BARREL),
        np.eye(3),
        np.eye(3),
        criteria,
    )
    np.testing.assert_allclose(directions[..., :2].reshape(-1, 2), theirs[:, 0], atol=1e-8)


def test_the_fold_of_a_simple_lens_lies_where_the_slope_vanishes() -> None:
    k1 = -0.3
    intrinsics = lens((k1, 0.0, 0.0, 0.0, 0.0))
    fold = sqrt(-1.0 / (3.0 * k1))
    plane = np.array([[fold - 1e-3, 0.0], [fold + 1e-3, 0.0], [0.0, -3.0]])
    assert np.isfinite(distort(intrinsics, plane)[:, 0]).tolist() == [True, False, False]
    rim = fold * (1.0 + k1 * fold**2)
    seen = np.array([[rim - 1e-6, 0.0], [rim + 1e-6, 0.0]])
    assert np.isfinite(undistort(intrinsics, seen)[:, 0]).tolist() == [True, False]


@pytest.mark.parametrize(
    ('tangential', 'axis'), [((0.1, 0.0), [0.0, -1.0]), ((0.0, 0.1), [-1.0, 0.0])]
)
def test_tangential_terms_alone_fold_too(
    tangential: tuple[float, float], axis: list[float]
) -> None:
    """Along its axis a point at t goes to t - 3 p t**2, which stops rising at t = 1 / (6 p)."""
    intrinsics = lens((0.0, 0.0, *tangential, 0.0))
    fold = 1.0 / 0.6
    plane = np.outer([fold - 1e-3, fold + 1e-3, 2.5], axis)
    assert np.isfinite(distort(intrinsics, plane)[:, 0]).tolist() == [True, False, False]
    np.testing.assert_allclose(
        distort(intrinsics, np.array([axis]))[0], 0.7 * np.array(axis), atol=1e-12
    )


def test_points_far_aside_do_not_fold_back_into_the_image() -> None:
    intrinsics = lens((-0.3, 0.0, 0.0, 0.0, 0.0))
    angle = np.radians(np.linspace(0.0, 89.0, 500))
    points = np.column_stack([np.sin(angle), np.zeros_like(angle), np.cos(angle)])
    u = project_optical(intrinsics, points)[0][:, 0]
    known = np.isfinite(u)
    assert np.all(np.diff(u[known]) > 0.0)
    assert not known[angle > np.radians(47.0)].any()
    assert known[angle < np.radians(46.0)].all()


def test_behind_the_camera_there_are_no_pixels_but_there_is_a_depth() -> None:
    pixels, depth = project(front_camera(), [[[0.0, 0.0, 1.0], [1.5, 2.0, 1.4]]])
    assert np.isnan(pixels).all()
    np.testing.assert_allclose(depth, [[-1.5, 0.0]])


@quick
@given(seeds)
def test_moving_camera_and_points_together_changes_no_pixel(seed: int) -> None:
    generator = np.random.default_rng(seed)
    camera = front_camera(BARREL)
    turn, _ = np.linalg.qr(generator.normal(size=(3, 3)))
    motion = transform(turn * np.sign(np.linalg.det(turn)), generator.normal(size=3))
    moved = Camera('moved', camera.intrinsics, motion @ camera.base_from_camera)
    points = apply(camera.base_from_camera, points_in_view(seed))
    before, _ = project(camera, points)
    after, _ = project(moved, apply(motion, points))
    np.testing.assert_allclose(after, before, atol=1e-7)


def test_the_grid_counts_pixels_from_the_top_left_centre() -> None:
    grid = pixel_grid(lens(BARREL))
    assert grid.shape == (400, 640, 2)
    np.testing.assert_array_equal(grid[[0, 0, 399], [0, 639, 0]], [[0, 0], [639, 0], [0, 399]])
