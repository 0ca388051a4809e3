# SPDX-License-Identifier: Apache-2.0
"""A car does not drive quite the curvature it is asked for: learn by how much, from its own gyro.

A crooked steering wheel, a wrong steering ratio or other tyres make a car drive another curvature
than the one asked for. A planner that looks at the road only would hold the car beside its line
for good, by as much as makes its correction cancel the error; so the error is taken out below it.
"""

from collections import deque
from dataclasses import dataclass

from wpt_core.types import InputError

__all__ = ['SteeringTrim', 'TrimSettings']


@dataclass(frozen=True, slots=True)
class TrimSettings:
    """How fast the error is learned, and how much of it is believed."""

    time_constant_s: float = 1.5
    most_lateral_mps2: float = 1.2
    """At most so much is added, as lateral acceleration."""
    least_speed_mps: float = 4.0
    """Below this the yaw rate says too little about the curvature, and nothing is learned."""

    def __post_init__(self) -> None:
        for name in ('time_constant_s', 'most_lateral_mps2', 'least_speed_mps'):
            if not getattr(self, name) > 0.0:
                raise InputError(f'TrimSettings.{name} must be above 0, got {getattr(self, name)}')


class SteeringTrim:
    """Adds to what is asked for what the car was found to lack, slowly and within bounds."""

    def __init__(self, settings: TrimSettings | None = None) -> None:
        self._settings = settings or TrimSettings()
        self._wanted: deque[tuple[float, float]] = deque()
        """Stamp and curvature wanted, until the car has had time to answer."""
        self._due_1pm: float | None = None
        self._then_s: float | None = None
        self._learnt_mps2 = 0.0

    def compensated(
        self,
        now_s: float,
        wanted_1pm: float,
        *,
        driven_1pm: float,
        speed_mps: float,
        delay_s: float,
    ) -> float:
        """The curvature to ask for, so that `wanted_1pm` is what is driven after `delay_s`.

        Asking again at the same time replaces what was wanted then.
        """
        settings = self._settings
        square = max(speed_mps, settings.least_speed_mps) ** 2
        while self._wanted and self._wanted[0][0] <= now_s - delay_s:
            self._due_1pm = self._wanted.popleft()[1]
        if self._then_s is not None and self._due_1pm is not None:
            dt_s = min(max(now_s - self._then_s, 0.0), 0.2)
            if speed_mps > settings.least_speed_mps:
                lacking_mps2 = (self._due_1pm - driven_1pm) * square
                self._learnt_mps2 += lacking_mps2 * dt_s / settings.time_constant_s
        most = settings.most_lateral_mps2
        self._learnt_mps2 = min(max(self._learnt_mps2, -most), most)
        self._then_s = now_s
        if self._wanted and self._wanted[-1][0] == now_s:
            self._wanted.pop()
        self._wanted.append((now_s, wanted_1pm))
        return wanted_1pm + self._learnt_mps2 / square
