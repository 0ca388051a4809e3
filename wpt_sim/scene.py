# SPDX-License-Identifier: Apache-2.0
"""One moment of the proving ground: who is where, and which lights burn."""

from dataclasses import dataclass
from enum import Enum

from wpt_core.types import EgoState, Pose2

__all__ = ['Actor', 'Kind', 'Lights', 'Scene', 'Size']


class Kind(Enum):
    """What a body in the world is; it decides its shape and what hitting it costs."""

    CAR = 'car'
    VAN = 'van'
    TRUCK = 'truck'
    PEDESTRIAN = 'pedestrian'
    BARRIER = 'barrier'
    CONE = 'cone'


@dataclass(frozen=True, slots=True)
class Size:
    """Extent of a body along its own axes."""

    length_m: float
    width_m: float
    height_m: float


@dataclass(frozen=True, slots=True)
class Lights:
    """Lamps another driver can see."""

    brake: bool = False
    left_indicator: bool = False
    right_indicator: bool = False
    head: bool = False


@dataclass(frozen=True, slots=True)
class Actor:
    """A body on or near the road; `pose` is the centre of its footprint, in the world frame."""

    instance: int
    """Above 0, unique in the episode and stable over time."""
    kind: Kind
    pose: Pose2
    size: Size
    velocity_mps: tuple[float, float]
    """In the world frame."""
    yaw_rate_radps: float = 0.0
    lights: Lights = Lights()
    paint_seed: int = 0
    """Chooses colours and details, so that the same actor always looks the same."""
    phase_rad: float = 0.0
    """Walking phase of a pedestrian, rolling angle of wheels."""


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything that moves, at one time."""

    time_s: float
    ego: EgoState
    actors: tuple[Actor, ...]
