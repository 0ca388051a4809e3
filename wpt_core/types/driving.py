# SPDX-License-Identifier: Apache-2.0
"""Motion of the car, what is commanded, and what a driver observes."""

from dataclasses import dataclass
from enum import IntEnum

from wpt_core.types.camera import CameraFrame

__all__ = ['Action', 'Command', 'EgoState', 'LateralCommand', 'Observation', 'Pose2']


@dataclass(frozen=True, slots=True)
class Pose2:
    """Position and heading of a body in a stated frame; yaw counter-clockwise from +x."""

    x_m: float
    y_m: float
    yaw_rad: float


class Command(IntEnum):
    """Manoeuvre requested by the driver or the route; the numbers are those of the message."""

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
    """Curvature of the current path, left positive."""


@dataclass(frozen=True, slots=True)
class Action:
    """Commanded path curvature (left positive) and acceleration."""

    curvature_1pm: float
    acceleration_mps2: float


@dataclass(frozen=True, slots=True)
class LateralCommand:
    """Commanded curvature, the plan it is based on, and whether it is valid."""

    stamp_s: float
    plan_stamp_s: float
    curvature_1pm: float
    curvature_rate_1pmps: float
    valid: bool


@dataclass(frozen=True, eq=False, slots=True)
class Observation:
    """Inputs of a driver at one time: the car's own sensors and its operator's settings."""

    time_s: float
    speed_mps: float
    yaw_rate_radps: float
    acceleration_mps2: float
    curvature_1pm: float
    command: Command
    set_speed_mps: float
    """Set speed of the cruise control."""
    actuator_delay_s: float = 0.3
    """Calibrated dead time plus lag of the steering; the true value differs slightly."""
    frames: tuple[CameraFrame, ...] = ()
    """Images of the live cameras, in the order of the rig."""
