# SPDX-License-Identifier: Apache-2.0
"""Vehicle models: bicycle models, actuators, and the parameters of a car."""

from wpt_core.vehicle.actuator import Actuator
from wpt_core.vehicle.bicycle import (
    Bicycle,
    Turning,
    curvature_from_wheel_angle,
    dynamic_bicycle,
    kinematic_bicycle,
    wheel_angle_from_curvature,
)
from wpt_core.vehicle.car import Car
from wpt_core.vehicle.parameters import (
    Body,
    Chassis,
    VehicleParameters,
    footprint_centre,
    randomised,
    with_understeer,
)

__all__ = [
    'Actuator',
    'Bicycle',
    'Body',
    'Car',
    'Chassis',
    'Turning',
    'VehicleParameters',
    'curvature_from_wheel_angle',
    'dynamic_bicycle',
    'footprint_centre',
    'kinematic_bicycle',
    'randomised',
    'wheel_angle_from_curvature',
    'with_understeer',
]
