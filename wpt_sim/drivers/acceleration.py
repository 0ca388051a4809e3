# SPDX-License-Identifier: Apache-2.0
"""Acceleration of the expert: traffic on or entering the line, bends and pedestrians."""

import math
from collections.abc import Sequence

from wpt_sim.scene import Kind
from wpt_sim.traffic import (
    Band,
    Body,
    CarFollowing,
    Lead,
    TargetLine,
    adaptive_cruise,
    gap_ahead_m,
    lead_of,
)

__all__ = ['EXPERT_STYLE', 'approach_speed', 'choose_acceleration']

EXPERT_STYLE = CarFollowing(
    time_gap_s=1.5, standing_gap_m=4.0, acceleration_mps2=1.4, comfortable_braking_mps2=1.7
)
_BESIDE_M = 0.35
_MERGE_S = 1.5
"""Lateral motion towards the line is extrapolated over this time."""
_FOOT_S = 6.0
_FOOT_ROOM_M = 0.65
_STOP_FOR_FOOT_M = 3.0
_FOOT_CARE_M = 3.5
_PAST_FOOT_MPS = 8.0
"""Speed past a pedestrian within `_FOOT_CARE_M` of the line, who might step on it."""
_GENTLE_MPS2 = 1.5


def choose_acceleration(
    ego: Body, bodies: Sequence[Body], line: TargetLine, *, set_mps: float, standoff: Lead | None
) -> float:
    """Return the acceleration for everything ahead; `standoff` is a place to stop at."""
    speed_mps = max(ego.along_mps, 0.0)
    leads = [] if standoff is None else [standoff]
    for other in bodies:
        if other.s_m <= ego.s_m:
            continue
        if other.kind is Kind.PEDESTRIAN:
            lead = _person_ahead(ego, other, line)
            set_mps = min(set_mps, _care_for(ego, other, line))
        else:
            lead = _vehicle_ahead(ego, other, line)
        if lead is not None:
            leads.append(lead)
    following = [
        adaptive_cruise(speed_mps, set_mps, lead=lead, style=EXPERT_STYLE) for lead in leads
    ]
    free = adaptive_cruise(speed_mps, set_mps, lead=None, style=EXPERT_STYLE)
    return min([free, *following])


def approach_speed(distance_m: float, then_mps: float) -> float:
    """Return the speed from which gentle braking over `distance_m` ends at `then_mps`."""
    return math.sqrt(then_mps * then_mps + 2.0 * _GENTLE_MPS2 * max(distance_m, 0.0))


def _band(ego: Body, other: Body, line: TargetLine) -> Band:
    """Return the lateral band that the ego covers at the other body."""
    at_m = line.at(other.s_m).offset_m
    return Band.swept(at_m, at_m, half_width_m=ego.half_width_m)


def _vehicle_ahead(ego: Body, other: Body, line: TargetLine) -> Lead | None:
    band = _band(ego, other, line)
    coming_m = other.offset_m + other.across_mps * _MERGE_S
    swept = Band.swept(other.offset_m, coming_m, half_width_m=other.half_width_m)
    return lead_of(ego, other) if band.meets(swept, _BESIDE_M) else None


def _person_ahead(ego: Body, person: Body, line: TargetLine) -> Lead | None:
    """Return a stop before a pedestrian who is on the line or will be when the ego arrives."""
    band = _band(ego, person, line)
    gap_m = gap_ahead_m(ego, person, 1)
    arrives_s = min(gap_m / max(ego.along_mps, 0.5) + 1.0, _FOOT_S)
    to_m = person.offset_m + person.across_mps * arrives_s
    walked = Band.swept(person.offset_m, to_m, half_width_m=person.half_width_m)
    if not band.meets(walked, _FOOT_ROOM_M):
        return None
    along = person.along_mps if abs(person.across_mps) < 0.1 else 0.0
    return Lead(gap_m - _STOP_FOR_FOOT_M, along)


def _care_for(ego: Body, person: Body, line: TargetLine) -> float:
    """Return the speed limit past a pedestrian close to the line."""
    band = _band(ego, person, line)
    if not band.touches(person, _FOOT_CARE_M):
        return math.inf
    away = max(person.offset_m - band.left_m, band.right_m - person.offset_m)
    leaving = person.across_mps * (person.offset_m - line.at(person.s_m).offset_m) > 0.0
    if leaving and away > _FOOT_ROOM_M:
        return math.inf
    return approach_speed(gap_ahead_m(ego, person, 1) - 5.0, _PAST_FOOT_MPS)
