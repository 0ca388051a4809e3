# SPDX-License-Identifier: Apache-2.0
"""Routes that test the road only: lane keeping and tight curves."""

from wpt_sim.randomness import Span
from wpt_sim.road import RoadKind
from wpt_sim.scenario import Ability
from wpt_sim.scene import Kind
from wpt_sim.suites.route import bend, course, route
from wpt_sim.traffic import Role

__all__ = ['ROAD_ROUTES']

_COUNTRY, _MOTORWAY, _CITY = RoadKind.COUNTRY, RoadKind.MOTORWAY, RoadKind.CITY
_ONCOMING = Role(Kind.CAR, Span(200.0, 260.0), lane=1, speed_mps=Span(12.0, 16.0))

ROAD_ROUTES = (
    route(
        'keeping_country',
        Ability.KEEPING,
        'winding country road with oncoming traffic',
        course(_COUNTRY, bend(40, 180, 120), bend(30, -220, 140)),
        speed_mps=16.0,
        route_m=380.0,
        roles=(_ONCOMING,),
    ),
    route(
        'keeping_motorway',
        Ability.KEEPING,
        'fast wide bends on a motorway',
        course(_MOTORWAY, bend(60, -450, 200), bend(40, 500, 200), lanes=2),
        speed_mps=25.0,
        route_m=600.0,
    ),
    route(
        'keeping_city',
        Ability.KEEPING,
        'city street between kerbs',
        course(_CITY, bend(40, 90, 60), bend(40, -90, 60)),
        speed_mps=11.0,
        route_m=280.0,
    ),
    route(
        'keeping_following',
        Ability.KEEPING,
        'behind a slower van through two bends',
        course(_COUNTRY, bend(50, 250, 130), bend(40, 200, 120)),
        speed_mps=18.0,
        route_m=400.0,
        roles=(Role(Kind.VAN, Span(40.0, 55.0), speed_mps=Span(12.0, 14.0)),),
    ),
    route(
        'tight_left',
        Ability.TIGHT_CURVE,
        'left-hand bend of 35 m after a straight',
        course(_COUNTRY, bend(80, 35, 55)),
        speed_mps=14.0,
        route_m=260.0,
    ),
    route(
        'tight_right',
        Ability.TIGHT_CURVE,
        'right-hand bend of 35 m after a straight',
        course(_COUNTRY, bend(80, -35, 55)),
        speed_mps=14.0,
        route_m=260.0,
    ),
    route(
        'tight_s',
        Ability.TIGHT_CURVE,
        'S of two bends of 40 m with no straight between them',
        course(_COUNTRY, bend(60, 40, 45), bend(3, -40, 45)),
        speed_mps=13.0,
        route_m=280.0,
    ),
    route(
        'tight_city',
        Ability.TIGHT_CURVE,
        'street corner of 28 m between kerbs',
        course(_CITY, bend(60, -28, 35), bend(40, 30, 35)),
        speed_mps=11.0,
        route_m=260.0,
    ),
)
