# SPDX-License-Identifier: Apache-2.0
"""Cameras, rigs of cameras, and camera images."""

import math
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from wpt_core.types.errors import InputError

__all__ = ['Camera', 'CameraFrame', 'Intrinsics', 'LensModel', 'Rig']


class LensModel(Enum):
    """Lens model, named as in `sensor_msgs/CameraInfo`."""

    PLUMB_BOB = 'plumb_bob'
    """Brown-Conrady: k1, k2, p1, p2, k3."""
    RATIONAL_POLYNOMIAL = 'rational_polynomial'
    """The same over a second polynomial: k1, k2, p1, p2, k3, k4, k5, k6."""
    EQUIDISTANT = 'equidistant'
    """Fisheye (Kannala-Brandt): k1, k2, k3, k4 of a polynomial in the angle from the axis."""

    @property
    def coefficients(self) -> int:
        """Number of coefficients in `Intrinsics.distortion`."""
        return _COEFFICIENTS[self]


_COEFFICIENTS = {
    LensModel.PLUMB_BOB: 5,
    LensModel.RATIONAL_POLYNOMIAL: 8,
    LensModel.EQUIDISTANT: 4,
}


@dataclass(frozen=True, slots=True)
class Intrinsics:
    """The lens of a camera, as OpenCV and `sensor_msgs/CameraInfo` describe it.

    Pixel centres lie at whole numbers: the centre of the top left pixel is (0, 0).
    """

    width_px: int
    height_px: int
    fx_px: float
    fy_px: float
    cx_px: float
    cy_px: float
    distortion: tuple[float, ...] = (0.0, 0.0, 0.0, 0.0, 0.0)
    """Coefficients of the model, in the order of OpenCV."""
    model: LensModel = LensModel.PLUMB_BOB

    def __post_init__(self) -> None:
        count = self.model.coefficients
        if len(self.distortion) != count:
            raise InputError(
                f'distortion of a {self.model.value} lens must be {count} numbers, '
                f'got {len(self.distortion)}'
            )

    @property
    def half_width_rad(self) -> float:
        """Half the horizontal field of view, from the focal length without distortion."""
        half = self.width_px / 2 / self.fx_px
        return min(half, math.pi) if self.model is LensModel.EQUIDISTANT else math.atan(half)

    @property
    def straight(self) -> bool:
        """Whether straight lines stay straight in the image."""
        return self.model is not LensModel.EQUIDISTANT and not any(self.distortion)


@dataclass(frozen=True, eq=False, slots=True)
class Camera:
    """One camera of a rig: name, lens, and pose on the car."""

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
    """One image, (height, width, 3) uint8 RGB, taken at `stamp_s` by `camera`."""

    camera: str
    stamp_s: float
    image: NDArray[np.uint8]
