# SPDX-License-Identifier: Apache-2.0
"""Oriented boxes: hand-made cases, invariants, and a brute-force reference."""

from math import pi, sqrt

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from wpt_core.geometry import (
    Box,
    Boxes,
    FloatArray,
    compose,
    contains,
    corners,
    corners_of,
    distance,
    distances,
    overlap,
    overlaps,
    transform_points,
)
from wpt_core.types import Pose2

quick = settings(max_examples=100, deadline=None)
places = st.builds(Pose2, st.floats(-8, 8), st.floats(-8, 8), st.floats(-pi, pi))
boxes = st.builds(Box, places, st.floats(0.2, 8), st.floats(0.2, 4))


def moved(motion: Pose2, box: Box) -> Box:
    return Box(compose(motion, box.pose), box.length_m, box.width_m)


def filled(box: Box, step: float = 0.1) -> FloatArray:
    """Points all over the box, its edge included."""
    along = np.linspace(-0.5, 0.5, int(box.length_m / step) + 2) * box.length_m
    across = np.linspace(-0.5, 0.5, int(box.width_m / step) + 2) * box.width_m
    grid = np.stack(np.meshgrid(along, across), axis=-1).reshape(-1, 2)
    return transform_points(box.pose, grid)


def test_corners_by_hand_start_at_the_front_left() -> None:
    expected = [[2.0, 1.0], [-2.0, 1.0], [-2.0, -1.0], [2.0, -1.0]]
    np.testing.assert_allclose(corners(Box(Pose2(0, 0, 0), 4, 2)), expected)
    north = corners(Box(Pose2(10, 0, pi / 2), 4, 2))
    np.testing.assert_allclose(north[0], [9.0, 2.0])


@quick
@given(boxes)
def test_corners_run_counter_clockwise_around_the_area(box: Box) -> None:
    x, y = corners(box).T
    area = np.sum(x * np.roll(y, -1) - y * np.roll(x, -1)) / 2
    assert area == pytest.approx(box.length_m * box.width_m)


@pytest.mark.parametrize(
    ('other', 'meets', 'apart_m'),
    [
        (Box(Pose2(3.9, 0.0, 0.0), 4, 2), True, 0.0),
        (Box(Pose2(4.0, 0.0, 0.0), 4, 2), True, 0.0),
        (Box(Pose2(4.5, 0.0, 0.0), 4, 2), False, 0.5),
        (Box(Pose2(7.0, 6.0, 0.0), 4, 2), False, 5.0),
        (Box(Pose2(0.0, 0.0, 1.0), 0.1, 0.1), True, 0.0),
        # A diamond beside the corner (2, 1): the axes of the first box alone do not part them.
        (Box(Pose2(3.0, 2.0, pi / 4), 2.6, 2.6), False, sqrt(2.0) - 1.3),
        (Box(Pose2(3.0, 2.0, pi / 4), 2.9, 2.9), True, 0.0),
        (Box(Pose2(2.0 + 1.0 + sqrt(2.0), 0.0, pi / 4), 2, 2), False, 1.0),
    ],
)
def test_overlap_and_distance_by_hand(other: Box, meets: bool, apart_m: float) -> None:
    car = Box(Pose2(0.0, 0.0, 0.0), 4, 2)
    assert overlap(car, other) is meets
    assert distance(car, other) == pytest.approx(apart_m, abs=1e-12)


@quick
@given(boxes, boxes)
def test_overlap_and_distance_are_symmetric_and_agree(a: Box, b: Box) -> None:
    assert overlap(a, b) == overlap(b, a)
    assert distance(a, b) == distance(b, a)
    assert overlap(a, b) == (distance(a, b) == 0.0)


@quick
@given(boxes, boxes, st.builds(Pose2, st.floats(-50, 50), st.floats(-50, 50), st.floats(-9, 9)))
def test_a_rigid_motion_of_both_changes_nothing(a: Box, b: Box, motion: Pose2) -> None:
    gap_m = distance(a, b)
    assert distance(moved(motion, a), moved(motion, b)) == pytest.approx(gap_m, abs=1e-9)
    assume(gap_m > 1e-9 or overlap(a, Box(b.pose, b.length_m - 1e-9, b.width_m - 1e-9)))
    assert overlap(moved(motion, a), moved(motion, b)) == overlap(a, b)


@quick
@given(boxes, boxes)
def test_a_brute_force_filling_sees_the_same(a: Box, b: Box) -> None:
    fill = filled(a)
    if contains(b, fill).any():
        assert overlap(a, b)
    gaps = filled(b)[:, None] - fill[::3]
    nearest = np.sqrt((gaps**2).sum(axis=-1).min())
    assert distance(a, b) <= nearest + 1e-9
    if not overlap(a, b):
        assert nearest - distance(a, b) < 0.25


@quick
@given(boxes)
def test_a_box_contains_what_lies_inside_and_nothing_beyond(box: Box) -> None:
    corner, centre = corners(box), [box.pose.x_m, box.pose.y_m]
    assert contains(box, corner + 1e-6 * (centre - corner)).all()
    assert not contains(box, corner - 1e-6 * (centre - corner)).any()
    assert contains(box, centre)


def test_many_boxes_are_judged_as_one_by_one() -> None:
    generator = np.random.default_rng(3)
    rows = generator.uniform([-9, -9, -4, 0.3, 0.3], [9, 9, 4, 8, 3], (40, 5))
    singles = [Box(Pose2(*row[:3]), row[3], row[4]) for row in rows.tolist()]
    many = Boxes.of(singles)
    pairs = Boxes(many.poses[:, None], many.lengths_m[:, None], many.widths_m[:, None])
    meets, apart = overlaps(pairs, many), distances(pairs, many)
    assert meets.shape == apart.shape == (40, 40)
    assert 0.05 < meets.mean() < 0.95
    for i, a in enumerate(singles):
        assert meets[i].tolist() == [overlap(a, b) for b in singles]
        np.testing.assert_allclose(apart[i], [distance(a, b) for b in singles], atol=1e-12)
        np.testing.assert_allclose(corners_of(many)[i], corners(a), atol=1e-12)


def test_one_car_over_time_meets_many_actors_over_the_same_times() -> None:
    times = np.arange(10.0)
    ego = Boxes.like(np.column_stack([times * 5, times * 0, times * 0]), 4.0, width_m=2.0)
    standing = np.broadcast_to([[[22.0, 0.0, 0.0]], [[22.0, 3.0, 0.0]]], (2, 10, 3))
    hits = overlaps(ego, Boxes.like(standing, 4.0, width_m=2.0))
    assert np.flatnonzero(hits[0]).tolist() == [4, 5]
    assert not hits[1].any()


def test_no_boxes_at_all_are_no_trouble() -> None:
    assert overlaps(Boxes.of([]), Boxes.of([Box(Pose2(0, 0, 0), 1, 1)])).shape == (0,)
