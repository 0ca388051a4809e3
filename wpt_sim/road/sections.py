# SPDX-License-Identifier: Apache-2.0
"""Cross-sections of common kinds of road for right-hand traffic, fixed or random.

Sizes follow European practice (lanes 3.0-3.75 m; lines 0.10-0.15 m, 0.15-0.30 m at the edge of a
motorway) with dash and gap of several countries; 3.05 / 9.14 m are the American 10 and 30 feet.
"""

from dataclasses import replace
from enum import Enum

import numpy as np

from wpt_core.types import InputError
from wpt_sim.road.lanes import CrossSection, Edge, Lane, Marking, Pattern

__all__ = [
    'RoadKind',
    'arterial',
    'city',
    'country',
    'motorway',
    'random_arterial',
    'random_section',
    'single_lane',
    'worn',
]


class RoadKind(Enum):
    """Kinds of cross-section."""

    COUNTRY = 'country'
    MOTORWAY = 'motorway'
    CITY = 'city'
    SINGLE_LANE = 'single_lane'
    ARTERIAL = 'arterial'


def country(
    *,
    lane_m: float = 3.25,
    line_m: float = 0.12,
    dash_m: float = 4.0,
    gap_m: float = 8.0,
    edge_strip_m: float = 0.5,
    yellow_centre: bool = False,
) -> CrossSection:
    """One lane each way, a dashed centre line, solid edge lines, verges."""
    _check(lane_m=lane_m, line_m=line_m, edge_strip_m=edge_strip_m)
    centre = Marking(0.0, line_m, Pattern.DASHED, dash_m=dash_m, gap_m=gap_m, yellow=yellow_centre)
    edges = (_solid(-lane_m - line_m / 2, line_m), _solid(lane_m + line_m / 2, line_m))
    paved_m = lane_m + max(edge_strip_m, line_m)
    return CrossSection(
        lanes=_two_way(1, lane_m),
        markings=(edges[0], centre, edges[1]),
        right_edge_m=-paved_m,
        left_edge_m=paved_m,
    )


def motorway(
    lanes: int = 2,
    *,
    lane_m: float = 3.75,
    line_m: float = 0.15,
    edge_line_m: float = 0.30,
    dash_m: float = 6.0,
    gap_m: float = 12.0,
    shoulder_m: float = 2.5,
    yellow_left: bool = False,
) -> CrossSection:
    """One carriageway of several lanes with a hard shoulder and rails on both sides."""
    if not 1 <= lanes <= 4:
        raise InputError(f'motorway: lanes must be 1 to 4, but got {lanes}.')
    _check(lane_m=lane_m, line_m=line_m, edge_line_m=edge_line_m, shoulder_m=shoulder_m)
    half_m = lanes * lane_m / 2
    between = tuple(
        Marking(i * lane_m - half_m, line_m, Pattern.DASHED, dash_m=dash_m, gap_m=gap_m)
        for i in range(1, lanes)
    )
    right = _solid(-half_m - edge_line_m / 2, edge_line_m)
    left = replace(_solid(half_m + edge_line_m / 2, edge_line_m), yellow=yellow_left)
    return CrossSection(
        lanes=tuple(Lane((i + 0.5) * lane_m - half_m, lane_m, True) for i in range(lanes)),
        markings=(right, *between, left),
        right_edge_m=-half_m - edge_line_m - shoulder_m,
        left_edge_m=half_m + edge_line_m + 0.5,
        right=Edge.RAIL,
        left=Edge.RAIL,
    )


def city(
    lanes_each_way: int = 1,
    *,
    lane_m: float = 3.1,
    line_m: float = 0.12,
    dash_m: float = 3.0,
    gap_m: float = 6.0,
    gutter_m: float = 0.3,
    yellow_centre: bool = False,
) -> CrossSection:
    """Kerbs on both sides and no edge lines; four lanes have a solid line in the middle."""
    if lanes_each_way not in (1, 2):
        raise InputError(f'city: lanes_each_way must be 1 or 2, but got {lanes_each_way}.')
    _check(lane_m=lane_m, line_m=line_m, gutter_m=gutter_m)
    dashed = Marking(0.0, line_m, Pattern.DASHED, dash_m=dash_m, gap_m=gap_m)
    middle = replace(dashed, yellow=yellow_centre)
    markings: tuple[Marking, ...] = (middle,)
    if lanes_each_way == 2:
        middle = replace(middle, pattern=Pattern.SOLID)
        markings = (replace(dashed, offset_m=-lane_m), middle, replace(dashed, offset_m=lane_m))
    paved_m = lanes_each_way * lane_m + gutter_m
    return CrossSection(
        lanes=_two_way(lanes_each_way, lane_m),
        markings=markings,
        right_edge_m=-paved_m,
        left_edge_m=paved_m,
        right=Edge.KERB,
        left=Edge.KERB,
    )


def single_lane(*, lane_m: float = 3.5, line_m: float = 0.12) -> CrossSection:
    """One lane, one way, between two solid lines and verges."""
    _check(lane_m=lane_m, line_m=line_m)
    half_m = lane_m / 2
    return CrossSection(
        lanes=(Lane(0.0, lane_m, True),),
        markings=(_solid(-half_m - line_m / 2, line_m), _solid(half_m + line_m / 2, line_m)),
        right_edge_m=-half_m - 0.4,
        left_edge_m=half_m + 0.4,
    )


