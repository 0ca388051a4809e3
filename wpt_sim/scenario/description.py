# SPDX-License-Identifier: Apache-2.0
"""A scenario: the fixed properties of a drive, and ranges for the random ones."""

from dataclasses import dataclass
from enum import Enum

from wpt_core.types import Command
from wpt_sim.randomness import ZERO, Span
from wpt_sim.render.look import Daylight, Weather
from wpt_sim.road import RoadKind
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
    """The ability that a scenario tests."""

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
    """The pass rule of a drive, implemented in `wpt_core.metrics`."""

    LANE_CENTRE = 'lane centre'
    LANE_CHANGE = 'lane change'
    ROUTE = 'route'


class Hand(Enum):
    """Direction of a bend; the value is the sign of its curvature."""

    LEFT = 1
    RIGHT = -1


@dataclass(frozen=True, slots=True)
class Turn:
    """A bend: an arc between two transitions. Without `hand` the direction is random."""

    radius_m: Span
    arc_m: Span
    hand: Hand | None = None
    transitions: bool = True
    """Without them the arc meets the straights directly, as on city streets."""


@dataclass(frozen=True, slots=True)
class Leg:
    """A straight, optionally followed by a bend."""

    straight_m: Span
    turn: Turn | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """Kind and course of the road.

    Widths and paint are random. Enough straight road follows the last leg.
    """

    kind: RoadKind
    legs: tuple[Leg, ...]
    lanes: int = 1
    """Lanes each way (city, arterial), or in total on a motorway; ignored by other kinds."""


@dataclass(frozen=True, slots=True)
class Start:
    """Start of the ego, relative to the centre of its lane."""

    lane: int = 0
    offset_m: Span = ZERO
    heading_rad: Span = ZERO


@dataclass(frozen=True, slots=True)
class TimedCommand:
    """A command at a time."""

    at_s: float
    command: Command


@dataclass(frozen=True, slots=True)
class CameraLoss:
    """From `from_s` on, the camera closest to this bearing delivers no frames."""

    bearing_rad: float
    """In `base_link`: 0 forward, left positive."""
    from_s: float


@dataclass(frozen=True, slots=True)
class Conditions:
    """Fixed parts of the look of a drive; the rest is random."""

    daylight: Daylight | None = None
    """None: day, or dusk in 15 % of the drives."""
    weather: Weather | None = None
    """None: clear or overcast."""
    glare: Span = ZERO
    """Above 0 a low sun is ahead."""
    wear: Span = _ORDINARY_WEAR
    """Of the markings."""
    seams: Span = ZERO
    """Of the surface, along the road where no lane ends."""
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
    """Set speed and start speed; the start is slower in a tight bend."""
    duration_s: float
    """End of the drive; on a route this is the timeout."""
    start: Start = Start()
    commands: tuple[TimedCommand, ...] = ()
    roles: tuple[Role, ...] = ()
    conditions: Conditions = Conditions()
    route_m: float | None = None
    """Distance along the road from start to finish, for routes."""

    @property
    def key(self) -> str:
        """Unique among all suites."""
        return f'{self.suite}/{self.name}'
