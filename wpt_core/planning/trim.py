# SPDX-License-Identifier: Apache-2.0
"""Steering trim: learns the difference between commanded and driven curvature from the yaw rate.

A crooked steering wheel, a wrong steering ratio or other tyres change the curvature that is
driven. A planner that sees only the road would then keep a constant lateral offset, so the error
is compensated after the planner.
"""

from collections import deque
from dataclasses import dataclass

from wpt_core.types import InputError

__all__ = ['SteeringTrim', 'TrimSettings']


@dataclass(frozen=True, slots=True)
class TrimSettings:
    """Time constant and limits of the trim."""

    time_constant_s: float = 1.5
    most_lateral_mps2: float = 1.2
    """Largest correction, as lateral acceleration."""
    least_speed_mps: float = 4.0
    """Below this speed the yaw rate says too little about the curvature, so nothing is learned."""

    def __post_init__(self) -> None:
        for name in ('time_constant_s', 'most_lateral_mps2', 'least_speed_mps'):
            if not getattr(self, name) > 0.0:
                raise InputError(f'TrimSettings.{name} must be above 0, got {getattr(self, name)}')


class SteeringTrim:
    """Adds the learned, bounded difference between wanted and driven curvature."""

    def __init__(self, settings: TrimSettings | None = None) -> None:
        self._settings = settings or TrimSettings()
        self._wanted: deque[tuple[float, float]] = deque()
        """Stamp and wanted curvature, until the car has had time to respond."""
        self._due_1pm: float | None = None
        self._then_s: float | None = None
        self._learned_mps2 = 0.0

    def compensated(
        self,
        now_s: float,
        wanted_1pm: float,
        *,
        driven_1pm: float,
        speed_mps: float,
        delay_s: float,
    ) -> float:
        """Return the command with which the car drives `wanted_1pm` after `delay_s`.

        A second call for the same time replaces the first.
        """
        settings = self._settings
        square = max(speed_mps, settings.least_speed_mps) ** 2
        while self._wanted and self._wanted[0][0] <= now_s - delay_s:
            self._due_1pm = self._wanted.popleft()[1]
        if self._then_s is not None and self._due_1pm is not None:
            dt_s = min(max(now_s - self._then_s, 0.0), 0.2)
            if speed_mps > settings.least_speed_mps:
                lacking_mps2 = (self._due_1pm - driven_1pm) * square
                self._learned_mps2 += lacking_mps2 * dt_s / settings.time_constant_s
        most = settings.most_lateral_mps2
        self._learned_mps2 = min(max(self._learned_mps2, -most), most)
        self._then_s = now_s
        if self._wanted and self._wanted[-1][0] == now_s:
            self._wanted.pop()
        self._wanted.append((now_s, wanted_1pm))
        return wanted_1pm + self._learned_mps2 / square
