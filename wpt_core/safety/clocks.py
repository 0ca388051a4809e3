# SPDX-License-Identifier: Apache-2.0
"""Time on two clocks: that of the stamps, which can be set, and a steady one."""

import math
from dataclasses import dataclass

from wpt_core.safety.settings import GateSettings
from wpt_core.types import Level, Notice

__all__ = ['NEVER', 'Clocks', 'Now']


@dataclass(frozen=True, slots=True)
class Now:
    """One time on both clocks."""

    stamp_s: float
    """On the clock of the stamps: system time or simulated time."""
    steady_s: float
    """On a monotonic clock."""


NEVER = Now(-math.inf, -math.inf)


class Clocks:
    """Compares the two clocks between ticks and measures time spans on both.

    A simulated clock may be slower or faster than the steady one, so ages are then measured on it
    alone, and it is only required to advance.
    """

    def __init__(self, settings: GateSettings, *, simulated: bool) -> None:
        self._settings = settings
        self._simulated = simulated
        self._then: Now | None = None
        self._moved_s = math.inf
        """Steady time at which the clock of the stamps last advanced."""
        self.elapsed_s = 0.0
        """Time between the last two distinct ticks."""

    def advance(self, now: Now) -> bool:
        """Store the time of a tick; return False if it equals the previous one."""
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
        """Return by how much the clock of the stamps was set since the last tick, else 0."""
        if self._then is None or not math.isfinite(now.stamp_s):
            return 0.0
        stamp_s, steady_s = _spans(now, self._then)
        if stamp_s < 0.0:
            return stamp_s
        gained_s = stamp_s - steady_s
        return gained_s if not self._simulated and gained_s > self._settings.jump_s else 0.0

    def fault(self, now: Now, *, active: bool) -> Notice | None:
        """Return the clock fault of this tick; some apply only while the gate is `active`."""
        if not (math.isfinite(now.stamp_s) and math.isfinite(now.steady_s)):
            return _error('time_not_finite', 'The time of the clock is not finite.')
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
        """Return a notice if the simulated clock stands still for too long."""
        for_s = now.steady_s - self._moved_s
        if self._simulated and self._still_at(now) and for_s > self._settings.still_s:
            return _error('clock_still', f'Simulated time stands still for {for_s:.1f} s.')
        return None

    def _still_at(self, now: Now) -> bool:
        return self._then is not None and now.stamp_s == self._then.stamp_s

    def age_s(self, now: Now, then: Now) -> float:
        """Return an upper bound of the age that no clock setting reduces."""
        stamp_s, steady_s = _spans(now, then)
        return stamp_s if self._simulated else max(stamp_s, steady_s)

    def surely_s(self, now: Now, then: Now) -> float:
        """Return a lower bound of the age that no clock setting increases."""
        return min(_spans(now, then))


def _spans(now: Now, then: Now) -> tuple[float, float]:
    return now.stamp_s - then.stamp_s, now.steady_s - then.steady_s


def _error(code: str, text: str) -> Notice:
    return Notice(Level.ERROR, code, text)
