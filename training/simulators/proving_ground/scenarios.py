# SPDX-License-Identifier: Apache-2.0
"""Training scenarios by number: random road, traffic, look and commands.

They resemble the suites, but none is part of a suite. What they leave open is drawn from
`Split.TRAINING`, which evaluation never uses.
"""

import math
from collections.abc import Mapping
from zlib import crc32

import numpy as np

from wpt_core.types import Command
from wpt_sim.randomness import ZERO, Span, around, exactly
from wpt_sim.render import Daylight, Weather
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
    TimedCommand,
    Turn,
)
from wpt_sim.scene import Kind
from wpt_sim.traffic import BrakeHard, Cross, CutIn, Role, Stand, Walk

__all__ = ['SUITE', 'training_scenario']

SUITE = 'training'
_DURATION_S = 16.0
_ROAD_LEFT_M = 150.0
"""Length of road beyond the end of a drive, for other road users."""
_SPEEDS_MPS = {
    RoadKind.COUNTRY: (7.5, 20.0),
    RoadKind.SINGLE_LANE: (7.5, 18.0),
    RoadKind.CITY: (7.0, 13.0),
    RoadKind.MOTORWAY: (15.0, 27.0),
    RoadKind.ARTERIAL: (6.0, 17.0),
}
_RADII_M = {
    RoadKind.COUNTRY: (25.0, 420.0),
    RoadKind.SINGLE_LANE: (25.0, 350.0),
    RoadKind.CITY: (20.0, 200.0),
    RoadKind.MOTORWAY: (260.0, 700.0),
    RoadKind.ARTERIAL: (22.0, 250.0),
}
_SEVERAL_LANES = (RoadKind.MOTORWAY, RoadKind.ARTERIAL)
"""In these any lane of the own direction may be the one to keep."""
_KIND_WEIGHTS = {
    RoadKind.COUNTRY: 4,
    RoadKind.MOTORWAY: 2,
    RoadKind.CITY: 2,
    RoadKind.SINGLE_LANE: 2,
    RoadKind.ARTERIAL: 4,
}
_ABRUPT_SHARE = 0.4
"""Of the bends of roads that are no motorway: without transitions."""
_SEAMED_SHARE = 0.4


def training_scenario(index: int, *, clean: bool = False) -> Scenario:
    """Return scenario `index`; unless `clean`, it starts off the line and askew."""
    generator = np.random.default_rng((crc32(SUITE.encode()), index))
    changes = generator.random() < 0.3
    kinds = dict.fromkeys(_SEVERAL_LANES, 2) if changes else _KIND_WEIGHTS
    kind = _pick(generator, kinds)
    lanes = _lane_count(generator, kind, changes)
    low, high = _SPEEDS_MPS[kind]
    speed_mps = float(generator.uniform(low, high))
    lane = int(generator.integers(lanes)) if kind in _SEVERAL_LANES else 0
    commands, lane = _commands(generator, lanes, lane) if changes else ((), lane)
    roles = _roles(generator, kind, lanes, lane, speed_mps)
    return Scenario(
        name=f'{index:06d}',
        suite=SUITE,
        ability=Ability.LANE_CHANGE if changes else Ability.KEEPING,
        rule=Rule.LANE_CENTRE,
        summary=f'{kind.value} at {speed_mps:.0f} m/s',
        layout=Layout(kind, _legs(generator, kind, speed_mps), lanes=lanes),
        speed_mps=exactly(speed_mps),
        duration_s=_DURATION_S,
        start=Start(lane=lane) if clean else _askew(lane, speed_mps),
        commands=commands,
        roles=roles,
        conditions=_conditions(generator),
    )


def _pick(generator: np.random.Generator, weights: Mapping[RoadKind, int]) -> RoadKind:
    probabilities = np.array(list(weights.values()), dtype=np.float64)
    index = generator.choice(len(probabilities), p=probabilities / probabilities.sum())
    return list(weights)[int(index)]


