# SPDX-License-Identifier: Apache-2.0
"""Conversion between SI units and the normalised units of the network.

The baseline of a plan is constant velocity. Offsets from it are divided by their spread over the
training set, for each point. Curvature is expressed as lateral acceleration, whose range is
similar at all speeds. All functions accept tensors and NumPy arrays.
"""

from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from wpt_core.model.config import CHANNELS, CONDITIONS
from wpt_core.types import POINT_COUNT, Command, plan_times_s

__all__ = [
    'ACCELERATION',
    'ACCELERATION_UNIT_MPS2',
    'SPEED',
    'YAW',
    'YAW_RATE',
    'X',
    'Y',
    'conditions',
    'constant_velocity',
    'default_plan_scales',
    'lateral_unit_1pm',
]  # fmt: skip

X, Y, SPEED, ACCELERATION, YAW, YAW_RATE = range(CHANNELS)
_LATERAL_UNIT_MPS2 = 1.0
ACCELERATION_UNIT_MPS2 = 1.0
_LEAST_SPEED_MPS = 4.0
_SPEED_UNIT_MPS = 20.0
_DELAY_UNIT_S = 0.3

AnyArray = TypeVar('AnyArray', Tensor, NDArray[np.float32], NDArray[np.float64])


def constant_velocity(speed_mps: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return (..., P, 6): straight on from the origin at constant speed (...)."""
    times_s = plan_times_s().astype(np.float32)
    ahead = np.zeros((*np.shape(speed_mps), POINT_COUNT, CHANNELS), np.float32)
    ahead[..., X] = np.asarray(speed_mps)[..., None] * times_s
    ahead[..., SPEED] = np.asarray(speed_mps)[..., None]
    return ahead


def default_plan_scales() -> NDArray[np.float32]:
    """Return (P, 6): rough scales of the offsets, before a training set has been seen."""
    t = plan_times_s()
    columns = (
        0.05 + 0.3 * t**1.3,  # x
        0.03 + 0.12 * t**1.7,  # y
        0.1 + 0.35 * t,  # speed
        0.5 + 0.0 * t,  # acceleration
        0.01 + 0.035 * t,  # yaw
        0.05 + 0.003 * t,  # yaw rate
    )
    return np.stack(columns, axis=-1).astype(np.float32)


def lateral_unit_1pm(speed_mps: AnyArray) -> AnyArray:
    """Return the curvature (...) of one unit of the action head at this speed (...)."""
    floor = _LEAST_SPEED_MPS
    limited = (
        speed_mps.clip(floor) if isinstance(speed_mps, Tensor) else np.maximum(speed_mps, floor)
    )
    # NumPy's stubs say float64 here, also for float32 input.
    inverse: Any = _LATERAL_UNIT_MPS2 / (limited * limited)
    unit: AnyArray = inverse
    return unit


def conditions(speed_mps: float, command: Command, delay_s: float) -> NDArray[np.float32]:
    """Return (C,): the conditions of a step besides the images."""
    values = np.zeros(CONDITIONS, np.float32)
    values[0] = speed_mps / _SPEED_UNIT_MPS
    values[1] = delay_s / _DELAY_UNIT_S
    values[2 + int(command)] = 1.0
    return values
