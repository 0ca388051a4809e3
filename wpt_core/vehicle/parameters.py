# SPDX-License-Identifier: Apache-2.0
"""Parameters of a car."""

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Annotated

import numpy as np

from wpt_core.types import Bounds, InputError, Pose2, check_bounds

__all__ = [
    'Body',
    'Chassis',
    'VehicleParameters',
    'footprint_centre',
    'randomised',
    'with_understeer',
]


@dataclass(frozen=True)
class Body:
    """Dimensions of the car."""

    length_m: Annotated[float, Bounds(1.0, 20.0)] = 4.6
    """From bumper to bumper."""
    width_m: Annotated[float, Bounds(0.5, 3.0)] = 1.85
    """Without mirrors."""
    height_m: Annotated[float, Bounds(0.5, 5.0)] = 1.48
    """From the ground to the roof."""
    rear_overhang_m: Annotated[float, Bounds(0.0, 5.0)] = 0.9
    """From the rear axle back to the bumper."""

    def __post_init__(self) -> None:
        check_bounds(self)
        if self.rear_overhang_m >= self.length_m:
            raise InputError(
                f'rear_overhang_m must be less than length_m ({self.length_m}), '
                f'got {self.rear_overhang_m}.'
            )

    @cached_property
    def centre_offset_m(self) -> float:
        """From `base_link` forward to the centre of the footprint."""
        return self.length_m / 2.0 - self.rear_overhang_m


@dataclass(frozen=True)
class Chassis:
    """Parameters of the steering law and of the limits."""

    wheelbase_m: Annotated[float, Bounds(1.0, 8.0)] = 2.7
    """From the rear axle to the front axle."""
    mass_kg: Annotated[float, Bounds(300.0, 20e3)] = 1600.0
    """With its load."""
    rear_axle_to_gravity_centre_m: Annotated[float, Bounds(0.3, 7.0)] = 1.5
    """From the rear axle forward to the centre of gravity."""
    front_stiffness_npr: Annotated[float, Bounds(5e3, 1e8)] = 100e3
    """Lateral force of the front axle (both tyres) per slip, N/rad; 1e8 is rigid."""
    rear_stiffness_npr: Annotated[float, Bounds(5e3, 1e8)] = 115e3
    """Lateral force of the rear axle (both tyres) per slip, N/rad; 1e8 is rigid."""
    max_wheel_angle_rad: Annotated[float, Bounds(0.1, 1.2)] = 0.55
    """Largest angle of the front road wheels, either way."""
    max_wheel_rate_radps: Annotated[float, Bounds(0.05, 3.0)] = 0.5
    """Fastest turn of the front road wheels."""
    max_acceleration_mps2: Annotated[float, Bounds(0.2, 15.0)] = 3.0
    """Hardest acceleration of the engine."""
    max_braking_mps2: Annotated[float, Bounds(1.0, 15.0)] = 8.0
    """Hardest braking, as a number above zero."""

    def __post_init__(self) -> None:
        check_bounds(self)
        if self.rear_axle_to_gravity_centre_m >= self.wheelbase_m:
            raise InputError(
                f'rear_axle_to_gravity_centre_m must be less than wheelbase_m '
                f'({self.wheelbase_m}), got {self.rear_axle_to_gravity_centre_m}.'
            )
        if self.understeer_s2pm2 < -1e-9:
            raise InputError(
                f'front_stiffness_npr ({self.front_stiffness_npr}) makes the car oversteer with '
                f'its gravity centre; expected at most '
                f'{_neutral_front_stiffness(self):.0f} N/rad.'
            )

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


@dataclass(frozen=True)
class VehicleParameters(Body, Chassis):
    """A mid-size passenger car on dry asphalt by default; SI units throughout.

    A car that oversteers is refused, because it has no steady turn above its critical speed.
    """

    track_m: Annotated[float, Bounds(0.5, 3.0)] = 1.58
    """Distance between the left and the right wheels."""
    yaw_inertia_kgm2: Annotated[float, Bounds(100.0, 500e3)] = 2700.0
    """Moment of inertia about the vertical axis."""
    friction: Annotated[float, Bounds(0.05, 1e6)] = 0.9
    """Tyre to road; wet asphalt is near 0.6."""
    steering_delay_s: Annotated[float, Bounds(0.0, 2.0)] = 0.2
    """Dead time of the steering."""
    steering_lag_s: Annotated[float, Bounds(0.0, 2.0)] = 0.1
    """Time constant of the steering after its dead time."""
    steering_gain: Annotated[float, Bounds(0.5, 2.0)] = 1.0
    """Actual over commanded wheel angle: error of the assumed steering ratio."""
    steering_offset_rad: Annotated[float, Bounds(-0.2, 0.2)] = 0.0
    """Wheel angle at a command of zero: a crooked steering wheel."""
    drive_delay_s: Annotated[float, Bounds(0.0, 2.0)] = 0.1
    """Dead time of engine and brakes."""
    drive_lag_s: Annotated[float, Bounds(0.0, 5.0)] = 0.25
    """Time constant of engine and brakes after their dead time."""

    def __post_init__(self) -> None:
        Body.__post_init__(self)
        Chassis.__post_init__(self)
        if self.rear_overhang_m + self.wheelbase_m > self.length_m:
            raise InputError(
                f'length_m must hold rear_overhang_m + wheelbase_m '
                f'({self.rear_overhang_m + self.wheelbase_m}), got {self.length_m}.'
            )


def footprint_centre(parameters: VehicleParameters, pose: Pose2) -> Pose2:
    """Return the pose of the footprint centre for a `base_link` at `pose`."""
    offset_m = parameters.centre_offset_m
    return Pose2(
        pose.x_m + offset_m * math.cos(pose.yaw_rad),
        pose.y_m + offset_m * math.sin(pose.yaw_rad),
        pose.yaw_rad,
    )


def randomised(
    generator: np.random.Generator, nominal: VehicleParameters | None = None
) -> VehicleParameters:
    """Return a random variation of `nominal` (default: the default car).

    Load, tyres, road friction, actuator delays and steering errors vary. The dimensions do not.
    From the default car the steering delay is uniform in 0.1-0.4 s and the understeer K in 0.5-2.0
    times its own.
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
        front_stiffness_npr=5e3,  # understeers; set below
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
    """Return the car with the front stiffness that gives this understeer."""
    softness = (
        understeer_s2pm2 * parameters.wheelbase_m**2 / parameters.mass_kg
        + parameters.gravity_centre_to_front_axle_m / parameters.rear_stiffness_npr
    )
    return replace(
        parameters, front_stiffness_npr=parameters.rear_axle_to_gravity_centre_m / softness
    )


def _neutral_front_stiffness(parameters: Chassis) -> float:
    rear = parameters.rear_stiffness_npr / parameters.gravity_centre_to_front_axle_m
    return rear * parameters.rear_axle_to_gravity_centre_m
