# SPDX-License-Identifier: Apache-2.0
"""Actuator model: dead time, first-order lag and rate limit."""

import math
from collections import deque

__all__ = ['Actuator']

_SAME_TIME_S = 1e-9
"""Rounding of summed steps; far below any step, far above the error of a day of steps."""


class Actuator:
    """Follows a command held over each step; exact in time for any delay and step.

    The lag is `d/dt value = (delayed command - value) / lag_s`, its magnitude limited to
    `max_rate_ps`. Both are integrated in closed form between changes of the delayed command, so
    the result does not depend on the step, and the delay need not be a multiple of it. A lag of 0
    follows immediately, or at `max_rate_ps`.
    """

    __slots__ = ('_command', '_delay_s', '_lag_s', '_max_rate_ps', '_now_s', '_pending', 'value')

    def __init__(
        self, delay_s: float, lag_s: float, *, max_rate_ps: float = math.inf, value: float = 0.0
    ) -> None:
        self._delay_s = delay_s
        self._lag_s = lag_s
        self._max_rate_ps = max_rate_ps
        self._now_s = 0.0
        self._command = value
        self._pending: deque[tuple[float, float]] = deque()
        self.value = value

    def advance(self, command: float, dt_s: float) -> float:
        """Hold `command` for `dt_s` and return the value at its end."""
        pending = self._pending
        newest = pending[-1][1] if pending else self._command
        if command != newest:
            pending.append((self._now_s + self._delay_s, command))
        end_s = self._now_s + dt_s
        while pending and pending[0][0] < end_s - _SAME_TIME_S:
            due_s, due = pending.popleft()
            if due_s > self._now_s:
                self._follow(due_s - self._now_s)
                self._now_s = due_s
            self._command = due
        self._follow(end_s - self._now_s)
        self._now_s = end_s
        return self.value

    def _follow(self, duration_s: float) -> None:
        """Move towards the current command: at the rate limit first, then exponentially."""
        gap = self._command - self.value
        if gap == 0.0:
            return
        exponential_gap = self._max_rate_ps * self._lag_s if self._lag_s else 0.0
        if abs(gap) > exponential_gap:
            ramp_s = (abs(gap) - exponential_gap) / self._max_rate_ps
            if ramp_s >= duration_s:
                self.value += math.copysign(self._max_rate_ps * duration_s, gap)
                return
            gap = math.copysign(exponential_gap, gap)
            duration_s -= ramp_s
        remaining = math.exp(-duration_s / self._lag_s) if self._lag_s else 0.0
        self.value = self._command - gap * remaining
