# SPDX-License-Identifier: Apache-2.0
"""20 drives with one lane change: both sides, straights and bends, with and without traffic."""

from wpt_core.types import Command
from wpt_sim.randomness import Span, around, exactly
from wpt_sim.road import RoadKind
from wpt_sim.scenario import (
    Ability,
    Hand,
    Layout,
    Leg,
    Rule,
    Scenario,
    Start,
    TimedCommand,
    Turn,
)
from wpt_sim.scene import Kind
from wpt_sim.traffic import Role

__all__ = ['LANE_CHANGE']

_COMMAND_S = 4.0
_DURATION_S = 15.0
_LANES = 3

# Name, speed m/s, radius m (0: straight) and direction.
_COURSES = (
    ('straight_15', 15.0, 0.0, Hand.LEFT),
    ('straight_25', 25.0, 0.0, Hand.LEFT),
    ('bend_left_20', 20.0, 350.0, Hand.LEFT),
    ('bend_right_20', 20.0, 350.0, Hand.RIGHT),
    ('bend_left_26', 26.0, 500.0, Hand.LEFT),
)

# Straight road with traffic: name and speed m/s, then for each vehicle:
# lane ("own" or "new"), metres ahead at the start, m/s faster than the ego.
_TRAFFIC = (
    ('follow', 18.0, (('own', 45.0, -1.0),)),
    ('gap', 22.0, (('new', 60.0, 0.0), ('new', -55.0, 0.0))),
    ('passed', 18.0, (('new', -30.0, 7.0),)),
    ('behind_slow', 20.0, (('own', 70.0, -5.0), ('new', -60.0, 1.0))),
    ('between', 24.0, (('own', 60.0, -1.0), ('new', 50.0, 2.0), ('new', -70.0, 0.0))),
)


def _layout(radius_m: float, hand: Hand, speed_mps: float) -> Layout:
    if not radius_m:
        return Layout(RoadKind.MOTORWAY, (Leg(Span(50.0, 100.0)),), lanes=_LANES)
    turn = Turn(around(radius_m, 0.06 * radius_m), exactly(speed_mps * _DURATION_S), hand)
    return Layout(RoadKind.MOTORWAY, (Leg(Span(5.0, 30.0), turn),), lanes=_LANES)


def _scenario(
    name: str, summary: str, layout: Layout, speed_mps: float, side: Hand, roles: tuple[Role, ...]
) -> Scenario:
    command = Command.CHANGE_LEFT if side is Hand.LEFT else Command.CHANGE_RIGHT
    return Scenario(
        name=f'{name}_to_{side.name.lower()}',
        suite='lane_change',
        ability=Ability.LANE_CHANGE,
        rule=Rule.LANE_CHANGE,
        summary=f'{summary}, change to the {side.name.lower()}',
        layout=layout,
        speed_mps=around(speed_mps, 0.04 * speed_mps),
        duration_s=_DURATION_S,
        start=Start(lane=1, offset_m=Span(-0.2, 0.2)),
        commands=(TimedCommand(_COMMAND_S, command),),
        roles=roles,
    )


def _without_traffic(
    name: str, speed_mps: float, radius_m: float, hand: Hand, side: Hand
) -> Scenario:
    course = f'bend of {radius_m:g} m to the {hand.name.lower()}' if radius_m else 'straight'
    summary = f'{course} at {speed_mps:g} m/s, no traffic near'
    return _scenario(name, summary, _layout(radius_m, hand, speed_mps), speed_mps, side, ())


def _with_traffic(
    name: str, speed_mps: float, others: tuple[tuple[str, float, float], ...], side: Hand
) -> Scenario:
    kinds = (Kind.CAR, Kind.VAN, Kind.CAR)
    roles = tuple(
        Role(
            kind,
            around(ahead_m, 0.06 * ahead_m),
            lane=1 + (side.value if lane == 'new' else 0),
            speed_mps=around(speed_mps + faster_mps, 0.3),
        )
        for kind, (lane, ahead_m, faster_mps) in zip(kinds, others, strict=False)
    )
    summary = ', '.join(
        f'{lane} lane {ahead_m:+g} m {faster_mps:+g} m/s' for lane, ahead_m, faster_mps in others
    )
    layout = _layout(0.0, Hand.LEFT, speed_mps)
    return _scenario(
        name, f'straight at {speed_mps:g} m/s, {summary}', layout, speed_mps, side, roles
    )


LANE_CHANGE = (
    *(_without_traffic(*course, side) for course in _COURSES for side in Hand),
    *(
        _with_traffic(name, speed, others, side)
        for name, speed, others in _TRAFFIC
        for side in Hand
    ),
)
