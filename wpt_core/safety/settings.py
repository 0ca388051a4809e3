# SPDX-License-Identifier: Apache-2.0
"""The numbers that the gate holds to."""

import math
from dataclasses import dataclass, fields

from wpt_core.types import InputError

__all__ = ['GateSettings']


@dataclass(frozen=True, slots=True)
class GateSettings:
    """Limits and times of the safety gate; every one is finite and above zero."""

    lateral_mps2: float = 3.0
    """Most lateral acceleration that a command may ask for (ISO 11270)."""
    lateral_jerk_mps3: float = 5.0
    """Most change of it in a second (ISO 11270)."""
    late_s: float = 0.3
    """A plan, a command, an odometry or a torque older than this is late: hold, and warn."""
    lost_s: float = 0.9
    """Older than this it is lost: hand over to the driver."""
    ahead_s: float = 0.05
    """A stamp may lie in the future by this much: clocks of two computers differ."""
    gap_s: float = 0.2
    """The gate itself was not run for longer than this: it has lost its own promise of time."""
    release_s: float = 0.5
    """The driver has let go when the wheel was free for so long."""
    override_s: float = 5.0
    """A driver who steers for longer wants to drive: the gate disengages."""
    healed_s: float = 1.0
    """A fault is over when its cause was gone for so long."""
    least_speed_mps: float = 2.0
    """Below this speed the limits are those at this speed, so that they stay finite."""
    most_speed_mps: float = 70.0
    """A speedometer that says more is broken."""

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not (math.isfinite(value) and value > 0.0):
                raise InputError(
                    f'GateSettings.{field.name} must be a finite number above 0, got {value}.'
                )
        if self.late_s >= self.lost_s:
            raise InputError(
                f'GateSettings.late_s must be less than lost_s ({self.lost_s}), got {self.late_s}.'
            )
