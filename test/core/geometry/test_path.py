# SPDX-License-Identifier: Apache-2.0
"""Paths against closed forms, round trips, and their behaviour at the ends."""

from math import cos, pi, sin

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wpt_core.geometry import FloatArray, Path, transform_points
from wpt_core.types import InputError, Pose2

quick = settings(max_examples=60, deadline=None)
seeds = st.integers(0, 2**32 - 1)


def circle(radius_m: float, turn_rad: float, *, spacing_m: float = 0.5) -> Path:
    """Around (0, radius) from the origin, heading +x; a negative radius bends right."""
    count = int(abs(radius_m * turn_rad) / spacing_m)
    angle = np.linspace(0.0, turn_rad, count)
    bend = np.column_stack([np.sin(angle), np.sign(radius_m) * (1 - np.cos(angle))])
    return Path.from_points(abs(radius_m) * bend)


def winding(seed: int, *, bend_1pm: float = 1 / 30) -> Path:
    """A smooth random line of 200 m, nowhere bent more than `bend_1pm`."""
    generator = np.random.default_rng(seed)
    s = np.arange(0.0, 200.0, 0.5)
    waves = 2 * pi / generator.uniform(60.0, 200.0, 3)
    share = generator.dirichlet(np.ones(3)) * bend_1pm
    phase = generator.uniform(0, 2 * pi, 3)
    heading = (share / waves * np.sin(s[:, None] * waves + phase)).sum(axis=1)
    step = np.column_stack([np.cos(heading), np.sin(heading)]) * 0.5
    return Path.from_points(np.cumsum(step, axis=0))


def inside_the_bend(path: Path, seed: int, count: int = 300) -> tuple[FloatArray, FloatArray]:
    """Arc lengths, and offsets within 0.9 of the radius of curvature and 20 m."""
    generator = np.random.default_rng(seed)
    s = generator.uniform(0.0, path.length_m, count)
    reach = 0.9 / np.maximum(np.abs(path.curvatures_1pm).max(), 0.045)
    return s, generator.uniform(-reach, reach, count)


@pytest.mark.parametrize('radius_m', [30.0, -30.0, 120.0, -500.0])
def test_a_circle_has_its_length_heading_and_curvature(radius_m: float) -> None:
    path = circle(radius_m, 2.0)
    assert path.length_m == pytest.approx(2.0 * abs(radius_m), rel=2e-5)
    np.testing.assert_allclose(path.curvatures_1pm, 1 / radius_m, rtol=2e-4)
    assert path.headings_rad[-1] == pytest.approx(np.sign(radius_m) * 2.0, abs=1e-4)


@quick
@given(
    st.floats(25.0, 500.0), st.sampled_from([-1.0, 1.0]), st.floats(0.0, 1.0), st.floats(-20, 20)
)
def test_frenet_on_a_circle_is_polar_coordinates(
    radius_m: float, hand: float, share: float, offset_m: float
) -> None:
    path = circle(hand * radius_m, 2.0)
    angle = 2.0 * share
    r = radius_m - hand * offset_m
    point = [r * sin(angle), hand * (radius_m - r * cos(angle))]
    s, offset = path.to_frenet(point)
    # Arc length is summed over chords, which are up to 2e-5 shorter than the arc.
    assert s == pytest.approx(radius_m * angle, abs=1e-3, rel=4e-5)
    assert offset == pytest.approx(offset_m, abs=1e-4)


def test_a_clothoid_bends_evenly() -> None:
    s = np.arange(0.0, 100.0, 0.01)
    heading = 0.5 * (1 / 50 / 100) * s**2
    fine = np.cumsum(np.column_stack([np.cos(heading), np.sin(heading)]) * 0.01, axis=0)
    path = Path.from_points(fine[::50])
    inner = slice(2, -2)
    np.testing.assert_allclose(path.curvatures_1pm[inner], path.s_m[inner] / 5000, atol=3e-6)


@quick
@given(seeds)
def test_frenet_round_trips_within_the_radius_of_curvature(seed: int) -> None:
    path = winding(seed)
    s, offset = inside_the_bend(path, seed)
    points = path.from_frenet(s, offset)
    found_s, found_offset = path.to_frenet(points, near_s_m=s + 1.0)
    np.testing.assert_allclose(found_s, s, atol=1e-8)
    np.testing.assert_allclose(found_offset, offset, atol=1e-8)


