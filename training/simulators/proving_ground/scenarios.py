# SPDX-License-Identifier: Apache-2.0
"""Drives to learn from, as many as wanted: any road, traffic, look and command, by number.

They resemble the suites in kind, and none of them is one of a suite. Whatever they leave open is
drawn from `Split.TRAINING`, which evaluation never draws from.
"""

import math
from collections.abc import Sequence
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
"""Beyond where a drive ends there is at least so much road to put somebody on."""
_SPEEDS_MPS = {
    RoadKind.COUNTRY: (7.5, 20.0),
    RoadKind.SINGLE_LANE: (7.5, 18.0),
    RoadKind.CITY: (7.0, 13.0),
    RoadKind.MOTORWAY: (15.0, 27.0),
}
_RADII_M = {
    RoadKind.COUNTRY: (32.0, 420.0),
    RoadKind.SINGLE_LANE: (60.0, 350.0),
    RoadKind.CITY: (28.0, 200.0),
    RoadKind.MOTORWAY: (260.0, 700.0),
}


def training_scenario(index: int, *, clean: bool = False) -> Scenario:
    """Number `index`; `clean` ones start where people drive, others beside it and askew."""
    generator = np.random.default_rng((crc32(SUITE.encode()), index))
    changes = generator.random() < 0.3
    kind = RoadKind.MOTORWAY if changes else _pick(generator, list(RoadKind), (4, 3, 2, 2))
    lanes = _lane_count(generator, kind, changes)
    low, high = _SPEEDS_MPS[kind]
    speed_mps = float(generator.uniform(low, high))
    lane = int(generator.integers(lanes)) if kind is RoadKind.MOTORWAY else 0
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


def _pick(
    generator: np.random.Generator, options: Sequence[RoadKind], weights: tuple[float, ...]
) -> RoadKind:
    chances = np.array(weights, dtype=np.float64)
    return options[int(generator.choice(len(options), p=chances / chances.sum()))]


def _lane_count(generator: np.random.Generator, kind: RoadKind, changes: bool) -> int:
    if kind is RoadKind.MOTORWAY:
        return 3 if generator.random() < 0.6 else 2
    return 2 if kind is RoadKind.CITY and not changes and generator.random() < 0.3 else 1


def _askew(lane: int, speed_mps: float) -> Start:
    """Beside the line and askew, the less the faster."""
    degrees = min(4.0, 50.0 / speed_mps)
    return Start(lane, around(0.0, 0.95), around(0.0, math.radians(degrees)))


def _legs(generator: np.random.Generator, kind: RoadKind, speed_mps: float) -> tuple[Leg, ...]:
    """Straights and bends for the whole drive; most bends can be driven at the set speed."""
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
        turn = Turn(exactly(radius_m), exactly(arc_m), hand)
        legs.append(Leg(exactly(straight_m), turn))
        left_m -= straight_m + arc_m
    return tuple(legs)


def _commands(
    generator: np.random.Generator, lanes: int, lane: int
) -> tuple[tuple[TimedCommand, ...], int]:
    """Two changes of lane, the second often back; and the lane to start in."""
    at_s = float(generator.uniform(1.0, 4.5))
    commands, now = [], lane
    for start_s in (at_s, at_s + float(generator.uniform(6.5, 8.5))):
        left = now == 0 or (now < lanes - 1 and generator.random() < 0.5)
        now += 1 if left else -1
        wish = Command.CHANGE_LEFT if left else Command.CHANGE_RIGHT
        commands.append(TimedCommand(round(start_s, 1), wish))
    return tuple(commands), lane


def _roles(
    generator: np.random.Generator, kind: RoadKind, lanes: int, lane: int, speed_mps: float
) -> tuple[Role, ...]:
    """Nobody, ordinary traffic, or one of the troubles that routes have, with traffic around."""
    draw = generator.random()
    if draw < 0.3:
        return ()
    roles = _traffic(generator, kind, lanes, lane, speed_mps)
    if draw < 0.62:
        return roles
    trouble = _trouble(generator, kind, lane, speed_mps)
    beside = [role for role in roles if role.lane != lane]
    return (*trouble, *beside)


def _traffic(
    generator: np.random.Generator, kind: RoadKind, lanes: int, lane: int, speed_mps: float
) -> tuple[Role, ...]:
    roles = []
    bodies = [Kind.CAR, Kind.CAR, Kind.VAN, Kind.TRUCK]
    if kind in (RoadKind.COUNTRY, RoadKind.CITY):
        other = 1 if kind is RoadKind.COUNTRY or lanes == 1 else 2
        for ahead_m in np.cumsum(generator.uniform(40.0, 160.0, 3)):
            if ahead_m > speed_mps * _DURATION_S + _ROAD_LEFT_M:
                break
            body = bodies[int(generator.integers(4))]
            pace = around(0.85 * speed_mps, 0.15 * speed_mps)
            roles.append(Role(body, exactly(30.0 + float(ahead_m)), lane=other, speed_mps=pace))
    if generator.random() < 0.6:
        gap_m = float(generator.uniform(20.0, 70.0))
        pace = Span(0.7 * speed_mps, 1.0 * speed_mps)
        roles.append(
            Role(bodies[int(generator.integers(4))], exactly(gap_m), lane, speed_mps=pace)
        )
    if kind is RoadKind.MOTORWAY:
        for beside in range(lanes):
            if beside == lane:
                continue
            for ahead_m in (-60.0, -28.0, 5.0, 42.0):
                if generator.random() < 0.4:
                    at = around(ahead_m, 8.0)
                    pace = around(speed_mps * float(generator.uniform(0.85, 1.3)), 0.5)
                    body = bodies[int(generator.integers(4))]
                    roles.append(Role(body, at, beside, speed_mps=pace))
    return tuple(roles)


def _trouble(
    generator: np.random.Generator, kind: RoadKind, lane: int, speed_mps: float
) -> tuple[Role, ...]:
    """Something on the road that must be passed, followed or waited for."""
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
    if kind is not RoadKind.MOTORWAY:
        walk = Span(-0.9, -0.7)
        options += [
            (Role(Kind.PEDESTRIAN, far, lane, walk, Span(1.1, 1.6), Walk()),),
            (Role(Kind.PEDESTRIAN, far, lane, Span(-4.8, -4.4), Span(1.2, 1.5), Cross(3.5)),),
        ]
    if kind is RoadKind.MOTORWAY:
        origin = 1 if lane == 0 else lane - 1
        cut = CutIn(to_lane=lane, after_s=4.0, lead_m=float(generator.uniform(9.0, 16.0)))
        pace = around(speed_mps, 1.0)
        options.append((Role(Kind.CAR, Span(14.0, 22.0), origin, speed_mps=pace, behaviour=cut),))
    return options[int(generator.integers(len(options)))]


def _conditions(generator: np.random.Generator) -> Conditions:
    draw = generator.random()
    wear = Span(0.5, 0.9) if generator.random() < 0.2 else Span(0.0, 0.4)
    if draw < 0.14:
        return Conditions(Daylight.NIGHT, wear=wear)
    if draw < 0.28:
        return Conditions(weather=Weather.RAIN, wear=wear)
    if draw < 0.38:
        return Conditions(Daylight.DAY, glare=Span(0.3, 1.0), wear=wear)
    return Conditions(wear=wear, glare=ZERO)
