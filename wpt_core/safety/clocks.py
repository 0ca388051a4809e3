# SPDX-License-Identifier: Apache-2.0
"""Time on two clocks: that of the stamps, which others can set, and one that nobody can."""

import math
from dataclasses import dataclass

from wpt_core.safety.settings import GateSettings
from wpt_core.types import Level, Notice

__all__ = ['NEVER', 'Clocks', 'Now']


@dataclass(frozen=True, slots=True)
class Now:
    """One instant on both clocks."""

    stamp_s: float
    """On the clock of the stamps: that of the system, or a simulated one."""
    steady_s: float
    """On a monotonic clock, which neither jumps nor stands still."""


NEVER = Now(-math.inf, -math.inf)


class Clocks:
    """Compares the two clocks from tick to tick, and measures spans of time on both.

    A simulated clock may be slower or faster than the steady one, so ages are then counted on it
    alone, and all that is asked of it is to go on.
    """

    def __init__(self, settings: GateSettings, *, simulated: bool) -> None:
        self._settings = settings
        self._simulated = simulated
        self._then: Now | None = None
        self._moved_s = math.inf
        """On the steady clock: when the clock of the stamps was last seen to move."""
        self.elapsed_s = 0.0
        """Between the last two ticks that were not at the same instant."""

    def advance(self, now: Now) -> bool:
        """Take the time of a tick; false where it is the instant of the tick before."""
        then, self._then = self._then, now
        if then is None or now.stamp_s != then.stamp_s:
            self._moved_s = now.steady_s
        spans = (0.0, 0.0) if then is None else _spans(now, then)
        span_s = spans[0] if self._simulated else spans[1]
        if then is not None and span_s == 0.0:
            return False
        self.elapsed_s = max(span_s, 0.0)
        return True

    def jump_s(self, now: Now) -> float:
        """How far the clock of the stamps has been set since the last tick; 0 if it was not."""
        if self._then is None or not math.isfinite(now.stamp_s):
            return 0.0
        stamp_s, steady_s = _spans(now, self._then)
        if stamp_s < 0.0:
            return stamp_s
        gained_s = stamp_s - steady_s
        return gained_s if not self._simulated and gained_s > self._settings.jump_s else 0.0

    def fault(self, now: Now, *, active: bool) -> Notice | None:
        """What is wrong with the time of this tick; some of it only where the gate is `active`."""
        if not (math.isfinite(now.stamp_s) and math.isfinite(now.steady_s)):
            return _error('time_not_finite', 'The clock shows no finite number.')
        if (jump_s := self.jump_s(now)) < 0.0:
            return _error('time_jumped_back', f'The clock jumped back by {-jump_s:.2f} s.')
        if jump_s > 0.0:
            return _error('time_jumped_ahead', f'The clock jumped ahead by {jump_s:.2f} s.')
        if self._then is None or not active:
            return None
        stamp_s, steady_s = _spans(now, self._then)
        if self._simulated and stamp_s > self._settings.gap_s:
            return _error('time_jumped_ahead', f'Simulated time jumped ahead by {stamp_s:.2f} s.')
        if not self._simulated and steady_s > self._settings.gap_s:
            return _error('gate_paused', f'The gate was not run for {steady_s:.2f} s.')
        return self.still(now)

    def still(self, now: Now) -> Notice | None:
        """A simulated clock that does not move."""
        for_s = now.steady_s - self._moved_s
        if self._simulated and self._still_at(now) and for_s > self._settings.still_s:
            return _error('clock_still', f'Simulated time stands still for {for_s:.1f} s.')
        return None

    def _still_at(self, now: Now) -> bool:
        return self._then is not None and now.stamp_s == self._then.stamp_s

    def age_s(self, now: Now, then: Now) -> float:
        """How long ago, at most; no clock that is set back or stopped makes it less."""
        stamp_s, steady_s = _spans(now, then)
        return stamp_s if self._simulated else max(stamp_s, steady_s)

    def surely_s(self, now: Now, then: Now) -> float:
        """How long ago, at least; no clock that is set ahead makes it more."""
        return min(_spans(now, then))


def _spans(now: Now, then: Now) -> tuple[float, float]:
    return now.stamp_s - then.stamp_s, now.steady_s - then.steady_s


def _error(code: str, text: str) -> Notice:
    return Notice(Level.ERROR, code, text)
