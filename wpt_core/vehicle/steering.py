# SPDX-License-Identifier: Apache-2.0
"""What angle of the road wheels drives which curvature, and back.

One steady-state law everywhere: `tan(wheel angle) = wheelbase * curvature * (1 + K * speed²)` with
the understeer K of the parameters. It is exact for the bicycle models of this room up to half of
the tyres' grip. Angles and curvatures are left positive; arrays broadcast.
"""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from wpt_core.vehicle.parameters import Chassis

__all__ = ['curvature_from_wheel_angle', 'wheel_angle_from_curvature', 'wheel_tangent']

Number = TypeVar('Number', float, NDArray[np.float64])


def wheel_tangent(parameters: Chassis, curvature_1pm: Number, speed_mps: Number) -> Number:
    """Tangent of the road-wheel angle that holds this curvature at this speed."""
    compliance = 1.0 + parameters.understeer_s2pm2 * speed_mps * speed_mps
    return parameters.wheelbase_m * curvature_1pm * compliance


def wheel_angle_from_curvature(
    parameters: Chassis, curvature_1pm: Number, speed_mps: Number
) -> Number:
    """Road-wheel angle, rad, that holds this curvature at this speed; the lock is not applied."""
    wheel_angle_rad: Number = np.arctan(wheel_tangent(parameters, curvature_1pm, speed_mps))
    return wheel_angle_rad


def curvature_from_wheel_angle(
    parameters: Chassis, wheel_angle_rad: Number, speed_mps: Number
) -> Number:
    """Curvature, 1/m, that the car settles on with this road-wheel angle at this speed."""
    tangent: Number = np.tan(wheel_angle_rad)
    return tangent / (
        parameters.wheelbase_m * (1.0 + parameters.understeer_s2pm2 * speed_mps * speed_mps)
    )
