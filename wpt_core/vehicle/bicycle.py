# SPDX-License-Identifier: Apache-2.0
"""Bicycle models with one interface, and the steady-state relation of angle and curvature.

Both models describe the car by its yaw rate and the lateral velocity of its rear axle
(`base_link`), take the longitudinal speed as given, and agree in every steady turn. Slip is the
tangent of the slip angle, so a wheel at angle d without slip turns the car by exactly `speed *
tan(d) / wheelbase`.

The steady-state relation is `tan(wheel angle) = wheelbase * curvature * (1 + K * speed²)` with the
understeer K of the parameters, exact for both models up to half of the grip. Angles and curvatures
are left positive; arrays broadcast.
"""

import math
from typing import NamedTuple, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from wpt_core.vehicle.parameters import Chassis, VehicleParameters

__all__ = [
    'Bicycle',
    'Turning',
    'curvature_from_wheel_angle',
    'dynamic_bicycle',
    'kinematic_bicycle',
    'wheel_angle_from_curvature',
    'wheel_tangent',
]

Number = TypeVar('Number', float, NDArray[np.float64])

GRAVITY_MPS2 = 9.81
_STANDING_MPS = 1e-6
_FRONT_GRIP = 0.9
"""Grip of the front axle relative to friction times load: at the limit the car understeers and
does not spin, as road cars do by their tyres, springs and stability control."""


def wheel_tangent(parameters: Chassis, curvature_1pm: Number, speed_mps: Number) -> Number:
    """Return the tangent of the wheel angle that holds this curvature at this speed."""
    compliance = 1.0 + parameters.understeer_s2pm2 * speed_mps * speed_mps
    return parameters.wheelbase_m * curvature_1pm * compliance


def wheel_angle_from_curvature(
    parameters: Chassis, curvature_1pm: Number, speed_mps: Number
) -> Number:
    """Return the wheel angle, rad, that holds this curvature; the steering limit is not
    applied."""
    wheel_angle_rad: Number = np.arctan(wheel_tangent(parameters, curvature_1pm, speed_mps))
    return wheel_angle_rad


def curvature_from_wheel_angle(
    parameters: Chassis, wheel_angle_rad: Number, speed_mps: Number
) -> Number:
    """Return the steady curvature, 1/m, of this wheel angle at this speed."""
    tangent: Number = np.tan(wheel_angle_rad)
    return tangent / (
        parameters.wheelbase_m * (1.0 + parameters.understeer_s2pm2 * speed_mps * speed_mps)
    )


class Turning(NamedTuple):
    """Lateral motion of the car; left positive."""

    yaw_rate_radps: float
    rear_velocity_mps: float
    """Lateral velocity of `base_link`."""


class Bicycle(Protocol):
    """Model of one step with constant wheel angle and speed."""

    def __call__(
        self,
        parameters: VehicleParameters,
        turning: Turning,
        *,
        wheel_angle_rad: float,
        speed_mps: float,
        wind_mps2: float,
        dt_s: float,
    ) -> Turning: ...


def kinematic_bicycle(
    parameters: VehicleParameters,
    turning: Turning,
    *,
    wheel_angle_rad: float,
    speed_mps: float,
    wind_mps2: float = 0.0,
    dt_s: float = 0.0,
) -> Turning:
    """Return the steady turn immediately, whatever the state before; wind has no effect.

    With K = 0 (or at walking pace) this is the textbook kinematic bicycle except for the steady
    slip of the rear axle; it has no friction limit.
    """
    del turning, wind_mps2, dt_s  # part of the Bicycle interface; this model has no state
    yaw_rate_radps = (
        math.tan(wheel_angle_rad) * speed_mps / wheel_tangent(parameters, 1.0, speed_mps)
    )
    rear_force_n = (
        parameters.mass_kg
        * speed_mps
        * yaw_rate_radps
        * parameters.gravity_centre_to_front_axle_m
        / parameters.wheelbase_m
    )
    return Turning(yaw_rate_radps, -speed_mps * rear_force_n / parameters.rear_stiffness_npr)


