# SPDX-License-Identifier: Apache-2.0
"""What is asked of the car, what the car is doing, and what it is told to do."""

from dataclasses import dataclass
from enum import IntEnum

from wpt_core.types.pose import Pose2

__all__ = ['Action', 'Command', 'EgoState', 'LateralCommand']


class Command(IntEnum):
    """What the driver or the route wants next; the numbers are those of the message."""

    KEEP = 0
    CHANGE_LEFT = 1
    CHANGE_RIGHT = 2
    TURN_LEFT = 3
    TURN_RIGHT = 4
    STRAIGHT = 5


@dataclass(frozen=True, slots=True)
class EgoState:
    """Motion of `base_link` (centre of the rear axle, on the ground) at `stamp_s`."""

    stamp_s: float
    pose: Pose2
    """In the odometry frame."""
    speed_mps: float
    acceleration_mps2: float
    yaw_rate_radps: float
    curvature_1pm: float
    """Curvature of the path driven now, left positive."""


@dataclass(frozen=True, slots=True)
class Action:
    """What a driver asks of the car now: path curvature (left positive) and acceleration."""

    curvature_1pm: float
    acceleration_mps2: float


@dataclass(frozen=True, slots=True)
class LateralCommand:
    """The curvature to steer, the plan it comes from, and whether it may be obeyed."""

    stamp_s: float
    plan_stamp_s: float
    curvature_1pm: float
    curvature_rate_1pmps: float
    valid: bool
