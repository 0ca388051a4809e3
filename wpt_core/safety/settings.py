# SPDX-License-Identifier: Apache-2.0
"""Settings of the gate with their allowed ranges."""

from dataclasses import dataclass, field
from typing import Annotated

from wpt_core.types import Bounds, InputError, check_bounds

__all__ = ['GateSettings', 'OdometrySettings']


@dataclass(frozen=True, slots=True)
class OdometrySettings:
    """Plausibility limits of the odometry from message to message.

    The noise of a good source is far inside; a source that is stuck, swapped, scaled or reset is
    outside. Upper bounds keep the checks effective, lower ones keep them above sensor noise.
    """

    speed_change_mps2: Annotated[float, Bounds(9.0, 20.0)] = 12.0
    """No car brakes or speeds up harder; dry asphalt allows about 9."""
    speed_noise_mps: Annotated[float, Bounds(0.1, 1.5)] = 0.7
    """A speed may additionally jump by this much."""
    yaw_rate_change_radps2: Annotated[float, Bounds(5.0, 30.0)] = 10.0
    """No car on its wheels changes its yaw rate faster."""
    yaw_rate_noise_radps: Annotated[float, Bounds(0.02, 0.3)] = 0.15
    """A yaw rate may additionally jump by this much."""
    pose_share: Annotated[float, Bounds(0.02, 0.2)] = 0.1
    """Distance and turn of the poses may differ from those of the twists by this share."""
    pose_noise_m: Annotated[float, Bounds(0.05, 0.5)] = 0.25
    """The same for the distance, in addition to the share."""
    yaw_noise_rad: Annotated[float, Bounds(0.01, 0.1)] = 0.05
    """The same for the turn, in addition to the share."""

    def __post_init__(self) -> None:
        check_bounds(self)


@dataclass(frozen=True, slots=True)
class GateSettings:
    """Limits and times of the safety gate; values outside their ranges are refused."""

    lateral_mps2: Annotated[float, Bounds(0.5, 3.0)] = 3.0
    """Largest lateral acceleration of a command; ISO 11270 and UN R79 allow no more than 3."""
    lateral_jerk_mps3: Annotated[float, Bounds(0.5, 5.0)] = 5.0
    """Largest lateral jerk of a command; ISO 11270 and UN R79 allow no more than 5."""
    late_s: Annotated[float, Bounds(0.1, 0.5)] = 0.3
    """A plan, command, odometry or torque older than this is late: hold, and warn. Above 0.5 s a
    driver would be warned too late, below 0.1 s a 20 Hz source would be late by jitter."""
    lost_s: Annotated[float, Bounds(0.3, 1.5)] = 0.9
    """Older than this it is lost: hand over to the driver. At 30 m/s a car leaves its lane within
    about 1.5 s of a held curvature."""
    ahead_s: Annotated[float, Bounds(0.0, 0.1)] = 0.05
    """A stamp may be in the future by this much, because clocks of two computers differ."""
    gap_s: Annotated[float, Bounds(0.05, 0.5)] = 0.2
    """A longer pause of the gate itself while it steers is a fault."""
    jump_s: Annotated[float, Bounds(0.05, 0.5)] = 0.2
    """The clock of the stamps may gain this much on the steady clock per tick."""
    still_s: Annotated[float, Bounds(2.5, 10.0)] = 3.0
    """A simulated clock may stand still this long; a simulator in lockstep waits 2 s for
    answers."""
    release_s: Annotated[float, Bounds(0.2, 5.0)] = 0.5
    """The driver has released the wheel when it was free for this long."""
    override_s: Annotated[float, Bounds(1.0, 30.0)] = 5.0
    """A driver who steers for longer takes over: the gate disengages."""
    healed_s: Annotated[float, Bounds(0.5, 30.0)] = 1.0
    """A fault is over when its cause was absent for this long."""
    least_speed_mps: Annotated[float, Bounds(1.0, 5.0)] = 2.0
    """Below this speed the limits are those at this speed, so that they stay finite."""
    most_speed_mps: Annotated[float, Bounds(10.0, 100.0)] = 70.0
    """A larger reported speed is a fault."""
    odometry: OdometrySettings = field(default_factory=OdometrySettings)

    def __post_init__(self) -> None:
        check_bounds(self)
        if self.late_s >= self.lost_s:
            raise InputError(
                f'GateSettings.late_s must be less than lost_s ({self.lost_s}), got {self.late_s}.'
            )
