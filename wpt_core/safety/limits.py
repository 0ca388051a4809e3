# SPDX-License-Identifier: Apache-2.0
"""Limits of the commanded curvature and its rate."""

from dataclasses import dataclass

from wpt_core.safety.settings import GateSettings
from wpt_core.vehicle import (
    Chassis,
    curvature_from_wheel_angle,
    wheel_angle_from_curvature,
)

__all__ = ['Limits']


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of lateral acceleration and jerk, wheel angle and wheel rate, as curvature."""

    settings: GateSettings
    vehicle: Chassis

    def most_1pm(self, speed_mps: float) -> float:
        """Return the largest curvature of either sign at this speed."""
        vehicle = self.vehicle
        lock_1pm = curvature_from_wheel_angle(vehicle, vehicle.max_wheel_angle_rad, speed_mps)
        return min(self.settings.lateral_mps2 / self._square(speed_mps), float(lock_1pm))

    def span_1pm(
        self, before_1pm: float, speed_mps: float, elapsed_s: float
    ) -> tuple[float, float]:
        """Return the range of the command `elapsed_s` after `before_1pm`.

        If the speed has risen so much that the limits contradict, the limit of lateral
        acceleration applies.
        """
        vehicle, most = self.vehicle, self.most_1pm(speed_mps)
        change = self.settings.lateral_jerk_mps3 * elapsed_s / self._square(speed_mps)
        angle = wheel_angle_from_curvature(vehicle, before_1pm, speed_mps)
        turn = vehicle.max_wheel_rate_radps * elapsed_s
        lock = vehicle.max_wheel_angle_rad
        right = curvature_from_wheel_angle(vehicle, max(angle - turn, -lock), speed_mps)
        left = curvature_from_wheel_angle(vehicle, min(angle + turn, lock), speed_mps)
        low = max(before_1pm - change, float(right))
        high = min(before_1pm + change, float(left))
        return min(max(low, -most), most), max(min(high, most), -most)

    def limited(
        self, wanted_1pm: float, before_1pm: float, speed_mps: float, elapsed_s: float
    ) -> float:
        """Return the allowed curvature closest to `wanted_1pm`."""
        low, high = self.span_1pm(before_1pm, speed_mps, elapsed_s)
        return min(max(wanted_1pm, low), high)

    def _square(self, speed_mps: float) -> float:
        return max(speed_mps, self.settings.least_speed_mps) ** 2