@quick
@given(seeds, st.tuples(st.floats(-60, 260), st.floats(-150, 150)))
def test_the_foot_found_without_a_hint_is_the_nearest(
    seed: int, point: tuple[float, float]
) -> None:
    path = winding(seed)
    s, offset = path.to_frenet(point)
    np.testing.assert_allclose(path.from_frenet(s, offset), point, atol=1e-3)
    nearest = np.hypot(*(path.points_m - point).T).min()
    assert abs(offset) <= nearest + 1e-6


@quick
@given(seeds)
def test_one_point_many_points_and_no_hint_give_one_answer(seed: int) -> None:
    path = winding(seed)
    s = np.linspace(-20.0, path.length_m + 20.0, 7)
    points = path.from_frenet(s, np.array([-3.0, 2.0, 0.0, 6.0, -6.0, 1.0, 4.0]))
    many_s, many_offset = path.to_frenet(points)
    for row, (x, y) in enumerate(points.tolist()):
        one = path.point_to_frenet(x, y, near_s_m=float(s[row]) + 2.0)
        hinted = path.to_frenet([x, y], near_s_m=float(s[row]) - 2.0)
        assert one == pytest.approx((many_s[row], many_offset[row]), abs=1e-8)
        assert hinted == pytest.approx((many_s[row], many_offset[row]), abs=1e-8)


@quick
@given(seeds, st.builds(Pose2, st.floats(-99, 99), st.floats(-99, 99), st.floats(-7, 7)))
def test_a_rigid_motion_changes_neither_length_nor_bend_nor_frenet(
    seed: int, motion: Pose2
) -> None:
    path = winding(seed)
    there = Path.from_points(transform_points(motion, path.points_m))
    assert there.length_m == pytest.approx(path.length_m, abs=1e-8)
    np.testing.assert_allclose(there.curvatures_1pm, path.curvatures_1pm, atol=1e-8)
    s, offset = inside_the_bend(path, seed, count=20)
    points = transform_points(motion, path.from_frenet(s, offset))
    np.testing.assert_allclose(there.to_frenet(points, near_s_m=s)[0], s, atol=1e-6)


@quick
@given(seeds)
def test_offsets_are_continuous_along_a_straight_drive_past_the_bends(seed: int) -> None:
    path = winding(seed, bend_1pm=1 / 60)
    line = np.linspace(path.points_m[0], path.points_m[-1], 4000)
    near = np.abs(path.to_frenet(line)[1]) < 20.0
    s, offset = path.to_frenet(line[near])
    step = np.hypot(*np.diff(line[:2], axis=0)[0])
    together = np.diff(np.flatnonzero(near)) == 1
    assert np.abs(np.diff(offset)[together]).max() <= step * 1.01
    assert np.abs(np.diff(s)[together]).max() <= step / (1 - 20 / 60) * 1.05


@quick
@given(seeds, st.floats(0.3, 3.0))
def test_resampling_keeps_the_line(seed: int, spacing_m: float) -> None:
    path = winding(seed)
    coarse = path.resampled(spacing_m)
    steps = np.diff(coarse.s_m)
    assert steps.max() <= spacing_m * (1 + 1e-9)
    assert steps.max() - steps.min() < 1e-9
    assert coarse.length_m == path.length_m
    s = np.linspace(0.0, path.length_m, 333)
    np.testing.assert_allclose(coarse.from_frenet(s, 0.0), path.from_frenet(s, 0.0), atol=5e-3)


def test_reversing_mirrors_offsets_and_counts_from_the_other_end() -> None:
    path = circle(40.0, 1.5)
    back = path.reversed()
    s, offset = path.to_frenet([[12.0, 3.0], [30.0, 20.0]])
    back_s, back_offset = back.to_frenet([[12.0, 3.0], [30.0, 20.0]])
    np.testing.assert_allclose(back_s, path.length_m - s, atol=1e-8)
    np.testing.assert_allclose(back_offset, -offset, atol=1e-8)
    np.testing.assert_allclose(back.curvatures_1pm, -1 / 40.0, rtol=2e-4)


@pytest.mark.parametrize(('radius_m', 'offset_m'), [(30.0, 5.0), (30.0, -5.0), (-60.0, 7.0)])
def test_a_parallel_of_a_circle_is_a_circle(radius_m: float, offset_m: float) -> None:
    path = circle(radius_m, 1.0)
    beside = path.parallel(offset_m)
    inner_m = abs(radius_m - offset_m)
    assert beside.length_m == pytest.approx(inner_m, rel=1e-4)
    np.testing.assert_allclose(beside.curvatures_1pm, 1 / (radius_m - offset_m), rtol=3e-4)
    s = np.linspace(0.0, path.length_m, 50)
    np.testing.assert_allclose(path.to_frenet(path.from_frenet(s, offset_m))[1], offset_m)
    np.testing.assert_allclose(
        np.hypot(*(beside.points_m - [0.0, radius_m]).T), inner_m, atol=1e-4
    )


