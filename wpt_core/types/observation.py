# SPDX-License-Identifier: Apache-2.0
"""What a car would know: the only thing a driver is shown."""

from dataclasses import dataclass

from wpt_core.types.camera import CameraFrame
from wpt_core.types.driving import Command

__all__ = ['Observation']


@dataclass(frozen=True, eq=False, slots=True)
class Observation:
    """One moment as the car's own sensors and its driver's wishes give it."""

    time_s: float
    speed_mps: float
    yaw_rate_radps: float
    acceleration_mps2: float
    curvature_1pm: float
    command: Command
    set_speed_mps: float
    """What the cruise control is set to."""
    actuator_delay_s: float = 0.3
    """Dead time and lag of the steering, as the car was calibrated: not quite the truth."""
    frames: tuple[CameraFrame, ...] = ()
    """Of the cameras that live, in the order of the rig."""
