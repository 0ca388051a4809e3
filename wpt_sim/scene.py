# SPDX-License-Identifier: Apache-2.0
"""The scene: ego and actors at one time."""

from dataclasses import dataclass
from enum import Enum

from wpt_core.types import EgoState, Pose2

__all__ = ['Actor', 'Kind', 'Lights', 'Scene', 'Size']


class Kind(Enum):
    """Kind of an actor; it determines shape and collision penalty."""

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
    """Lamps that are on."""

    brake: bool = False
    left_indicator: bool = False
    right_indicator: bool = False
    head: bool = False


@dataclass(frozen=True, slots=True)
class Actor:
    """An actor; `pose` is the centre of its footprint in the world frame."""

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
    """Seed of colours and details."""
    phase_rad: float = 0.0
    """Walking phase of a pedestrian, rolling angle of wheels."""


@dataclass(frozen=True, slots=True)
class Scene:
    """Ego and actors at one time."""

    time_s: float
    ego: EgoState
    actors: tuple[Actor, ...]
