# SPDX-License-Identifier: Apache-2.0
"""When to take the next step: a slow computer must drive exactly like a fast one."""

import math
from dataclasses import dataclass
from typing import Annotated

from wpt_core.types import Bounds, LateralCommand, check_bounds
from wpt_sim.drive import STEP_S

__all__ = ['Lockstep', 'Pace']

_SAME_S = 1e-6
_MISSES = 3
"""After so many steps in a row without an answer nobody is waited for any more."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How long a step may take."""

    patience_s: Annotated[float, Bounds(0.001, 600.0)] = 2.0
    """The answer to a step is waited for so long."""
    real_time_factor: Annotated[float, Bounds(0.0, 10.0)] = 0.0
    """Live: so many seconds of drive in one of the wall clock, answered or not. 0: lockstep."""

    def __post_init__(self) -> None:
        check_bounds(self)


class Lockstep:
    """Tell it when a step was shown and what was answered; it says when the next one is due.

    Answered is a step by a valid command that rests on its pictures. While there is none such
    because nobody steers, or nobody has answered for a while, steps come in real time.
    """

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._shown_s = self._stamp_s = -math.inf
        self._newest: LateralCommand | None = None
        self._misses = 0

    @property
    def command(self) -> LateralCommand | None:
        """The newest command, as long as it is not older than the step before this one."""
        newest = self._newest
        if newest is None or newest.stamp_s < self._stamp_s - 2 * STEP_S - _SAME_S:
            return None
        return newest

    def shown(self, wall_s: float, stamp_s: float) -> None:
        """The step of this stamp was published now; the clock may have jumped back."""
        if stamp_s < self._stamp_s:
            self._newest = None
        self._shown_s, self._stamp_s = wall_s, stamp_s

    def heard(self, command: LateralCommand) -> None:
        """From the gate; one from before a jump back of the clock does not count."""
        if command.stamp_s > self._stamp_s + _SAME_S:
            return
        self._newest = command
        if self._answered():
            self._misses = 0

    def due(self, wall_s: float) -> bool:
        """Is it time for the next step? Counts a step that nobody answered when it says so."""
        waited_s = wall_s - self._shown_s
        if self._pace.real_time_factor:
            return waited_s >= STEP_S / self._pace.real_time_factor
        if self._answered():
            return True
        if self._misses < _MISSES and not self._refused():
            if waited_s < self._pace.patience_s:
                return False
            self._misses += 1
            return True
        return waited_s >= STEP_S

    def _answered(self) -> bool:
        newest = self._newest
        return (
            newest is not None
            and newest.valid
            and newest.stamp_s >= self._stamp_s - _SAME_S
            and newest.plan_stamp_s >= self._stamp_s - _SAME_S
        )

    def _refused(self) -> bool:
        """The gate has looked at this step and does not steer."""
        newest = self._newest
        return (
            newest is not None and not newest.valid and newest.stamp_s >= self._stamp_s - _SAME_S
        )
