# SPDX-License-Identifier: Apache-2.0
"""Routes with pedestrians or obstacles that stand partly in the lane."""

from wpt_sim.randomness import Span
from wpt_sim.road import RoadKind
from wpt_sim.scenario import Ability
from wpt_sim.scene import Kind
from wpt_sim.suites.route import bend, course, route
from wpt_sim.traffic import Cross, Role, Stand, Walk

__all__ = ['HAZARD_ROUTES']

_COUNTRY, _MOTORWAY, _CITY = RoadKind.COUNTRY, RoadKind.MOTORWAY, RoadKind.CITY
_RIGHT_HALF = Span(-1.5, -1.2)
"""Offset of a parked car whose left half is in the lane."""

_OBSTACLE = (
    route(
        'obstacle_parked',
        Ability.OBSTACLE,
        'a car parked half in the lane, no oncoming traffic',
        course(_COUNTRY, bend(50, 160, 90)),
        speed_mps=13.0,
        route_m=340.0,
        roles=(Role(Kind.CAR, Span(210, 225), offset_m=_RIGHT_HALF, behaviour=Stand()),),
        extra_s=10.0,
    ),
    route(
        'obstacle_oncoming',
        Ability.OBSTACLE,
        'a van parked half in the lane, with oncoming traffic',
        course(_CITY, bend(50, -120, 60)),
        speed_mps=11.0,
        route_m=320.0,
        roles=(
            Role(Kind.VAN, Span(190, 200), offset_m=_RIGHT_HALF, behaviour=Stand()),
            Role(Kind.CAR, Span(350, 370), lane=1, speed_mps=Span(9, 10)),
        ),
        extra_s=25.0,
    ),
    route(
        'obstacle_cones',
        Ability.OBSTACLE,
        'a row of cones along the right half of the lane',
        course(_COUNTRY, bend(50, -180, 100)),
        speed_mps=12.0,
        route_m=340.0,
        roles=tuple(
            Role(Kind.CONE, Span(at, at + 1.0), offset_m=Span(-0.7, -0.4), behaviour=Stand())
            for at in (205.0, 213.0, 221.0, 229.0)
        ),
        extra_s=10.0,
    ),
    route(
        'obstacle_barrier',
        Ability.OBSTACLE,
        'a barrier on the left half of a motorway lane leaves room on the shoulder only',
        course(_MOTORWAY, bend(60, 350, 120), lanes=2),
        speed_mps=19.0,
        route_m=440.0,
        roles=(
            Role(Kind.BARRIER, Span(280, 295), offset_m=Span(0.8, 1.0), behaviour=Stand()),
            Role(Kind.CAR, Span(-40, -34), lane=1, speed_mps=Span(21, 23)),
        ),
        extra_s=10.0,
    ),
)


def _walker(ahead_m: float, *, left: bool = False) -> Role:
    """Return a pedestrian along the edge of the right or left lane."""
    return Role(
        Kind.PEDESTRIAN,
        Span(ahead_m, ahead_m + 8.0),
        lane=1 if left else 0,
        offset_m=Span(0.7, 0.9) if left else Span(-0.9, -0.7),
        speed_mps=Span(1.1, 1.6),
        behaviour=Walk(),
    )


def _crosser(ahead_m: float, *, left: bool = False) -> Role:
    """Return a crossing pedestrian, timed so that an ego at constant speed hits them."""
    return Role(
        Kind.PEDESTRIAN,
        Span(ahead_m, ahead_m + 8.0),
        lane=1 if left else 0,
        offset_m=Span(4.4, 4.8) if left else Span(-4.8, -4.4),
        speed_mps=Span(1.3, 1.5),
        behaviour=Cross(when_s=5.5 if left else 3.3),
    )


_PEDESTRIAN = (
    route(
        'pedestrian_from_right',
        Ability.PEDESTRIAN,
        'a pedestrian crosses from the right shortly before the ego',
        course(_CITY, bend(50, 120, 70)),
        speed_mps=11.0,
        route_m=280.0,
        roles=(_crosser(170.0),),
        extra_s=10.0,
    ),
    route(
        'pedestrian_from_left',
        Ability.PEDESTRIAN,
        'a pedestrian crosses from the left, behind an oncoming car',
        course(_CITY, bend(50, -120, 70)),
        speed_mps=11.0,
        route_m=280.0,
        roles=(
            _crosser(180.0, left=True),
            Role(Kind.CAR, Span(240, 260), lane=1, speed_mps=Span(9, 11)),
        ),
        extra_s=10.0,
    ),
    route(
        'pedestrian_along',
        Ability.PEDESTRIAN,
        'a pedestrian walks in the lane of a country road without a footway, later on the left',
        course(_COUNTRY, bend(50, 180, 100)),
        speed_mps=13.0,
        route_m=320.0,
        roles=(_walker(120.0), _walker(220.0, left=True)),
        extra_s=10.0,
    ),
    route(
        'pedestrian_two',
        Ability.PEDESTRIAN,
        'two people cross one after the other, from both sides',
        course(_CITY, bend(50, -100, 60)),
        speed_mps=10.0,
        route_m=280.0,
        roles=(_crosser(150.0), _crosser(165.0, left=True)),
        extra_s=15.0,
    ),
)

HAZARD_ROUTES = (*_OBSTACLE, *_PEDESTRIAN)