def _lane_count(generator: np.random.Generator, kind: RoadKind, changes: bool) -> int:
    if kind is RoadKind.MOTORWAY:
        return 3 if generator.random() < 0.6 else 2
    if kind is RoadKind.ARTERIAL:
        return int(generator.integers(2 if changes else 1, 4))
    return 2 if kind is RoadKind.CITY and not changes and generator.random() < 0.3 else 1


def _askew(lane: int, speed_mps: float) -> Start:
    """Return a start off the line and askew, less so at higher speeds."""
    degrees = min(4.0, 50.0 / speed_mps)
    return Start(lane, around(0.0, 0.95), around(0.0, math.radians(degrees)))


def _legs(generator: np.random.Generator, kind: RoadKind, speed_mps: float) -> tuple[Leg, ...]:
    """Return straights and bends for a whole drive; most bends allow the set speed."""
    legs: list[Leg] = []
    left_m = speed_mps * _DURATION_S
    low_m, high_m = _RADII_M[kind]
    while left_m > 0.0:
        if generator.random() < 0.2:
            legs.append(Leg(exactly(float(generator.uniform(40.0, 200.0)))))
            left_m -= legs[-1].straight_m.low
            continue
        free_m = speed_mps**2 / 1.8
        floor_m = low_m if generator.random() < 0.25 else min(max(low_m, free_m), 0.9 * high_m)
        radius_m = math.exp(generator.uniform(math.log(floor_m), math.log(high_m)))
        arc_m = float(generator.uniform(0.4, 2.0)) * min(radius_m, 150.0)
        straight_m = float(generator.uniform(2.0, 90.0))
        hand = Hand.LEFT if generator.random() < 0.5 else Hand.RIGHT
        abrupt = kind is not RoadKind.MOTORWAY and generator.random() < _ABRUPT_SHARE
        turn = Turn(exactly(radius_m), exactly(arc_m), hand, transitions=not abrupt)
        legs.append(Leg(exactly(straight_m), turn))
        left_m -= straight_m + arc_m
    return tuple(legs)


def _commands(
    generator: np.random.Generator, lanes: int, lane: int
) -> tuple[tuple[TimedCommand, ...], int]:
    """Return two lane changes and the lane to start in."""
    at_s = float(generator.uniform(1.0, 4.5))
    commands, now = [], lane
    for start_s in (at_s, at_s + float(generator.uniform(6.5, 8.5))):
        left = now == 0 or (now < lanes - 1 and generator.random() < 0.5)
        now += 1 if left else -1
        command = Command.CHANGE_LEFT if left else Command.CHANGE_RIGHT
        commands.append(TimedCommand(round(start_s, 1), command))
    return tuple(commands), lane


def _roles(
    generator: np.random.Generator, kind: RoadKind, lanes: int, lane: int, speed_mps: float
) -> tuple[Role, ...]:
    """Return no road users, traffic, or an obstacle as on routes with traffic in other lanes."""
    draw = generator.random()
    if draw < 0.3:
        return ()
    roles = _traffic(generator, kind, lanes, lane, speed_mps)
    if draw < 0.62:
        return roles
    obstacle = _obstacle(generator, kind, lane, speed_mps)
    elsewhere = [role for role in roles if role.lane != lane]
    return (*obstacle, *elsewhere)


