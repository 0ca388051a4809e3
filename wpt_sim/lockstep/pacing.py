# SPDX-License-Identifier: Apache-2.0
"""Pacing of steps, so that a slow computer drives exactly like a fast one."""

import math
from dataclasses import dataclass
from typing import Annotated

from wpt_core.types import Bounds, LateralCommand, check_bounds
from wpt_sim.drive import STEP_S

__all__ = ['Lockstep', 'LockstepConfig']

_TOLERANCE_S = 1e-6
_MAX_TIMEOUTS = 3
"""After this many timeouts in a row, steps run in real time."""


@dataclass(frozen=True, slots=True)
class LockstepConfig:
    """Timeout and speed of the steps."""

    patience_s: Annotated[float, Bounds(0.001, 600.0)] = 2.0
    """Timeout for the answer to a step."""
    real_time_factor: Annotated[float, Bounds(0.0, 10.0)] = 0.0
    """Simulated seconds per second of the wall clock, without waiting for answers; 0: lockstep."""

    def __post_init__(self) -> None:
        check_bounds(self)


class Lockstep:
    """Decides when the next step is due, from published steps and received commands.

    The answer to a step is a valid command whose plan used the frames of that step. While the
    gate refuses to steer, or after repeated timeouts, steps run in real time.
    """

    def __init__(self, config: LockstepConfig) -> None:
        self._config = config
        self._published_s = self._stamp_s = -math.inf
        self._newest: LateralCommand | None = None
        self._timeouts = 0

    @property
    def command(self) -> LateralCommand | None:
        """The newest command; None if it is older than the previous step."""
        newest = self._newest
        if newest is None or newest.stamp_s < self._stamp_s - 2 * STEP_S - _TOLERANCE_S:
            return None
        return newest

    def step_published(self, wall_s: float, stamp_s: float) -> None:
        """Register that the step of this stamp was published now; the stamp may jump back."""
        if stamp_s < self._stamp_s:
            self._newest = None
        self._published_s, self._stamp_s = wall_s, stamp_s

    def command_received(self, command: LateralCommand) -> None:
        """Register a command; one from before a jump back of the clock is dropped."""
        if command.stamp_s > self._stamp_s + _TOLERANCE_S:
            return
        self._newest = command
        if self._answered():
            self._timeouts = 0

    def due(self, wall_s: float) -> bool:
        """Return whether the next step is due; counts a timeout if it is due without an answer."""
        waited_s = wall_s - self._published_s
        if self._config.real_time_factor:
            return waited_s >= STEP_S / self._config.real_time_factor
        if self._answered():
            return True
        if self._timeouts < _MAX_TIMEOUTS and not self._refused():
            if waited_s < self._config.patience_s:
                return False
            self._timeouts += 1
            return True
        return waited_s >= STEP_S

    def _answered(self) -> bool:
        newest = self._newest
        return (
            newest is not None
            and newest.valid
            and newest.stamp_s >= self._stamp_s - _TOLERANCE_S
            and newest.plan_stamp_s >= self._stamp_s - _TOLERANCE_S
        )

    def _refused(self) -> bool:
        """Return whether the newest command is an invalid one for this step."""
        newest = self._newest
        return (
            newest is not None
            and not newest.valid
            and newest.stamp_s >= self._stamp_s - _TOLERANCE_S
        )
