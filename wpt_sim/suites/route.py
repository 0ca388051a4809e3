# SPDX-License-Identifier: Apache-2.0
"""Builders of routes: courses in shorthand, and their time limit."""

from wpt_sim.randomness import Span, around
from wpt_sim.road import RoadKind
from wpt_sim.scenario import (
    Ability,
    Conditions,
    Hand,
    Layout,
    Leg,
    Rule,
    Scenario,
    Start,
    Turn,
)
from wpt_sim.traffic import Role

__all__ = ['bend', 'course', 'route']

_ANY = Conditions()
_SPARE_S = 15.0
_SLOWEST_SHARE = 0.5
"""Slowest mean speed as a share of the set speed; slower drives time out."""


def bend(straight_m: float, radius_m: float, arc_m: float) -> Leg:
    """Return a straight, then a bend; a positive radius turns left."""
    hand = Hand.LEFT if radius_m > 0 else Hand.RIGHT
    size_m = abs(radius_m)
    turn = Turn(around(size_m, 0.08 * size_m), around(arc_m, 0.1 * arc_m), hand)
    return Leg(around(straight_m, 0.15 * straight_m), turn)


def course(kind: RoadKind, *legs: Leg, lanes: int = 1) -> Layout:
    """Return a road of this kind through these legs."""
    return Layout(kind, legs, lanes=lanes)


def route(
    name: str,
    ability: Ability,
    summary: str,
    layout: Layout,
    *,
    speed_mps: float,
    route_m: float,
    roles: tuple[Role, ...] = (),
    lane: int = 0,
    conditions: Conditions = _ANY,
    extra_s: float = 0.0,
) -> Scenario:
    """Return a route at about `speed_mps`; `extra_s` is time for unavoidable waiting."""
    return Scenario(
        name=name,
        suite='routes',
        ability=ability,
        rule=Rule.ROUTE,
        summary=summary,
        layout=layout,
        speed_mps=around(speed_mps, 0.05 * speed_mps),
        duration_s=round(route_m / (_SLOWEST_SHARE * speed_mps) + _SPARE_S + extra_s, 1),
        start=Start(lane=lane, offset_m=Span(-0.25, 0.25)),
        roles=roles,
        conditions=conditions,
        route_m=route_m,
    )