def _traffic(
    generator: np.random.Generator, kind: RoadKind, lanes: int, lane: int, speed_mps: float
) -> tuple[Role, ...]:
    roles = []
    bodies = [Kind.CAR, Kind.CAR, Kind.VAN, Kind.TRUCK]
    if kind in (RoadKind.COUNTRY, RoadKind.CITY, RoadKind.ARTERIAL):
        other = 1 if kind is RoadKind.COUNTRY else lanes
        for ahead_m in np.cumsum(generator.uniform(40.0, 160.0, 3)):
            if ahead_m > speed_mps * _DURATION_S + _ROAD_LEFT_M:
                break
            body = bodies[int(generator.integers(4))]
            speed = around(0.85 * speed_mps, 0.15 * speed_mps)
            roles.append(Role(body, exactly(30.0 + float(ahead_m)), lane=other, speed_mps=speed))
    if generator.random() < 0.6:
        gap_m = float(generator.uniform(20.0, 70.0))
        speed = Span(0.7 * speed_mps, 1.0 * speed_mps)
        roles.append(
            Role(bodies[int(generator.integers(4))], exactly(gap_m), lane, speed_mps=speed)
        )
    if kind in _SEVERAL_LANES:
        for other_lane in range(lanes):
            if other_lane == lane:
                continue
            for ahead_m in (-60.0, -28.0, 5.0, 42.0):
                if generator.random() < 0.4:
                    at = around(ahead_m, 8.0)
                    speed = around(speed_mps * float(generator.uniform(0.85, 1.3)), 0.5)
                    body = bodies[int(generator.integers(4))]
                    roles.append(Role(body, at, other_lane, speed_mps=speed))
    return tuple(roles)


def _obstacle(
    generator: np.random.Generator, kind: RoadKind, lane: int, speed_mps: float
) -> tuple[Role, ...]:
    """Return an obstacle or road user that must be passed, followed or waited for."""
    far = around(float(generator.uniform(70.0, 0.75 * speed_mps * _DURATION_S + 20.0)), 3.0)
    side = 1.0 if generator.random() < 0.25 else -1.0
    slow = Span(0.6 * speed_mps, 0.8 * speed_mps)
    near = around(float(generator.uniform(22.0, 40.0)), 2.0)
    options: list[tuple[Role, ...]] = [
        (Role(Kind.CAR, far, lane, Span(-1.5, -1.2), behaviour=Stand()),),
        (Role(Kind.VAN, far, lane, Span(-1.5, -1.2), behaviour=Stand()),),
        tuple(
            Role(
                Kind.CONE,
                Span(far.low + at_m, far.low + at_m + 1.0),
                lane,
                Span(*sorted((0.4 * side, 0.7 * side))),
                behaviour=Stand(),
            )
            for at_m in (0.0, 8.0, 16.0)
        ),
        (Role(Kind.BARRIER, far, lane, Span(0.8, 1.0), behaviour=Stand()),),
        (Role(Kind.CAR, far, lane, speed_mps=slow, behaviour=Stand(patience_s=3.0)),),
        (Role(Kind.CAR, near, lane, speed_mps=slow, behaviour=BrakeHard(after_s=5.0)),),
    ]
    if kind is not RoadKind.MOTORWAY and lane == 0:
        walk = Span(-0.9, -0.7)
        options += [
            (Role(Kind.PEDESTRIAN, far, lane, walk, Span(1.1, 1.6), Walk()),),
            (Role(Kind.PEDESTRIAN, far, lane, Span(-4.8, -4.4), Span(1.2, 1.5), Cross(3.5)),),
        ]
    if kind is RoadKind.MOTORWAY:
        origin = 1 if lane == 0 else lane - 1
        cut = CutIn(to_lane=lane, after_s=4.0, lead_m=float(generator.uniform(9.0, 16.0)))
        speed = around(speed_mps, 1.0)
        options.append((Role(Kind.CAR, Span(14.0, 22.0), origin, speed_mps=speed, behaviour=cut),))
    return options[int(generator.integers(len(options)))]


def _conditions(generator: np.random.Generator) -> Conditions:
    draw = generator.random()
    wear = Span(0.5, 0.9) if generator.random() < 0.2 else Span(0.0, 0.4)
    seams = Span(0.2, 1.0) if generator.random() < _SEAMED_SHARE else ZERO
    if draw < 0.14:
        return Conditions(Daylight.NIGHT, wear=wear, seams=seams)
    if draw < 0.28:
        return Conditions(weather=Weather.RAIN, wear=wear, seams=seams)
    if draw < 0.38:
        return Conditions(Daylight.DAY, glare=Span(0.3, 1.0), wear=wear, seams=seams)
    return Conditions(wear=wear, glare=ZERO, seams=seams)
