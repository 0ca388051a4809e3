# SPDX-License-Identifier: Apache-2.0
"""Every section, fixed or drawn, is one that a road builder would accept."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wpt_core.types import InputError
from wpt_sim.road import (
    CrossSection,
    Edge,
    Pattern,
    RoadKind,
    arterial,
    city,
    country,
    motorway,
    random_section,
    single_lane,
    worn,
)

quick = settings(max_examples=60, deadline=None)


def check_buildable(section: CrossSection) -> None:
    """Lanes touch in order, lines are paved, and traffic keeps to the right."""
    lanes = section.lanes
    for right, left in pairwise(lanes):
        border = right.offset_m + right.width_m / 2
        assert left.offset_m - left.width_m / 2 == pytest.approx(border)
    assert section.right_edge_m < lanes[0].offset_m - lanes[0].width_m / 2
    assert section.left_edge_m > lanes[-1].offset_m + lanes[-1].width_m / 2
    directions = [lane.forward for lane in lanes]
    assert directions == sorted(directions, reverse=True)
    offsets = [marking.offset_m for marking in section.markings]
    assert offsets == sorted(offsets)
    for marking in section.markings:
        assert section.right_edge_m <= marking.offset_m - marking.width_m / 2 + 1e-9
        assert section.left_edge_m >= marking.offset_m + marking.width_m / 2 - 1e-9


@quick
@given(st.integers(0, 2**32 - 1), st.sampled_from(RoadKind))
def test_drawn_sections_are_buildable_and_of_real_sizes(seed: int, kind: RoadKind) -> None:
    section = random_section(np.random.default_rng(seed), kind)
    check_buildable(section)
    assert section == random_section(np.random.default_rng(seed), kind)
    arterial_road = kind is RoadKind.ARTERIAL
    narrow_m, wide_m = (2.8, 3.9) if arterial_road else (3.0, 3.75)
    assert all(narrow_m <= lane.width_m <= wide_m for lane in section.lanes)
    widest = {RoadKind.MOTORWAY: 0.30, RoadKind.ARTERIAL: 0.20}.get(kind, 0.15)
    assert all(0.10 <= marking.width_m <= widest for marking in section.markings)
    dashed = [m for m in section.markings if m.pattern is Pattern.DASHED]
    shortest_m = 2.0 if arterial_road else 3.0
    assert all(shortest_m <= m.dash_m <= 6.0 and m.dash_m <= m.gap_m <= 12.0 for m in dashed)


@pytest.mark.parametrize('double_centre', [False, True])
@pytest.mark.parametrize('lanes_each_way', [1, 2, 3])
def test_an_arterial_road_has_as_many_lanes_each_way(
    lanes_each_way: int, double_centre: bool
) -> None:
    section = arterial(lanes_each_way, double_centre=double_centre)
    check_buildable(section)
    assert [lane.forward for lane in section.lanes].count(True) == lanes_each_way
    yellow = [marking for marking in section.markings if marking.yellow]
    assert len(yellow) == 1 + double_centre
    assert all(marking.pattern is Pattern.SOLID for marking in yellow)
    dashed = sum(marking.pattern is Pattern.DASHED for marking in section.markings)
    assert dashed == 2 * (lanes_each_way - 1)
    with pytest.raises(InputError, match='lanes_each_way must be 1 to 3, but got 4'):
        arterial(4)


def test_draws_differ() -> None:
    generator = np.random.default_rng(1)
    drawn = {random_section(generator, RoadKind.COUNTRY) for _ in range(20)}
    assert len(drawn) > 15
    lane_counts = {len(random_section(generator, RoadKind.MOTORWAY).lanes) for _ in range(40)}
    assert lane_counts == {2, 3, 4}


@pytest.mark.parametrize(
    ('section', 'lanes', 'forward', 'patterns', 'edge'),
    [
        (country(), 2, 1, 'solid dashed solid', Edge.VERGE),
        (motorway(), 2, 2, 'solid dashed solid', Edge.RAIL),
        (motorway(4), 4, 4, 'solid dashed dashed dashed solid', Edge.RAIL),
        (city(), 2, 1, 'dashed', Edge.KERB),
        (city(2), 4, 2, 'dashed solid dashed', Edge.KERB),
        (single_lane(), 1, 1, 'solid solid', Edge.VERGE),
    ],
)
def test_each_kind_shows_what_its_name_promises(
    section: CrossSection, lanes: int, forward: int, patterns: str, edge: Edge
) -> None:
    check_buildable(section)
    assert len(section.lanes) == lanes
    assert sum(lane.forward for lane in section.lanes) == forward
    assert ' '.join(marking.pattern.value for marking in section.markings) == patterns
    assert (section.right, section.left) == (edge, edge)


def test_edge_lines_lie_just_outside_the_lanes_and_a_shoulder_holds_a_car() -> None:
    section = motorway(2, lane_m=3.75, edge_line_m=0.3, shoulder_m=2.5)
    assert section.markings[0].offset_m + 0.15 == pytest.approx(-3.75)
    assert section.markings[-1].offset_m - 0.15 == pytest.approx(3.75)
    assert section.markings[0].offset_m - 0.15 - section.right_edge_m == pytest.approx(2.5)


def test_wear_touches_the_paint_and_nothing_else() -> None:
    section = country(yellow_centre=True)
    old = worn(section, 0.7)
    assert {marking.wear for marking in old.markings} == {0.7}
    assert worn(old, 0.0) == section
    assert old.lanes == section.lanes


@pytest.mark.parametrize(
    ('make', 'message'),
    [
        (lambda: motorway(0), 'lanes must be 1 to 4, but got 0'),
        (lambda: motorway(5), 'lanes must be 1 to 4, but got 5'),
        (lambda: city(3), 'lanes_each_way must be 1 or 2, but got 3'),
        (lambda: country(lane_m=-3.0), 'lane_m must lie between 0 and 20 m, but got -3.0'),
        (lambda: single_lane(line_m=float('nan')), 'line_m must lie between'),
        (lambda: worn(country(), 1.2), 'wear must be between 0 and 1, but got 1.2'),
    ],
)
def test_impossible_sections_are_refused(make: Callable[[], object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        make()
