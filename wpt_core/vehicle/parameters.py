# SPDX-License-Identifier: Apache-2.0
"""The numbers that make one car different from another."""

import math
from dataclasses import dataclass, fields, replace
from functools import cached_property

import numpy as np

from wpt_core.types import InputError, Pose2

__all__ = ['VehicleParameters', 'footprint_centre', 'randomised', 'with_understeer']

_MAY_BE_ZERO = frozenset(
    {'rear_overhang_m', 'steering_delay_s', 'steering_lag_s', 'drive_delay_s', 'drive_lag_s'}
)
_ANY_SIGN = frozenset({'steering_offset_rad'})


@dataclass(frozen=True)
class VehicleParameters:
    """A mid-size passenger car on dry asphalt, unless told otherwise; SI units throughout.

    Stiffnesses are of a whole axle (both tyres). All values are finite and above zero, except that
    delays, lags and the rear overhang may be zero and the steering offset may have any sign.
    A car that oversteers is refused, because it has no steady turn above its critical speed.
    """

    wheelbase_m: float = 2.7
    track_m: float = 1.58
    """Distance between the left and the right wheels."""
    length_m: float = 4.6
    width_m: float = 1.85
    height_m: float = 1.48
    rear_overhang_m: float = 0.9
    """From the rear axle back to the bumper."""

    mass_kg: float = 1600.0
    yaw_inertia_kgm2: float = 2700.0
    rear_axle_to_gravity_centre_m: float = 1.5
    front_stiffness_npr: float = 100e3
    """Lateral force of the front axle per slip, N/rad."""
    rear_stiffness_npr: float = 115e3
    friction: float = 0.9
    """Tyre to road; wet asphalt is near 0.6."""

    max_wheel_angle_rad: float = 0.55
    max_wheel_rate_radps: float = 0.5
    steering_delay_s: float = 0.2
    steering_lag_s: float = 0.1
    steering_gain: float = 1.0
    """Road-wheel angle obtained per angle asked for: error of the assumed steering ratio."""
    steering_offset_rad: float = 0.0
    """Road-wheel angle that stays when zero is asked for: a crooked steering wheel."""

    max_acceleration_mps2: float = 3.0
    max_braking_mps2: float = 8.0
    drive_delay_s: float = 0.1
    """Dead time of engine and brakes."""
    drive_lag_s: float = 0.25

    def __post_init__(self) -> None:
        for field in fields(self):
            self._check(field.name, getattr(self, field.name))
        if self.rear_axle_to_gravity_centre_m >= self.wheelbase_m:
            raise InputError(
                f'rear_axle_to_gravity_centre_m must be less than wheelbase_m '
                f'({self.wheelbase_m}), got {self.rear_axle_to_gravity_centre_m}.'
            )
        if self.rear_overhang_m + self.wheelbase_m > self.length_m:
            raise InputError(
                f'length_m must hold rear_overhang_m + wheelbase_m '
                f'({self.rear_overhang_m + self.wheelbase_m}), got {self.length_m}.'
            )
        if self.max_wheel_angle_rad >= math.pi / 2:
            raise InputError(
                f'max_wheel_angle_rad must be less than pi/2, got {self.max_wheel_angle_rad}.'
            )
        if self.understeer_s2pm2 < -1e-9:
            raise InputError(
                f'front_stiffness_npr ({self.front_stiffness_npr}) makes the car oversteer with '
                f'its gravity centre; expected at most '
                f'{_neutral_front_stiffness(self):.0f} N/rad.'
            )

    @staticmethod
    def _check(name: str, value: float) -> None:
        if not math.isfinite(value):
            raise InputError(f'{name} must be a finite number, got {value}.')
        if name in _ANY_SIGN or value > 0.0 or (value == 0.0 and name in _MAY_BE_ZERO):
            return
        expected = '0 or more' if name in _MAY_BE_ZERO else 'more than 0'
        raise InputError(f'{name} must be {expected}, got {value}.')

    @cached_property
    def gravity_centre_to_front_axle_m(self) -> float:
        return self.wheelbase_m - self.rear_axle_to_gravity_centre_m

    @cached_property
    def understeer_s2pm2(self) -> float:
        """K in `tan(wheel angle) = wheelbase * curvature * (1 + K * speed²)`, s²/m²."""
        softness = (
            self.rear_axle_to_gravity_centre_m / self.front_stiffness_npr
            - self.gravity_centre_to_front_axle_m / self.rear_stiffness_npr
        )
        return self.mass_kg / self.wheelbase_m**2 * softness

    @cached_property
    def centre_offset_m(self) -> float:
        """From `base_link` forward to the centre of the footprint."""
        return self.length_m / 2.0 - self.rear_overhang_m


def footprint_centre(parameters: VehicleParameters, pose: Pose2) -> Pose2:
    """Where the middle of the car is when its `base_link` is at `pose`."""
    offset_m = parameters.centre_offset_m
    return Pose2(
        pose.x_m + offset_m * math.cos(pose.yaw_rad),
        pose.y_m + offset_m * math.sin(pose.yaw_rad),
        pose.yaw_rad,
    )


def randomised(
    generator: np.random.Generator, nominal: VehicleParameters | None = None
) -> VehicleParameters:
    """A car of the same make as `nominal` (default: the default car) as it may come off the road.

    Loaded or empty, on other tyres, on a drier or wetter road, with a slower or faster actuator
    and a steering that is not quite straight. The outside dimensions stay. From the default car
    the steering delay is uniform in 0.1-0.4 s and the understeer K in 0.5-2.0 times its own.
    """
    base = nominal or VehicleParameters()

    def spread(low: float, high: float) -> float:
        return float(generator.uniform(low, high))

    load = spread(0.95, 1.25)
    loaded = replace(
        base,
        mass_kg=base.mass_kg * load,
        yaw_inertia_kgm2=base.yaw_inertia_kgm2 * load * spread(0.9, 1.1),
        rear_axle_to_gravity_centre_m=base.rear_axle_to_gravity_centre_m * spread(0.92, 1.0),
        rear_stiffness_npr=base.rear_stiffness_npr * spread(0.85, 1.2),
        front_stiffness_npr=1.0,  # any that understeers, until the mass is known
        friction=base.friction * spread(0.8, 1.1),
        steering_delay_s=base.steering_delay_s * spread(0.5, 2.0),
        steering_lag_s=base.steering_lag_s * spread(0.5, 2.0),
        steering_gain=base.steering_gain * spread(0.93, 1.07),
        steering_offset_rad=base.steering_offset_rad + spread(-0.0035, 0.0035),
        drive_delay_s=base.drive_delay_s * spread(0.5, 2.0),
        drive_lag_s=base.drive_lag_s * spread(0.6, 1.6),
    )
    return with_understeer(loaded, base.understeer_s2pm2 * spread(0.5, 2.0))


def with_understeer(parameters: VehicleParameters, understeer_s2pm2: float) -> VehicleParameters:
    """The same car with the front tyres that give it this understeer."""
    softness = (
        understeer_s2pm2 * parameters.wheelbase_m**2 / parameters.mass_kg
        + parameters.gravity_centre_to_front_axle_m / parameters.rear_stiffness_npr
    )
    return replace(
        parameters, front_stiffness_npr=parameters.rear_axle_to_gravity_centre_m / softness
    )


def _neutral_front_stiffness(parameters: VehicleParameters) -> float:
    rear = parameters.rear_stiffness_npr / parameters.gravity_centre_to_front_axle_m
    return rear * parameters.rear_axle_to_gravity_centre_m
