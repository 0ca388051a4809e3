# SPDX-License-Identifier: Apache-2.0
"""Simulated car: delayed, lagged and inexact actuators with a bicycle model."""

import math

from wpt_core.types import Action, EgoState, InputError, Pose2
from wpt_core.vehicle.actuator import Actuator
from wpt_core.vehicle.bicycle import (
    GRAVITY_MPS2,
    Bicycle,
    Turning,
    dynamic_bicycle,
    kinematic_bicycle,
    wheel_tangent,
)
from wpt_core.vehicle.parameters import VehicleParameters

__all__ = ['Car']

_ROLLING_MPS = 0.1
"""Below this the curvature comes from the wheels, because yaw rate / speed is inaccurate."""


class Car:
    """One car, stepped in place.

    `parameters` are the true values of the physics. `believed` (default: the default car) are
    those with which the car's computer converts a curvature to a wheel angle, so a randomised car
    drives another curvature than commanded, as real ones do.

    The car starts in the steady turn of `curvature_1pm` at `speed_mps` without pending commands,
    its steering errors compensated. It never reverses: braking ends at rest.
    """

    __slots__ = ('_believed', '_bicycle', '_drive', '_steering', '_turning', 'ego', 'parameters')

    def __init__(
        self,
        parameters: VehicleParameters,
        pose: Pose2,
        speed_mps: float = 0.0,
        *,
        curvature_1pm: float = 0.0,
        believed: VehicleParameters | None = None,
        bicycle: Bicycle = dynamic_bicycle,
        stamp_s: float = 0.0,
    ) -> None:
        if not (math.isfinite(speed_mps) and speed_mps >= 0.0):
            raise InputError(f'speed_mps must be a finite number, 0 or more, got {speed_mps}.')
        _check_finite(curvature_1pm, 'curvature_1pm')
        self.parameters = parameters
        self._believed = believed or VehicleParameters()
        self._bicycle = bicycle
        self._steering = Actuator(
            parameters.steering_delay_s,
            parameters.steering_lag_s,
            max_rate_ps=parameters.max_wheel_rate_radps,
            value=_servo_angle(parameters, curvature_1pm, speed_mps),
        )
        self._drive = Actuator(parameters.drive_delay_s, parameters.drive_lag_s)
        self._turning = kinematic_bicycle(
            parameters,
            Turning(0.0, 0.0),
            wheel_angle_rad=self.wheel_angle_rad,
            speed_mps=speed_mps,
            dt_s=0.0,
        )
        yaw_rate_radps = self._turning.yaw_rate_radps
        self.ego = EgoState(
            stamp_s, pose, speed_mps, 0.0, yaw_rate_radps, self._curvature(speed_mps)
        )
        """Motion of `base_link` now; the speed is along the car's axis, as wheels measure it."""

    @property
    def wheel_angle_rad(self) -> float:
        """True angle of the road wheels, left positive, including steering errors."""
        limit_rad = self.parameters.max_wheel_angle_rad
        angle_rad = (
            self.parameters.steering_gain * self._steering.value
            + self.parameters.steering_offset_rad
        )
        return min(max(angle_rad, -limit_rad), limit_rad)

    def step(self, action: Action, dt_s: float, *, wind_lateral_mps2: float = 0.0) -> EgoState:
        """Hold `action` for `dt_s` and return the state at its end.

        `wind_lateral_mps2` pushes the car to its left. Acceleration is limited by the parameters
        and by friction; the reported one is the change of speed over the step.
        """
        _check_finite(action.curvature_1pm, 'curvature_1pm')
        _check_finite(action.acceleration_mps2, 'acceleration_mps2')
        if not 0.0 < dt_s < math.inf:
            raise InputError(f'dt_s must be a finite number above 0, got {dt_s}.')
        before = self.ego
        self._steering.advance(self._commanded_angle(action.curvature_1pm, before.speed_mps), dt_s)
        speed_mps, forward_m = self._roll(action.acceleration_mps2, dt_s)
        was = self._turning
        now = self._turning = self._bicycle(
            self.parameters,
            was,
            wheel_angle_rad=self.wheel_angle_rad,
            speed_mps=speed_mps,
            wind_mps2=wind_lateral_mps2,
            dt_s=dt_s,
        )
        left_m = 0.5 * (was.rear_velocity_mps + now.rear_velocity_mps) * dt_s
        yaw_rad = 0.5 * (was.yaw_rate_radps + now.yaw_rate_radps) * dt_s
        self.ego = EgoState(
            before.stamp_s + dt_s,
            _moved(before.pose, forward_m, left_m=left_m, yaw_rad=yaw_rad),
            speed_mps,
            (speed_mps - before.speed_mps) / dt_s,
            now.yaw_rate_radps,
            self._curvature(speed_mps),
        )
        return self.ego

    def _commanded_angle(self, curvature_1pm: float, speed_mps: float) -> float:
        """Return the wheel angle that the car's computer commands, without knowledge of its
        errors."""
        limit_rad = self.parameters.max_wheel_angle_rad
        angle_rad = math.atan(wheel_tangent(self._believed, curvature_1pm, speed_mps))
        return min(max(angle_rad, -limit_rad), limit_rad)

    def _roll(self, commanded_mps2: float, dt_s: float) -> tuple[float, float]:
        """Return final speed and driven distance; a stop within the step is exact."""
        grip_mps2 = self.parameters.friction * GRAVITY_MPS2
        most_mps2 = min(self.parameters.max_acceleration_mps2, grip_mps2)
        least_mps2 = -min(self.parameters.max_braking_mps2, grip_mps2)
        was_mps2 = self._drive.value
        now_mps2 = self._drive.advance(min(max(commanded_mps2, least_mps2), most_mps2), dt_s)
        mean_mps2 = 0.5 * (was_mps2 + now_mps2)
        speed_mps = self.ego.speed_mps
        new_speed_mps = speed_mps + mean_mps2 * dt_s
        if new_speed_mps < 0.0:
            return 0.0, -0.5 * speed_mps * speed_mps / mean_mps2
        return new_speed_mps, 0.5 * (speed_mps + new_speed_mps) * dt_s

    def _curvature(self, speed_mps: float) -> float:
        if speed_mps > _ROLLING_MPS:
            return self._turning.yaw_rate_radps / speed_mps
        return math.tan(self.wheel_angle_rad) / self.parameters.wheelbase_m


def _servo_angle(parameters: VehicleParameters, curvature_1pm: float, speed_mps: float) -> float:
    """Return the command with which the car, errors included, drives this curvature."""
    angle_rad = math.atan(wheel_tangent(parameters, curvature_1pm, speed_mps))
    limit_rad = parameters.max_wheel_angle_rad
    servo_rad = (angle_rad - parameters.steering_offset_rad) / parameters.steering_gain
    return min(max(servo_rad, -limit_rad), limit_rad)


def _moved(pose: Pose2, forward_m: float, *, left_m: float, yaw_rad: float) -> Pose2:
    """Return `pose` after a constant twist: an exact arc."""
    half_rad = 0.5 * yaw_rad
    chord = math.sin(half_rad) / half_rad if half_rad else 1.0
    cos, sin = math.cos(pose.yaw_rad + half_rad), math.sin(pose.yaw_rad + half_rad)
    return Pose2(
        pose.x_m + chord * (forward_m * cos - left_m * sin),
        pose.y_m + chord * (forward_m * sin + left_m * cos),
        pose.yaw_rad + yaw_rad,
    )


def _check_finite(value: float, name: str) -> None:
    if not math.isfinite(value):
        raise InputError(f'{name} must be a finite number, got {value}.')
