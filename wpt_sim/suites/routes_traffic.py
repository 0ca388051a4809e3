# SPDX-License-Identifier: Apache-2.0
"""Routes with vehicles that stand, cut in, or brake hard."""

from wpt_sim.randomness import Span
from wpt_sim.road import RoadKind
from wpt_sim.scenario import Ability
from wpt_sim.scene import Kind
from wpt_sim.suites.route import bend, course, route
from wpt_sim.traffic import BrakeHard, CutIn, Role, Stand

__all__ = ['TRAFFIC_ROUTES']

_COUNTRY, _MOTORWAY, _CITY = RoadKind.COUNTRY, RoadKind.MOTORWAY, RoadKind.CITY
_WAITS = Stand(patience_s=3.0)

_STOPPED = (
    route(
        'stopped_behind_bend',
        Ability.STOPPED_VEHICLE,
        'a car stands in the lane shortly after a bend, and drives on later',
        course(_COUNTRY, bend(60, 150, 110)),
        speed_mps=14.0,
        route_m=340.0,
        roles=(Role(Kind.CAR, Span(210, 230), speed_mps=Span(9, 11), behaviour=_WAITS),),
        extra_s=15.0,
    ),
    route(
        'stopped_queue',
        Ability.STOPPED_VEHICLE,
        'the end of a queue in a city street',
        course(_CITY, bend(50, -100, 80)),
        speed_mps=11.0,
        route_m=300.0,
        roles=(
            Role(Kind.CAR, Span(180, 184), speed_mps=Span(8, 10), behaviour=_WAITS),
            Role(Kind.VAN, Span(192, 196), speed_mps=Span(9, 11), behaviour=Stand(0.0)),
        ),
        extra_s=20.0,
    ),
    route(
        'stopped_motorway',
        Ability.STOPPED_VEHICLE,
        'a truck stands on the right-hand lane of a motorway in a bend',
        course(_MOTORWAY, bend(60, 450, 320), lanes=2),
        speed_mps=22.0,
        route_m=520.0,
        roles=(Role(Kind.TRUCK, Span(330, 350), speed_mps=Span(14, 17), behaviour=_WAITS),),
        extra_s=15.0,
    ),
    route(
        'stopped_in_bend',
        Ability.STOPPED_VEHICLE,
        'a van stands in the middle of a bend',
        course(_COUNTRY, bend(50, -120, 130)),
        speed_mps=13.0,
        route_m=320.0,
        roles=(Role(Kind.VAN, Span(150, 165), speed_mps=Span(8, 10), behaviour=_WAITS),),
        extra_s=15.0,
    ),
)

_CUT_IN = (
    route(
        'cut_in_from_left',
        Ability.CUT_IN,
        'a car from the left-hand lane of a motorway moves over close ahead',
        course(_MOTORWAY, bend(60, 600, 400), lanes=2),
        speed_mps=24.0,
        route_m=520.0,
        roles=(
            Role(
                Kind.CAR,
                Span(14, 20),
                lane=1,
                speed_mps=Span(23, 25),
                behaviour=CutIn(to_lane=0, after_s=5.0, lead_m=13.0),
            ),
        ),
    ),
    route(
        'cut_in_from_right',
        Ability.CUT_IN,
        'a van from the right moves over close ahead, in a bend to the right',
        course(_MOTORWAY, bend(60, -550, 380), lanes=3),
        speed_mps=22.0,
        route_m=500.0,
        lane=1,
        roles=(
            Role(
                Kind.VAN,
                Span(14, 20),
                speed_mps=Span(21, 23),
                behaviour=CutIn(to_lane=1, after_s=6.0, lead_m=13.0, slower_by_mps=3.0),
            ),
        ),
    ),
    route(
        'cut_in_city',
        Ability.CUT_IN,
        'a car cuts in closely on a city street of four lanes',
        course(_CITY, bend(50, 160, 120), lanes=2),
        speed_mps=12.0,
        route_m=300.0,
        roles=(
            Role(
                Kind.CAR,
                Span(9, 12),
                lane=1,
                speed_mps=Span(11, 13),
                behaviour=CutIn(to_lane=0, after_s=5.0, lead_m=7.0, over_s=2.5),
            ),
        ),
    ),
    route(
        'cut_in_truck',
        Ability.CUT_IN,
        'a truck moves over ahead and is slower by 4 m/s',
        course(_MOTORWAY, bend(60, 500, 400), lanes=2),
        speed_mps=20.0,
        route_m=460.0,
        roles=(
            Role(
                Kind.TRUCK,
                Span(20, 26),
                lane=1,
                speed_mps=Span(19, 21),
                behaviour=CutIn(to_lane=0, after_s=5.0, lead_m=16.0, slower_by_mps=4.0),
            ),
        ),
    ),
)


def _braking(
    ahead_m: float, speed_mps: float, behaviour: BrakeHard, kind: Kind = Kind.CAR
) -> Role:
    pace = Span(speed_mps - 0.5, speed_mps + 0.5)
    return Role(kind, Span(ahead_m, ahead_m + 6.0), speed_mps=pace, behaviour=behaviour)


_HARD_BRAKE = (
    route(
        'hard_brake_country',
        Ability.HARD_BRAKE,
        'the car ahead stops hard on a winding country road',
        course(_COUNTRY, bend(80, 300, 180)),
        speed_mps=16.0,
        route_m=380.0,
        roles=(_braking(28.0, 15.0, BrakeHard(after_s=7.0)),),
        extra_s=15.0,
    ),
    route(
        'hard_brake_motorway',
        Ability.HARD_BRAKE,
        'the van ahead stops from 22 m/s on a motorway',
        course(_MOTORWAY, bend(80, -600, 350), lanes=2),
        speed_mps=23.0,
        route_m=520.0,
        roles=(_braking(38.0, 22.0, BrakeHard(after_s=7.0, braking_mps2=5.5), Kind.VAN),),
        extra_s=20.0,
    ),
    route(
        'hard_brake_city',
        Ability.HARD_BRAKE,
        'the car ahead stops at 6 m/s² in a city street',
        course(_CITY, bend(60, 110, 80)),
        speed_mps=11.0,
        route_m=280.0,
        roles=(_braking(20.0, 10.5, BrakeHard(after_s=6.0, braking_mps2=6.0)),),
        extra_s=15.0,
    ),
    route(
        'hard_brake_twice',
        Ability.HARD_BRAKE,
        'two cars ahead, and the first stops hard in a bend',
        course(_COUNTRY, bend(60, -220, 180)),
        speed_mps=14.0,
        route_m=340.0,
        roles=(
            _braking(50.0, 13.0, BrakeHard(after_s=8.0, within_m=80.0)),
            Role(Kind.CAR, Span(24, 28), speed_mps=Span(13.5, 14.5)),
        ),
        extra_s=20.0,
    ),
)

TRAFFIC_ROUTES = (*_STOPPED, *_CUT_IN, *_HARD_BRAKE)
