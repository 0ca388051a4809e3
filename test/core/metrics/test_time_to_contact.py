# SPDX-License-Identifier: Apache-2.0
"""Time to contact of two boxes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wpt_core.geometry import Boxes, overlaps
from wpt_core.metrics.time_to_collision import time_to_contact_s

PLACE = st.floats(-20.0, 20.0)
ANGLE = st.floats(-3.2, 3.2)
SIZE = st.floats(0.5, 6.0)
POSE = st.tuples(PLACE, PLACE, ANGLE)


def box(x: float, y: float, yaw: float, length: float = 4.0, width: float = 2.0) -> Boxes:
    return Boxes.like([x, y, yaw], length, width_m=width)


def contact_s(ours: Boxes, theirs: Boxes, velocity: tuple[float, float]) -> float:
    return float(time_to_contact_s(ours, theirs, np.array(velocity)))


def grown(boxes: Boxes, by_m: float) -> Boxes:
    return Boxes(boxes.poses, boxes.lengths_m + by_m, boxes.widths_m + by_m)


def moved(boxes: Boxes, velocity: tuple[float, float], time_s: float) -> Boxes:
    poses = boxes.poses + time_s * np.array([*velocity, 0.0])
    return Boxes(poses, boxes.lengths_m, boxes.widths_m)


@pytest.mark.parametrize(
    ('theirs', 'velocity', 'expected'),
    [
        (box(14.0, 0.0, 0.0), (-5.0, 0.0), 2.0),  # 10 m between the bumpers
        (box(14.0, 0.0, np.pi), (-5.0, 0.0), 2.0),
        (box(13.0, 0.0, np.pi / 2.0), (-5.0, 0.0), 2.0),  # theirs is 2 m long towards us
        (box(14.0, 0.0, 0.0), (5.0, 0.0), np.inf),  # drives away
        (box(14.0, 2.5, 0.0), (-5.0, 0.0), np.inf),  # passes 0.5 m beside
        (box(14.0, 2.5, 0.0), (-5.0, -0.1), np.inf),  # 0.5 m sideways take 5 s, past by then
        (box(14.0, 2.5, 0.0), (-5.0, -0.2), 2.5),  # 0.5 m sideways at 0.2 m/s, while beside us
        (box(0.0, 5.0, 0.0), (0.0, -3.0), 1.0),
        (box(3.0, 0.0, 0.0), (9.0, 0.0), 0.0),  # already touching
        (box(14.0, 0.0, 0.0), (0.0, 0.0), np.inf),
        (box(3.0, 0.0, 0.0), (0.0, 0.0), 0.0),
    ],
)
def test_contact_times_worked_out_by_hand(
    theirs: Boxes, velocity: tuple[float, float], expected: float
) -> None:
    assert contact_s(box(0.0, 0.0, 0.0), theirs, velocity) == pytest.approx(expected)


def test_a_diamond_is_met_at_its_tip() -> None:
    square = box(10.0, 0.0, np.pi / 4.0, 2.0, 2.0)
    half_diagonal = np.sqrt(2.0)
    expected = (10.0 - 2.0 - half_diagonal) / 4.0
    assert contact_s(box(0.0, 0.0, 0.0), square, (-4.0, 0.0)) == pytest.approx(expected)


def test_a_diamond_that_drifts_outward_passes_the_corner() -> None:
    # Its projection leaves the diagonal after 1.2 s and reaches the side after 3.5 s.
    diamond = box(-np.sqrt(2.0), 4.0 * np.sqrt(2.0), np.pi / 4.0, 2.0, 2.0)
    drift = 0.1 / np.sqrt(2.0)
    for ours, theirs, sign in (
        (box(0.0, 0.0, 0.0), diamond, 1),
        (diamond, box(0.0, 0.0, 0.0), -1),
    ):
        assert contact_s(ours, theirs, (sign * (1.0 + drift), sign * (drift - 1.0))) == np.inf


@settings(max_examples=100, deadline=None)
@given(POSE, POSE, st.tuples(SIZE, SIZE), st.tuples(SIZE, SIZE), st.tuples(PLACE, PLACE))
def test_the_boxes_touch_then_and_not_before(
    a: tuple[float, float, float],
    b: tuple[float, float, float],
    size_a: tuple[float, float],
    size_b: tuple[float, float],
    velocity: tuple[float, float],
) -> None:
    ours, theirs = box(*a, *size_a), box(*b, *size_b)
    first_s = contact_s(ours, theirs, velocity)
    before_s = np.linspace(0.0, min(first_s, 5.0), 20, endpoint=False) if first_s > 0.0 else ()
    for time_s in before_s:
        assert not overlaps(grown(ours, -1e-6), moved(theirs, velocity, time_s))
    if first_s < 1e3:
        assert overlaps(grown(ours, 1e-6), moved(theirs, velocity, first_s))


@settings(max_examples=50, deadline=None)
@given(POSE, POSE, st.tuples(PLACE, PLACE), POSE)
def test_where_the_origin_lies_and_who_is_named_first_do_not_matter(
    a: tuple[float, float, float],
    b: tuple[float, float, float],
    velocity: tuple[float, float],
    frame: tuple[float, float, float],
) -> None:
    x, y, turn = frame
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])

    def seen(pose: tuple[float, float, float]) -> Boxes:
        return box(*(rotation @ pose[:2] + [x, y]), pose[2] + turn)

    turned = rotation @ velocity
    before = contact_s(box(*a), box(*b), velocity)
    after = contact_s(seen(a), seen(b), (turned[0], turned[1]))
    swapped = contact_s(box(*b), box(*a), (-velocity[0], -velocity[1]))
    if before < 5.0 and contact_s(grown(box(*a), -1e-3), box(*b), velocity) < np.inf:
        assert after == pytest.approx(before, abs=1e-6)
        assert swapped == pytest.approx(before, abs=1e-9)
