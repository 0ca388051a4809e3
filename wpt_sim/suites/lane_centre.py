# SPDX-License-Identifier: Apache-2.0
"""24 lane keeping drives on straights and bends, starting off the target position."""

import math

from wpt_sim.randomness import Span
from wpt_sim.road import RoadKind
from wpt_sim.scenario import Ability, Hand, Layout, Leg, Rule, Scenario, Start, Turn

__all__ = ['LANE_CENTRE']

_DURATION_S = 16.0
_STEADY_MPS2 = 1.7
"""Lateral acceleration in a bend at the nominal speed; 1.9 at most with the spread below."""
_SPEEDS_MPS = Span(8.0, 25.0)
_RADII_M = Span(60.0, 400.0)
_SPREAD = 0.04

# Name, road, speed m/s, start offset m, start heading °.
_STRAIGHTS = (
    ('straight_08_left', RoadKind.COUNTRY, 8.0, 0.8, 2.5),
    ('straight_08_right', RoadKind.SINGLE_LANE, 8.0, -0.8, -2.5),
    ('straight_12_left', RoadKind.SINGLE_LANE, 12.0, 0.8, -3.0),
    ('straight_12_right', RoadKind.COUNTRY, 12.0, -0.8, 3.0),
    ('straight_18_left', RoadKind.COUNTRY, 18.0, 0.5, 1.5),
    ('straight_18_right', RoadKind.COUNTRY, 18.0, -0.5, -1.5),
    ('straight_25_left', RoadKind.MOTORWAY, 25.0, 0.8, -1.5),
    ('straight_25_right', RoadKind.MOTORWAY, 25.0, -0.8, 1.5),
)

# Radius m, road, start offset m and heading ° for a bend to the left; mirrored for the right.
_BENDS = (
    (60.0, RoadKind.COUNTRY, -0.5, 2.0),
    (80.0, RoadKind.SINGLE_LANE, 0.6, -3.0),
    (110.0, RoadKind.COUNTRY, -0.8, 0.0),
    (150.0, RoadKind.COUNTRY, 0.7, 1.0),
    (200.0, RoadKind.SINGLE_LANE, -0.6, -1.5),
    (260.0, RoadKind.COUNTRY, 0.8, 0.0),
    (320.0, RoadKind.MOTORWAY, -0.8, 1.5),
    (400.0, RoadKind.MOTORWAY, 0.7, -1.0),
)


def _near(value: float, within: Span) -> Span:
    """Return the span of `_SPREAD` around a value, within the limits of the suite."""
    return Span(
        max((1.0 - _SPREAD) * value, within.low), min((1.0 + _SPREAD) * value, within.high)
    )


def _start(offset_m: float, heading_deg: float) -> Start:
    """Draw from three quarters of the given values up to them."""
    return Start(
        offset_m=Span(*sorted((0.75 * offset_m, offset_m))),
        heading_rad=Span(*sorted(math.radians(h) for h in (0.75 * heading_deg, heading_deg))),
    )


def _scenario(name: str, summary: str, layout: Layout, speed_mps: float, start: Start) -> Scenario:
    return Scenario(
        name=name,
        suite='lane_centre',
        ability=Ability.KEEPING,
        rule=Rule.LANE_CENTRE,
        summary=summary,
        layout=layout,
        speed_mps=_near(speed_mps, _SPEEDS_MPS),
        duration_s=_DURATION_S,
        start=start,
    )


def _straight(
    name: str, kind: RoadKind, speed_mps: float, offset_m: float, heading_deg: float
) -> Scenario:
    return _scenario(
        name,
        f'straight at {speed_mps:g} m/s, starts {offset_m:+g} m and {heading_deg:+g}° off',
        Layout(kind, (Leg(Span(50.0, 100.0)),), lanes=2),
        speed_mps,
        _start(offset_m, heading_deg),
    )


def _bend(
    radius_m: float, kind: RoadKind, offset_m: float, heading_deg: float, hand: Hand
) -> Scenario:
    speed_mps = min(math.sqrt(_STEADY_MPS2 * radius_m), _SPEEDS_MPS.high)
    # Long enough to settle; tight bends end during the drive, wide ones do not.
    arc_m = min(speed_mps * _DURATION_S, 2.4 * radius_m)
    turn = Turn(_near(radius_m, _RADII_M), Span(0.85 * arc_m, arc_m), hand)
    side = hand.value
    return _scenario(
        f'bend_{radius_m:03.0f}_{hand.name.lower()}',
        f'bend of {radius_m:g} m to the {hand.name.lower()} at {speed_mps:.1f} m/s, '
        f'starts {side * offset_m:+g} m and {side * heading_deg:+g}° off',
        Layout(kind, (Leg(Span(5.0, 30.0), turn),), lanes=2),
        speed_mps,
        _start(side * offset_m, side * heading_deg),
    )


LANE_CENTRE = (
    *(_straight(*row) for row in _STRAIGHTS),
    *(_bend(*row, hand) for row in _BENDS for hand in Hand),
)
