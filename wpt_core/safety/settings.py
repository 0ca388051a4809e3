# SPDX-License-Identifier: Apache-2.0
"""The numbers that the gate holds to, each with the range that it may have."""

from dataclasses import dataclass, field
from typing import Annotated

from wpt_core.types import Bounds, InputError, check_bounds

__all__ = ['GateSettings', 'OdometrySettings']


@dataclass(frozen=True, slots=True)
class OdometrySettings:
    """How much an odometry that is believed may change from message to message.

    The noise of a good source lies far inside; a source that is stuck, swapped, scaled or reset
    does not. Upper bounds keep the checks effective, lower ones keep them above sensor noise.
    """

    speed_change_mps2: Annotated[float, Bounds(9.0, 20.0)] = 12.0
    """No car brakes or speeds up harder; dry asphalt allows about 9."""
    speed_noise_mps: Annotated[float, Bounds(0.1, 1.5)] = 0.7
    """A speed may jump by this much beside the change."""
    yaw_rate_change_radps2: Annotated[float, Bounds(5.0, 30.0)] = 10.0
    """No car on its wheels changes its yaw rate faster."""
    yaw_rate_noise_radps: Annotated[float, Bounds(0.02, 0.3)] = 0.15
    """A yaw rate may jump by this much beside the change."""
    pose_share: Annotated[float, Bounds(0.02, 0.2)] = 0.1
    """Way and turn by the poses may differ from those by the twists by this share of them."""
    pose_noise_m: Annotated[float, Bounds(0.05, 0.5)] = 0.25
    """The same, beside the share, of the way."""
    yaw_noise_rad: Annotated[float, Bounds(0.01, 0.1)] = 0.05
    """The same, of the turn."""

    def __post_init__(self) -> None:
        check_bounds(self)


@dataclass(frozen=True, slots=True)
class GateSettings:
    """Limits and times of the safety gate; each has a range, and outside it is refused."""

    lateral_mps2: Annotated[float, Bounds(0.5, 3.0)] = 3.0
    """Largest lateral acceleration of a command; ISO 11270 and UN R79 allow no more than 3."""
    lateral_jerk_mps3: Annotated[float, Bounds(0.5, 5.0)] = 5.0
    """Largest change of it in a second; ISO 11270 and UN R79 allow no more than 5."""
    late_s: Annotated[float, Bounds(0.1, 0.5)] = 0.3
    """A plan, command, odometry or torque older than this is late: hold, and warn. Above 0.5 s a
    driver would be warned too late, below 0.1 s a 20 Hz source would be late by jitter."""
    lost_s: Annotated[float, Bounds(0.3, 1.5)] = 0.9
    """Older than this it is lost: hand over to the driver. At 30 m/s a car leaves its lane within
    about 1.5 s of a curvature that is held."""
    ahead_s: Annotated[float, Bounds(0.0, 0.1)] = 0.05
    """A stamp may lie in the future by this much: clocks of two computers differ."""
    gap_s: Annotated[float, Bounds(0.05, 0.5)] = 0.2
    """The gate itself was not run for longer than this while it steered: a fault."""
    jump_s: Annotated[float, Bounds(0.05, 0.5)] = 0.2
    """The clock of the stamps may gain this much on the steady clock from one tick to the next."""
    still_s: Annotated[float, Bounds(2.5, 10.0)] = 3.0
    """A simulated clock may stand still for so long; a world in lockstep waits 2 s for answers."""
    release_s: Annotated[float, Bounds(0.2, 5.0)] = 0.5
    """The driver has let go when the wheel was free for so long."""
    override_s: Annotated[float, Bounds(1.0, 30.0)] = 5.0
    """A driver who steers for longer than this takes over: the gate disengages."""
    healed_s: Annotated[float, Bounds(0.5, 30.0)] = 1.0
    """A fault is over when its cause was gone for so long."""
    least_speed_mps: Annotated[float, Bounds(1.0, 5.0)] = 2.0
    """Below this speed the limits are those at this speed, so that they stay finite."""
    most_speed_mps: Annotated[float, Bounds(10.0, 100.0)] = 70.0
    """A speedometer that reports more is broken."""
    odometry: OdometrySettings = field(default_factory=OdometrySettings)

    def __post_init__(self) -> None:
        check_bounds(self)
        if self.late_s >= self.lost_s:
            raise InputError(
                f'GateSettings.late_s must be less than lost_s ({self.lost_s}), got {self.late_s}.'
            )
