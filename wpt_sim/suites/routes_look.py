# SPDX-License-Identifier: Apache-2.0
"""Routes with hard visibility: worn markings, night, rain, glare, camera loss."""

import math

from wpt_sim.randomness import Span
from wpt_sim.render.look import Daylight, Weather
from wpt_sim.road import RoadKind
from wpt_sim.scenario import Ability, CameraLoss, Conditions, Layout, Scenario
from wpt_sim.scene import Kind
from wpt_sim.suites.route import bend, course, route
from wpt_sim.traffic import Role

__all__ = ['LOOK_ROUTES']

_COUNTRY, _MOTORWAY, _CITY = RoadKind.COUNTRY, RoadKind.MOTORWAY, RoadKind.CITY

# Name, summary, road, speed m/s, route m, traffic.
_COURSES: tuple[tuple[str, str, Layout, float, float, tuple[Role, ...]], ...] = (
    (
        'country',
        'a winding country road',
        course(_COUNTRY, bend(50, -160, 110), bend(30, 140, 100)),
        15.0,
        360.0,
        (),
    ),
    (
        'motorway',
        'a bend of a motorway behind a car',
        course(_MOTORWAY, bend(60, 420, 320), lanes=2),
        23.0,
        500.0,
        (Role(Kind.CAR, Span(45, 60), speed_mps=Span(20, 22)),),
    ),
    (
        'city',
        'a city street with oncoming traffic',
        course(_CITY, bend(40, 80, 60), bend(30, -110, 60)),
        11.0,
        280.0,
        (Role(Kind.CAR, Span(170, 210), lane=1, speed_mps=Span(8, 11)),),
    ),
    (
        'bend',
        'one long bend of a country road',
        course(_COUNTRY, bend(40, -110, 170)),
        13.0,
        300.0,
        (),
    ),
)

_CONDITIONS = (
    ('worn', Ability.WORN_MARKINGS, 'markings almost gone', Conditions(wear=Span(0.7, 0.9))),
    ('night', Ability.NIGHT, 'at night', Conditions(Daylight.NIGHT)),
    ('rain', Ability.RAIN, 'in the rain', Conditions(weather=Weather.RAIN)),
    ('glare', Ability.GLARE, 'against a low sun', Conditions(Daylight.DAY, glare=Span(0.6, 1.0))),
)

# Bearing of the lost camera in degrees, and start of the loss in s.
_LOSSES = {
    'country': (0.0, 6.0),
    'motorway': (0.0, 5.0),
    'city': (55.0, 0.0),
    'bend': (-55.0, 4.0),
}


def _loss(course_name: str) -> Conditions:
    bearing_deg, from_s = _LOSSES[course_name]
    return Conditions(losses=(CameraLoss(math.radians(bearing_deg), from_s),))


def _routes(
    prefix: str, ability: Ability, what: str, conditions: Conditions | None
) -> list[Scenario]:
    return [
        route(
            f'{prefix}_{name}',
            ability,
            f'{where}, {what}',
            layout,
            speed_mps=speed_mps,
            route_m=route_m,
            roles=roles,
            conditions=conditions or _loss(name),
        )
        for name, where, layout, speed_mps, route_m, roles in _COURSES
    ]


LOOK_ROUTES: tuple[Scenario, ...] = (
    *(scenario for row in _CONDITIONS for scenario in _routes(*row)),
    *_routes('camera', Ability.CAMERA_LOSS, 'one camera is dead or fails', None),
)
