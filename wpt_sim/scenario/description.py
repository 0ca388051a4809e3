# SPDX-License-Identifier: Apache-2.0
"""A scenario: what is fixed about a drive, and within which bounds a seed draws the rest."""

from dataclasses import dataclass
from enum import Enum

from wpt_core.types import Command
from wpt_sim.render.look import Daylight, Weather
from wpt_sim.road import RoadKind
from wpt_sim.span import ZERO, Span
from wpt_sim.traffic import Role

__all__ = [
    'Ability',
    'CameraLoss',
    'Conditions',
    'Hand',
    'Layout',
    'Leg',
    'Rule',
    'Scenario',
    'Start',
    'TimedCommand',
    'Turn',
]

_ORDINARY_WEAR = Span(0.0, 0.35)


class Ability(Enum):
    """What a scenario asks of a driver."""

    KEEPING = 'keeping'
    LANE_CHANGE = 'lane change'
    TIGHT_CURVE = 'tight curve'
    STOPPED_VEHICLE = 'stopped vehicle'
    CUT_IN = 'cut-in'
    HARD_BRAKE = 'hard brake'
    OBSTACLE = 'obstacle half in lane'
    PEDESTRIAN = 'pedestrian'
    WORN_MARKINGS = 'worn markings'
    NIGHT = 'night'
    RAIN = 'rain'
    GLARE = 'glare'
    CAMERA_LOSS = 'camera loss'


class Rule(Enum):
    """How a drive is judged; the rules themselves stand in `wpt_core.metrics`."""

    LANE_CENTRE = 'lane centre'
    LANE_CHANGE = 'lane change'
    ROUTE = 'route'


class Hand(Enum):
    """The side a bend turns to; the value is the sign of its curvature."""

    LEFT = 1
    RIGHT = -1


@dataclass(frozen=True, slots=True)
class Turn:
    """A bend: an arc between two transitions. Without a hand the seed chooses it."""

    radius_m: Span
    arc_m: Span
    hand: Hand | None = None


@dataclass(frozen=True, slots=True)
class Leg:
    """A straight, and the bend at its end if there is one."""

    straight_m: Span
    turn: Turn | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """The road: its kind, how many lanes each way (or in all, on a motorway), and its course.

    The seed draws widths and paint. Enough straight road follows the last leg.
    """

    kind: RoadKind
    legs: tuple[Leg, ...]
    lanes: int = 1
    """Ignored where the kind leaves no choice."""


@dataclass(frozen=True, slots=True)
class Start:
    """Where the ego starts, from the centre of its lane, and how fast."""

    lane: int = 0
    offset_m: Span = ZERO
    heading_rad: Span = ZERO


@dataclass(frozen=True, slots=True)
class TimedCommand:
    """What the route asks for at a time."""

    at_s: float
    command: Command


@dataclass(frozen=True, slots=True)
class CameraLoss:
    """From `from_s` on there are no frames of the camera that looks most nearly this way."""

    bearing_rad: float
    """In `base_link`: 0 forward, left positive."""
    from_s: float


@dataclass(frozen=True, slots=True)
class Conditions:
    """What a drive's look must be; the seed draws everything else about it."""

    daylight: Daylight | None = None
    """None: day, or dusk now and then."""
    weather: Weather | None = None
    """None: clear or overcast."""
    glare: Span = ZERO
    """Above 0 the sun stands low and ahead."""
    wear: Span = _ORDINARY_WEAR
    """Of the markings."""
    losses: tuple[CameraLoss, ...] = ()


@dataclass(frozen=True, slots=True)
class Scenario:
    """One entry of a suite."""

    name: str
    suite: str
    ability: Ability
    rule: Rule
    summary: str
    """One sentence for tables."""
    layout: Layout
    speed_mps: Span
    """The set speed, also at the start; in bends less where comfort asks for it."""
    duration_s: float
    """The drive ends here; on a route that is a timeout."""
    start: Start = Start()
    commands: tuple[TimedCommand, ...] = ()
    roles: tuple[Role, ...] = ()
    conditions: Conditions = Conditions()
    route_m: float | None = None
    """Along the road from the start to the finish, for routes."""

    @property
    def key(self) -> str:
        """Unique among all suites."""
        return f'{self.suite}/{self.name}'
