# SPDX-License-Identifier: Apache-2.0
"""Steer a car that answers late: predict where it will be by then, and track from there."""

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
from wpt_sim.drivers.line import TargetLine

__all__ = ['Tracker']

_STEP_S = 0.05
_REACTION_S = 0.9
"""Time constant of the return to the line, critically damped."""
_LEAST_REACH_M = 5.0
_JERK_MPS3 = 4.0
_LATERAL_MPS2 = 3.5
_CURVATURE_1PM = 0.2
_CREEP_MPS = 2.0
_PATIENCE_S = 2.5
"""Time constant of learning what wind and camber do."""
_LEARNT_MPS2 = 0.6


class _Motion(NamedTuple):
    """Of `base_link` along the reference line; the course is where it moves, not points."""

    s_m: float
    offset_m: float
    course_rad: float
    curvature_1pm: float


class Tracker:
    """Turns a line into curvature for one car whose parameters it knows."""

    def __init__(self, line: Path, parameters: VehicleParameters) -> None:
        self._line = line
        self._parameters = parameters
        self._believed = VehicleParameters()
        delay_steps = round(parameters.steering_delay_s / _STEP_S)
        self._pending: deque[float] = deque([0.0] * delay_steps, maxlen=delay_steps or None)
        """Curvatures that the car has been asked for and will drive, oldest first."""
        self._asked_1pm: float | None = None
        self._before: EgoState | None = None
        self._learnt_mps2 = 0.0
        self._yaw_lag_s2pm, self._slip_s2pm = _tyres(parameters)

    def steer(self, ego: EgoState, wanted: TargetLine, *, s_m: float, offset_m: float) -> float:
        """The curvature to ask for now, to be on the wanted line when the car answers."""
        speed_mps = max(ego.speed_mps, _CREEP_MPS)
        now = _Motion(s_m, offset_m, self._course(ego, s_m), ego.curvature_1pm)
        if self._asked_1pm is None:
            self._pending.extend([ego.curvature_1pm] * len(self._pending))
            self._asked_1pm = ego.curvature_1pm
        then = self._predict(now, ego.speed_mps)
        correction = self._correction(then, wanted, speed_mps)
        self._learn(correction, ego.speed_mps)
        lead_s = self._lag_s(speed_mps) + self._slip_s2pm * speed_mps
        asked = self._bend_of(wanted, then.s_m + speed_mps * lead_s)
        asked += correction + self._learnt_mps2 / (speed_mps * speed_mps)
        asked = self._limited(asked, speed_mps)
        self._asked_1pm = asked
        if self._pending.maxlen:
            self._pending.append(asked)
        self._before = ego
        return self._command(asked, ego.speed_mps)

    def _course(self, ego: EgoState, s_m: float) -> float:
        """Direction of travel against the line, from where the car was one step ago."""
        heading_rad = ego.pose.yaw_rad
        if self._before is not None and ego.speed_mps > _CREEP_MPS:
            dx = ego.pose.x_m - self._before.pose.x_m
            dy = ego.pose.y_m - self._before.pose.y_m
            # The chord points to where the car went half a step ago.
            heading_rad = math.atan2(dy, dx) + 0.5 * ego.yaw_rate_radps * _STEP_S
        turned = heading_rad - self._line.pose_at(s_m).yaw_rad
        return math.remainder(turned, 2.0 * math.pi)

    def _learn(self, correction_1pm: float, speed_mps: float) -> None:
        """Lean against what keeps the car off its line.

        A return to the line asks for as much one way as the other and teaches nothing; wind asks
        for the same on and on.
        """
        asked_mps2 = correction_1pm * speed_mps * speed_mps
        learnt = self._learnt_mps2 + asked_mps2 * _STEP_S / _PATIENCE_S
        self._learnt_mps2 = min(max(learnt, -_LEARNT_MPS2), _LEARNT_MPS2)

    def _predict(self, now: _Motion, speed_mps: float) -> _Motion:
        """Drive what is pending."""
        s_m, offset_m, course_rad, curvature = now
        follow = 1.0 - math.exp(-_STEP_S / self._lag_s(speed_mps))
        for asked in self._pending:
            curvature += follow * (asked - curvature)
            bend = float(self._line.curvature_at(s_m))
            along = speed_mps * math.cos(course_rad) / max(1.0 - offset_m * bend, 0.2)
            offset_m += speed_mps * math.sin(course_rad) * _STEP_S
            course_rad += (speed_mps * curvature - along * bend) * _STEP_S
            s_m += along * _STEP_S
        # The rear tyres take their slip from the course before they hold it.
        course_rad -= self._slip_s2pm * speed_mps * speed_mps * (curvature - now.curvature_1pm)
        return _Motion(s_m, offset_m, course_rad, curvature)

    def _lag_s(self, speed_mps: float) -> float:
        """Of the curvature behind the command, once that has arrived."""
        return max(self._parameters.steering_lag_s + self._yaw_lag_s2pm * speed_mps, 0.01)

    def _correction(self, then: _Motion, wanted: TargetLine, speed_mps: float) -> float:
        """The curvature of a critically damped return to the line."""
        reach_m = max(_REACTION_S * speed_mps, _LEAST_REACH_M)
        here = wanted.at(then.s_m)
        stretch = max(1.0 - then.offset_m * float(self._line.curvature_at(then.s_m)), 0.2)
        off_m = then.offset_m - here.offset_m
        off_rad = then.course_rad - math.atan2(here.slope, stretch)
        return -2.0 / reach_m * math.sin(off_rad) - off_m / (reach_m * reach_m)

    def _bend_of(self, wanted: TargetLine, s_m: float) -> float:
        bend = float(self._line.curvature_at(s_m))
        sideways = wanted.at(s_m)
        stretch = max(1.0 - sideways.offset_m * bend, 0.2)
        return bend / stretch + sideways.curvature_1pm / (stretch * stretch)

    def _limited(self, asked: float, speed_mps: float) -> float:
        """Within what passengers and tyres like, and not faster than they like it to change."""
        assert self._asked_1pm is not None
        square = speed_mps * speed_mps
        most = min(_CURVATURE_1PM, _LATERAL_MPS2 / square)
        change = min(_JERK_MPS3 / square, 0.5) * _STEP_S
        asked = min(max(asked, self._asked_1pm - change), self._asked_1pm + change)
        return min(max(asked, -most), most)

    def _command(self, wanted_1pm: float, speed_mps: float) -> float:
        """What to ask of this car's computer so that the car really drives the curvature."""
        true = self._parameters
        wheels_rad = float(wheel_angle_from_curvature(true, wanted_1pm, speed_mps))
        servo_rad = (wheels_rad - true.steering_offset_rad) / true.steering_gain
        return float(curvature_from_wheel_angle(self._believed, servo_rad, speed_mps))


def _tyres(car: VehicleParameters) -> tuple[float, float]:
    """Lag of the yaw rate, and of the rear axle's sideways motion, both per speed in s²/m."""
    front_m, rear_m = car.gravity_centre_to_front_axle_m, car.rear_axle_to_gravity_centre_m
    damping = front_m**2 * car.front_stiffness_npr + rear_m**2 * car.rear_stiffness_npr
    slip = car.mass_kg * front_m / (car.wheelbase_m * car.rear_stiffness_npr)
    return car.yaw_inertia_kgm2 / damping, slip
