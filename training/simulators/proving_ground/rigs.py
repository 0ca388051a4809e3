# SPDX-License-Identifier: Apache-2.0
"""Cameras that do not sit quite where the calibration says."""

import math

import numpy as np

from wpt_core.geometry import rotation_from_rpy, transform
from wpt_core.types import Camera, Rig

__all__ = ['misaligned']

_TOGETHER_DEG = (0.2, 0.7, 0.15)
"""Standard deviation of roll, pitch and yaw of the whole car: load, tyres, a kerb hit."""
_EACH_DEG = (0.3, 0.4, 0.5)
_EACH_M = (0.03, 0.03, 0.03)
_HIGHER_M = 0.05
_MOST = 2.5
"""Standard deviations, beyond which a calibration is not off by chance any more."""


def misaligned(rig: Rig, generator: np.random.Generator) -> Rig:
    """The same cameras as they might really sit."""
    together = _turn(generator, _TOGETHER_DEG)
    raised = transform(np.eye(3), [0.0, 0.0, _clipped(generator) * _HIGHER_M])
    cameras = []
    for camera in rig.cameras:
        moved = transform(np.eye(3), [_clipped(generator) * spread for spread in _EACH_M])
        own = np.eye(4)
        own[:3, :3] = _turn(generator, _EACH_DEG)
        place = camera.base_from_camera
        at = transform(np.eye(3), place[:3, 3])
        # About the camera's own place, in the directions of the car.
        turned = at @ own @ transform(place[:3, :3], [0.0, 0.0, 0.0])
        whole = np.eye(4)
        whole[:3, :3] = together
        cameras.append(Camera(camera.name, camera.intrinsics, raised @ whole @ moved @ turned))
    return Rig(tuple(cameras))


def _turn(generator: np.random.Generator, degrees: tuple[float, float, float]) -> np.ndarray:
    return rotation_from_rpy(*(math.radians(d) * _clipped(generator) for d in degrees))


def _clipped(generator: np.random.Generator) -> float:
    return float(np.clip(generator.normal(), -_MOST, _MOST))
