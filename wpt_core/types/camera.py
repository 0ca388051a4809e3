# SPDX-License-Identifier: Apache-2.0
"""Cameras, rigs of cameras, and the pictures they take."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ['Camera', 'CameraFrame', 'Intrinsics', 'Rig']


@dataclass(frozen=True, slots=True)
class Intrinsics:
    """Pinhole with Brown-Conrady distortion, as in `sensor_msgs/CameraInfo` (`plumb_bob`).

    Pixel centres lie at whole numbers: the centre of the top left pixel is (0, 0).
    """

    width_px: int
    height_px: int
    fx_px: float
    fy_px: float
    cx_px: float
    cy_px: float
    distortion: tuple[float, float, float, float, float] = (0.0, 0.0, 0.0, 0.0, 0.0)
    """k1, k2, p1, p2, k3."""


@dataclass(frozen=True, eq=False, slots=True)
class Camera:
    """One camera of a rig: a name, a lens and a place on the car."""

    name: str
    intrinsics: Intrinsics
    base_from_camera: NDArray[np.float64]
    """4 x 4; the camera frame is optical (x right, y down, z forward, REP-103)."""


@dataclass(frozen=True, eq=False, slots=True)
class Rig:
    """The cameras of one car, in a fixed order; names are unique."""

    cameras: tuple[Camera, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(camera.name for camera in self.cameras)


@dataclass(frozen=True, eq=False, slots=True)
class CameraFrame:
    """One picture: (height, width, 3) uint8 RGB, taken at `stamp_s` by camera `camera`."""

    camera: str
    stamp_s: float
    image: NDArray[np.uint8]
