# SPDX-License-Identifier: Apache-2.0
"""The load that is ours: the expert drives in traffic, and six cameras look on."""

from dataclasses import dataclass

import cv2

from wpt_core.sensing import surround_rig
from wpt_sim.drive import STEP_S, World
from wpt_sim.drivers import EXPERT, make_driver
from wpt_sim.randomness import Span, exactly
from wpt_sim.render import Daylight, Weather
from wpt_sim.road import RoadKind
from wpt_sim.scenario import Ability, Conditions, Layout, Leg, Rule, Scenario, Turn
from wpt_sim.scene import Kind
from wpt_sim.traffic import Role

__all__ = ['CASES', 'Case', 'OurWorld', 'scenario']

SEED = 7
SPEED_MPS = 15.0
_ALONG_M = (-35.0, -18.0, 22.0, 40.0, 60.0, 85.0)
"""Six vehicles that go our way, ahead of the start, and stay in sight."""
_ONCOMING_M = (30.0, 90.0, 160.0, 240.0, 320.0, 400.0)
_WAYS = {
    RoadKind.COUNTRY: ((0,), 1),
    RoadKind.MOTORWAY: ((0, 1), None),
    RoadKind.CITY: ((0,), 1),
    RoadKind.SINGLE_LANE: ((0,), None),
    RoadKind.ARTERIAL: ((0,), 1),
}
"""Which lanes go our way, and which one goes the other way."""


@dataclass(frozen=True, slots=True)
class Case:
    """A kind of road in one light."""

    road: RoadKind
    daylight: Daylight
    weather: Weather

    @property
    def name(self) -> str:
        return f'{self.road.value}-{self.daylight.value}-{self.weather.value}'


CASES = (
    Case(RoadKind.COUNTRY, Daylight.DAY, Weather.CLEAR),
    Case(RoadKind.COUNTRY, Daylight.NIGHT, Weather.CLEAR),
    Case(RoadKind.COUNTRY, Daylight.DAY, Weather.RAIN),
    Case(RoadKind.MOTORWAY, Daylight.DAY, Weather.CLEAR),
    Case(RoadKind.MOTORWAY, Daylight.DUSK, Weather.OVERCAST),
    Case(RoadKind.CITY, Daylight.DAY, Weather.CLEAR),
    Case(RoadKind.CITY, Daylight.NIGHT, Weather.RAIN),
    Case(RoadKind.SINGLE_LANE, Daylight.DAY, Weather.OVERCAST),
    Case(RoadKind.ARTERIAL, Daylight.DAY, Weather.CLEAR),
)


def scenario(case: Case, *, steps: int) -> Scenario:
    """A drive through a bend, in traffic, that lasts at least so many steps."""
    bend = Leg(exactly(80.0), Turn(exactly(250.0), exactly(150.0)))
    return Scenario(
        name=case.name,
        suite='benchmark',
        ability=Ability.KEEPING,
        rule=Rule.ROUTE,
        summary='a bend in traffic',
        layout=Layout(case.road, (bend,), lanes=2 if case.road is RoadKind.MOTORWAY else 1),
        speed_mps=exactly(SPEED_MPS),
        duration_s=(steps + 1) * STEP_S,
        roles=_traffic(case.road),
        conditions=Conditions(daylight=case.daylight, weather=case.weather),
    )


class OurWorld:
    """One drive; a step is what the driver sees and decides, and 50 ms of physics."""

    frames_per_step = 6

    def __init__(self, case: Case, *, steps: int) -> None:
        cv2.setNumThreads(1)
        self._world = World(scenario(case, steps=steps), SEED, rig=surround_rig())
        self._driver = make_driver(EXPERT, self._world)
        self.about = f'{len(self._world.bodies)} other vehicles'

    def step(self) -> None:
        seen = self._world.observe()
        if len(seen.frames) != self.frames_per_step:
            raise RuntimeError(f'six pictures expected, got {len(seen.frames)}')
        self._world.step(self._driver.act(seen))


def _traffic(road: RoadKind) -> tuple[Role, ...]:
    along, oncoming = _WAYS[road]
    speed = Span(0.9 * SPEED_MPS, SPEED_MPS)
    roles = [
        Role(_kind(i), exactly(ahead_m), lane=along[i % len(along)], speed_mps=speed)
        for i, ahead_m in enumerate(_ALONG_M)
    ]
    if oncoming is not None:
        roles += [
            Role(_kind(i), exactly(ahead_m), lane=oncoming, speed_mps=speed)
            for i, ahead_m in enumerate(_ONCOMING_M)
        ]
    return tuple(roles)


def _kind(index: int) -> Kind:
    return Kind.TRUCK if index % 3 == 2 else Kind.CAR
