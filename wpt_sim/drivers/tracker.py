# SPDX-License-Identifier: Apache-2.0
"""Line tracking for a car with steering delay: predict over the delay, then correct."""

import math
from collections import deque
from typing import NamedTuple

from wpt_core.geometry import Path
from wpt_core.types import EgoState
from wpt_core.vehicle import (
    VehicleParameters,
    curvature_from_wheel_angle,
    wheel_angle_from_curvature,
)
from wpt_sim.traffic import TargetLine

__all__ = ['Tracker']

_STEP_S = 0.05
_REACTION_S = 0.9
"""Time constant of the return to the line, critically damped."""
_LEAST_REACH_M = 5.0
_JERK_MPS3 = 4.0
_LATERAL_MPS2 = 3.5
_CURVATURE_1PM = 0.2
_CREEP_MPS = 2.0
_BIAS_S = 2.5
"""Time constant of the estimate of lateral disturbances such as wind."""
_BIAS_MPS2 = 0.6


class _Motion(NamedTuple):
    """`base_link` along the reference line; `course_rad` is the direction of travel."""

    s_m: float
    offset_m: float
    course_rad: float
    curvature_1pm: float


class Tracker:
    """Computes the curvature command that keeps a car with known parameters on a line."""

    def __init__(self, line: Path, parameters: VehicleParameters) -> None:
        self._line = line
        self._parameters = parameters
        self._nominal = VehicleParameters()
        delay_steps = round(parameters.steering_delay_s / _STEP_S)
        self._pending: deque[float] = deque([0.0] * delay_steps, maxlen=delay_steps or None)
        """Curvature commands that have not taken effect yet, oldest first."""
        self._commanded_1pm: float | None = None
        self._before: EgoState | None = None
        self._bias_mps2 = 0.0
        self._yaw_lag_s2pm, self._slip_s2pm = _tyre_lags(parameters)

    def steer(self, ego: EgoState, target: TargetLine, *, s_m: float, offset_m: float) -> float:
        """Return the curvature command that brings the car to `target` after its delay."""
        speed_mps = max(ego.speed_mps, _CREEP_MPS)
        now = _Motion(s_m, offset_m, self._course(ego, s_m), ego.curvature_1pm)
        if self._commanded_1pm is None:
            self._pending.extend([ego.curvature_1pm] * len(self._pending))
            self._commanded_1pm = ego.curvature_1pm
        then = self._predict(now, ego.speed_mps)
        correction = self._correction(then, target, speed_mps)
        self._update_bias(correction, ego.speed_mps)
        lead_s = self._lag_s(speed_mps) + self._slip_s2pm * speed_mps
        commanded_1pm = self._line_curvature(target, then.s_m + speed_mps * lead_s)
        commanded_1pm += correction + self._bias_mps2 / (speed_mps * speed_mps)
        commanded_1pm = self._limited(commanded_1pm, speed_mps)
        self._commanded_1pm = commanded_1pm
        if self._pending.maxlen:
            self._pending.append(commanded_1pm)
        self._before = ego
        return self._command(commanded_1pm, ego.speed_mps)

    def _course(self, ego: EgoState, s_m: float) -> float:
        """Return the direction of travel against the line, from the last two positions."""
        heading_rad = ego.pose.yaw_rad
        if self._before is not None and ego.speed_mps > _CREEP_MPS:
            dx = ego.pose.x_m - self._before.pose.x_m
            dy = ego.pose.y_m - self._before.pose.y_m
            # The chord is the direction of travel half a step ago.
            heading_rad = math.atan2(dy, dx) + 0.5 * ego.yaw_rate_radps * _STEP_S
        turned = heading_rad - self._line.pose_at(s_m).yaw_rad
        return math.remainder(turned, 2.0 * math.pi)

    def _update_bias(self, correction_1pm: float, speed_mps: float) -> None:
        """Integrate the correction into an estimate of the lateral disturbance.

        A return to the line corrects to both sides and cancels out; wind does not.
        """
        commanded_mps2 = correction_1pm * speed_mps * speed_mps
        bias_mps2 = self._bias_mps2 + commanded_mps2 * _STEP_S / _BIAS_S
        self._bias_mps2 = min(max(bias_mps2, -_BIAS_MPS2), _BIAS_MPS2)

    def _predict(self, now: _Motion, speed_mps: float) -> _Motion:
        """Simulate the pending commands."""
        s_m, offset_m, course_rad, curvature = now
        follow = 1.0 - math.exp(-_STEP_S / self._lag_s(speed_mps))
        for commanded_1pm in self._pending:
            curvature += follow * (commanded_1pm - curvature)
            bend = float(self._line.curvature_at(s_m))
            along = speed_mps * math.cos(course_rad) / max(1.0 - offset_m * bend, 0.2)
            offset_m += speed_mps * math.sin(course_rad) * _STEP_S
            course_rad += (speed_mps * curvature - along * bend) * _STEP_S
            s_m += along * _STEP_S
        # The slip angle of the rear tyres is taken from the course.
        course_rad -= self._slip_s2pm * speed_mps * speed_mps * (curvature - now.curvature_1pm)
        return _Motion(s_m, offset_m, course_rad, curvature)

    def _lag_s(self, speed_mps: float) -> float:
        """Return the time constant from command to curvature, without the dead time."""
        return max(self._parameters.steering_lag_s + self._yaw_lag_s2pm * speed_mps, 0.01)

    def _correction(self, then: _Motion, target: TargetLine, speed_mps: float) -> float:
        """Return the curvature of a critically damped return to the line."""
        reach_m = max(_REACTION_S * speed_mps, _LEAST_REACH_M)
        here = target.at(then.s_m)
        stretch = max(1.0 - then.offset_m * float(self._line.curvature_at(then.s_m)), 0.2)
        off_m = then.offset_m - here.offset_m
        off_rad = then.course_rad - math.atan2(here.slope, stretch)
        return -2.0 / reach_m * math.sin(off_rad) - off_m / (reach_m * reach_m)

    def _line_curvature(self, target: TargetLine, s_m: float) -> float:
        bend = float(self._line.curvature_at(s_m))
        sideways = target.at(s_m)
        stretch = max(1.0 - sideways.offset_m * bend, 0.2)
        return bend / stretch + sideways.curvature_1pm / (stretch * stretch)

    def _limited(self, commanded_1pm: float, speed_mps: float) -> float:
        """Limit curvature, lateral acceleration and jerk."""
        assert self._commanded_1pm is not None
        square = speed_mps * speed_mps
        most = min(_CURVATURE_1PM, _LATERAL_MPS2 / square)
        change = min(_JERK_MPS3 / square, 0.5) * _STEP_S
        commanded_1pm = min(
            max(commanded_1pm, self._commanded_1pm - change), self._commanded_1pm + change
        )
        return min(max(commanded_1pm, -most), most)

    def _command(self, curvature_1pm: float, speed_mps: float) -> float:
        """Return the command that makes this car, with its steering errors, drive it."""
        true = self._parameters
        wheels_rad = float(wheel_angle_from_curvature(true, curvature_1pm, speed_mps))
        servo_rad = (wheels_rad - true.steering_offset_rad) / true.steering_gain
        return float(curvature_from_wheel_angle(self._nominal, servo_rad, speed_mps))


def _tyre_lags(car: VehicleParameters) -> tuple[float, float]:
    """Return the lags of yaw rate and rear slip, both per speed in s²/m."""
    front_m, rear_m = car.gravity_centre_to_front_axle_m, car.rear_axle_to_gravity_centre_m
    damping = front_m**2 * car.front_stiffness_npr + rear_m**2 * car.rear_stiffness_npr
    slip = car.mass_kg * front_m / (car.wheelbase_m * car.rear_stiffness_npr)
    return car.yaw_inertia_kgm2 / damping, slip