def arterial(
    lanes_each_way: int = 2,
    *,
    lane_m: float = 3.5,
    line_m: float = 0.15,
    dash_m: float = 3.0,
    gap_m: float = 6.0,
    edge_strip_m: float = 0.5,
    yellow_centre: bool = True,
    double_centre: bool = False,
    edge: Edge = Edge.KERB,
) -> CrossSection:
    """Several lanes each way: dashed between lanes, solid in the middle and at the edges."""
    if not 1 <= lanes_each_way <= 3:
        raise InputError(f'arterial: lanes_each_way must be 1 to 3, but got {lanes_each_way}.')
    _check(lane_m=lane_m, line_m=line_m, edge_strip_m=edge_strip_m)
    apart_m = line_m if double_centre else 0.0
    middle = [_solid(side * apart_m, line_m) for side in ((-1, 1) if double_centre else (0,))]
    between = [
        Marking(side * i * lane_m, line_m, Pattern.DASHED, dash_m=dash_m, gap_m=gap_m)
        for side in (-1, 1)
        for i in range(1, lanes_each_way)
    ]
    half_m = lanes_each_way * lane_m
    edges = [_solid(side * (half_m - line_m / 2), line_m) for side in (-1, 1)]
    paved_m = half_m + max(edge_strip_m, line_m)
    markings = [*(replace(line, yellow=yellow_centre) for line in middle), *between, *edges]
    return CrossSection(
        lanes=_two_way(lanes_each_way, lane_m),
        markings=tuple(sorted(markings, key=lambda marking: marking.offset_m)),
        right_edge_m=-paved_m,
        left_edge_m=paved_m,
        right=edge,
        left=edge,
    )


def random_arterial(generator: np.random.Generator, lanes_each_way: int) -> CrossSection:
    """Draw an arterial road with so many lanes each way."""
    dash_m, gap_m = _pick(generator, [(3.0, 6.0), (2.0, 4.0), (3.0, 9.0), (3.05, 9.14)])
    return arterial(
        lanes_each_way,
        lane_m=_between(generator, 2.8, 3.9),
        line_m=_between(generator, 0.10, 0.20),
        dash_m=dash_m,
        gap_m=gap_m,
        edge_strip_m=_between(generator, 0.2, 2.0),
        yellow_centre=bool(generator.random() < 0.6),
        double_centre=bool(generator.random() < 0.3),
        edge=Edge.KERB if generator.random() < 0.6 else Edge.VERGE,
    )


def worn(section: CrossSection, wear: float) -> CrossSection:
    """Return the section with all paint worn to `wear`, from 0 (fresh) to 1 (gone)."""
    if not 0.0 <= wear <= 1.0:
        raise InputError(f'worn: wear must be between 0 and 1, but got {wear}.')
    return replace(section, markings=tuple(replace(m, wear=wear) for m in section.markings))


def random_section(generator: np.random.Generator, kind: RoadKind) -> CrossSection:
    """Draw a section of this kind with sizes, dashes and colours of real roads."""
    if kind is RoadKind.ARTERIAL:
        return random_arterial(generator, int(generator.integers(1, 4)))
    yellow = bool(generator.random() < 0.2)
    if kind is RoadKind.SINGLE_LANE:
        return single_lane(
            lane_m=_between(generator, 3.2, 3.75), line_m=_between(generator, 0.10, 0.15)
        )
    if kind is RoadKind.MOTORWAY:
        dash_m, gap_m = _pick(generator, [(6.0, 12.0), (3.0, 9.0), (3.05, 9.14), (3.0, 10.0)])
        return motorway(
            int(generator.integers(2, 5)),
            lane_m=_between(generator, 3.5, 3.75),
            line_m=_between(generator, 0.12, 0.15),
            edge_line_m=_between(generator, 0.15, 0.30),
            dash_m=dash_m,
            gap_m=gap_m,
            shoulder_m=_between(generator, 2.0, 3.0),
            yellow_left=yellow,
        )
    line_m = _between(generator, 0.10, 0.15)
    if kind is RoadKind.CITY:
        dash_m, gap_m = _pick(generator, [(3.0, 6.0), (3.0, 3.0), (3.0, 9.0)])
        return city(
            lane_m=_between(generator, 3.0, 3.25),
            line_m=line_m,
            dash_m=dash_m,
            gap_m=gap_m,
            gutter_m=_between(generator, 0.2, 0.5),
            yellow_centre=yellow,
        )
    dash_m, gap_m = _pick(generator, [(4.0, 8.0), (3.0, 9.0), (3.0, 10.0), (3.05, 9.14)])
    return country(
        lane_m=_between(generator, 3.0, 3.5),
        line_m=line_m,
        dash_m=dash_m,
        gap_m=gap_m,
        edge_strip_m=_between(generator, 0.25, 0.75),
        yellow_centre=yellow,
    )


def _two_way(each_way: int, lane_m: float) -> tuple[Lane, ...]:
    """Return lanes from right to left; forward lanes are right of the reference line."""
    indices = range(-each_way, each_way)
    return tuple(Lane((i + 0.5) * lane_m, lane_m, i < 0) for i in indices)


def _solid(offset_m: float, width_m: float) -> Marking:
    return Marking(offset_m, width_m, Pattern.SOLID)


def _check(**sizes_m: float) -> None:
    for name, value in sizes_m.items():
        if not 0.0 < value < 20.0:
            raise InputError(f'{name} must lie between 0 and 20 m, but got {value}.')


def _between(generator: np.random.Generator, low: float, high: float) -> float:
    """Draw uniformly, in whole centimetres."""
    return round(float(generator.uniform(low, high)), 2)


def _pick(
    generator: np.random.Generator, choices: list[tuple[float, float]]
) -> tuple[float, float]:
    return choices[int(generator.integers(len(choices)))]