def test_no_parallel_beyond_the_centre_of_a_bend() -> None:
    with pytest.raises(InputError, match=r'at 30.5 m needs bends wider .* radius 30 m'):
        circle(30.0, 1.0).parallel(30.5)


def test_beyond_its_ends_a_path_goes_on_straight() -> None:
    path = circle(30.0, pi / 2)
    ahead = path.pose_at(path.length_m + 10.0)
    assert (ahead.x_m, ahead.y_m) == pytest.approx((30.0, 40.0), abs=1e-2)
    assert ahead.yaw_rad == pytest.approx(pi / 2, abs=1e-4)
    s, offset = path.to_frenet([[-7.0, 2.0], [28.0, 45.0]])
    np.testing.assert_allclose(s, [-7.0, path.length_m + 15.0], atol=1e-2)
    np.testing.assert_allclose(offset, [2.0, 2.0], atol=1e-2)
    np.testing.assert_array_equal(path.curvature_at([-0.1, path.length_m + 0.1]), [0.0, 0.0])


def test_one_pose_is_the_row_of_many_with_its_heading_wrapped() -> None:
    path = circle(30.0, 5.0)
    s = np.array([[3.2, 77.7], [140.0, 200.0]])
    rows = path.poses_at(s)
    assert rows.shape == (2, 2, 3)
    assert rows[1, 0, 2] == pytest.approx(140.0 / 30.0, abs=1e-3)
    pose = path.pose_at(140.0)
    assert (pose.x_m, pose.y_m) == pytest.approx(tuple(rows[1, 0, :2]))
    assert pose.yaw_rad == pytest.approx(rows[1, 0, 2] - 2 * pi)


def test_points_of_any_shape_and_points_that_are_nan() -> None:
    path = circle(30.0, 1.0)
    points = path.from_frenet(np.linspace(1, 20, 6).reshape(2, 3), 1.5)
    points[1, 2] = np.nan
    s, offset = path.to_frenet(points)
    assert s.shape == offset.shape == (2, 3)
    assert np.isnan(offset[1, 2])
    np.testing.assert_allclose(offset.ravel()[:5], 1.5)
    assert path.to_frenet(np.zeros((0, 2)))[0].shape == (0,)


def test_repeated_points_are_one_point() -> None:
    path = Path.from_points([[0, 0], [0, 0], [1, 0], [1, 0], [2, 0], [2, 0]])
    assert path.s_m.tolist() == [0.0, 1.0, 2.0]
    assert path.curvatures_1pm.tolist() == [0.0, 0.0, 0.0]


def test_two_points_are_a_straight_line_of_any_length() -> None:
    path = Path.from_points([[0, 0], [300, 400]])
    s, offset = path.to_frenet([[150 - 8, 200 + 6], [150, 200]])
    np.testing.assert_allclose(s, [250.0, 250.0])
    np.testing.assert_allclose(offset, [10.0, 0.0], atol=1e-9)


def test_a_path_cannot_be_changed_under_its_users() -> None:
    points = np.array([[0.0, 0.0], [1.0, 0.0]])
    path = Path.from_points(points)
    points[1] = 5.0
    assert path.length_m == 1.0
    with pytest.raises(ValueError, match='read-only'):
        path.points_m[0, 0] = 1.0


@pytest.mark.parametrize(
    ('points', 'message'),
    [
        ([[1.0, 2.0]], 'at least 2 different points'),
        ([[1.0, 2.0], [1.0, 2.0]], 'at least 2 different points, but got 1'),
        ([[0.0, 0.0], [1.0, float('nan')]], '1 values that are not finite'),
        ([[0.0, 0.0, 0.0], [1.0, 0.0, 0.0]], r'shape \(2, 3\)'),
    ],
)
def test_unusable_points_are_refused(points: list[list[float]], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Path.from_points(points)


def test_arrays_that_do_not_describe_one_line_are_refused() -> None:
    line, zero = np.array([[0.0, 0.0], [1.0, 0.0]]), np.zeros(2)
    with pytest.raises(InputError, match='must rise from 0'):
        Path(line, np.array([0.0, 0.0]), zero, zero)
    with pytest.raises(InputError, match='shapes'):
        Path(line, np.array([0.0, 1.0]), np.zeros(3), zero)
    with pytest.raises(InputError, match='NaN or infinite'):
        Path(line, np.array([0.0, 1.0]), np.array([0.0, np.inf]), zero)