def dynamic_bicycle(
    parameters: VehicleParameters,
    turning: Turning,
    *,
    wheel_angle_rad: float,
    speed_mps: float,
    wind_mps2: float = 0.0,
    dt_s: float,
) -> Turning:
    """Tyres build lateral force with slip; `wind_mps2` pushes at the centre of gravity.

    Each axle's force is linear in its slip up to half of its grip and saturates beyond (Dugoff's
    law without longitudinal slip); the grip is friction times the axle's load, a tenth less in
    front. Load transfer and the speed loss of a slide are not modelled.

    The textbook equations divide by the speed and blow up at walking pace. Here they are
    multiplied by the speed and stepped implicitly: they are stable at every speed and step,
    converge to the kinematic bicycle as the speed goes to zero, and keep a standing car at rest.
    First order in the step; the tyre's grip is taken from the step's start.
    """
    if speed_mps < _STANDING_MPS:
        return Turning(0.0, 0.0)
    front_m = parameters.gravity_centre_to_front_axle_m
    rear_m = parameters.rear_axle_to_gravity_centre_m
    yaw_rate, rear_velocity = turning
    steered_mps = speed_mps * math.tan(wheel_angle_rad)
    front_npr, rear_npr = _effective_stiffness(
        parameters, turning, steered_mps=steered_mps, speed_mps=speed_mps
    )
    # Unknowns: v, lateral velocity of the gravity centre, and r, yaw rate, both at the step's end.
    #   m s (v - v0)/dt = Cf (s tan d - v - a r) - Cr (v - b r) - m s² r + m s wind
    #   I s (r - r0)/dt = a Cf (s tan d - v - a r) + b Cr (v - b r)
    momentum = parameters.mass_kg * speed_mps / dt_s
    spin = parameters.yaw_inertia_kgm2 * speed_mps / dt_s
    coupling = front_m * front_npr - rear_m * rear_npr
    a11 = momentum + front_npr + rear_npr
    a12 = coupling + parameters.mass_kg * speed_mps * speed_mps
    a22 = spin + front_m * front_m * front_npr + rear_m * rear_m * rear_npr
    b1 = (
        momentum * (rear_velocity + rear_m * yaw_rate + wind_mps2 * dt_s) + front_npr * steered_mps
    )
    b2 = spin * yaw_rate + front_m * front_npr * steered_mps
    determinant = a11 * a22 - a12 * coupling
    new_velocity = (b1 * a22 - a12 * b2) / determinant
    new_yaw_rate = (a11 * b2 - coupling * b1) / determinant
    return Turning(new_yaw_rate, new_velocity - rear_m * new_yaw_rate)


def _effective_stiffness(
    parameters: VehicleParameters, turning: Turning, *, steered_mps: float, speed_mps: float
) -> tuple[float, float]:
    """Return the force per slip of front and rear axle at their current slip."""
    yaw_rate, rear_velocity = turning
    wheelbase_m = parameters.wheelbase_m
    # Velocity of each contact patch across its wheel; slip is this over the speed.
    front_mps = steered_mps - rear_velocity - wheelbase_m * yaw_rate
    grip_npm = parameters.friction * parameters.mass_kg * GRAVITY_MPS2 / wheelbase_m
    front_limit = _FRONT_GRIP * grip_npm * parameters.rear_axle_to_gravity_centre_m * speed_mps
    rear_limit = grip_npm * parameters.gravity_centre_to_front_axle_m * speed_mps
    front_npr, rear_npr = parameters.front_stiffness_npr, parameters.rear_stiffness_npr
    return (
        front_npr * _force_share(front_npr * front_mps, front_limit),
        rear_npr * _force_share(rear_npr * rear_velocity, rear_limit),
    )


def _force_share(wanted: float, limit: float) -> float:
    """Return the share of the linear force that the tyre provides; 1 up to half of the limit."""
    wanted = abs(wanted)
    if 2.0 * wanted <= limit:
        return 1.0
    share = limit / (2.0 * wanted)
    return (2.0 - share) * share
