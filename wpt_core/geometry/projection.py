# SPDX-License-Identifier: Apache-2.0
"""Projection of points to pixels and back, for all lens models.

What a lens cannot show is NaN: see `polynomial_lens` and `fisheye_lens` for the limits; `lenses`
is the table of models.
"""

import numpy as np
from numpy.typing import ArrayLike

from wpt_core.geometry.lenses import LENSES
from wpt_core.geometry.transforms import FloatArray, apply, invert
from wpt_core.types import Camera, Intrinsics

__all__ = [
    'distort',
    'pixel_grid',
    'project',
    'project_optical',
    'rays',
    'undistort',
]


def project(camera: Camera, points_in_base: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Project points (..., 3) of `base_link` to pixels (..., 2) and depth (...) along the axis.

    Pixels are NaN past the fold of the distortion and behind the camera, except for a fisheye,
    whose field of view may exceed 180 degrees; they may lie outside the image.
    """
    return project_optical(
        camera.intrinsics, apply(invert(camera.base_from_camera), points_in_base)
    )


def project_optical(
    intrinsics: Intrinsics, points_in_camera: ArrayLike
) -> tuple[FloatArray, FloatArray]:
    """As `project`, for points (..., 3) of the optical frame."""
    points = np.asarray(points_in_camera, dtype=np.float64)
    depth_m = points[..., 2]
    if intrinsics.straight:
        seen = points[..., :2] / np.where(depth_m > 0.0, depth_m, np.nan)[..., None]
    else:
        seen = LENSES[intrinsics.model].seen_from(intrinsics.distortion, points)
    scale = (intrinsics.fx_px, intrinsics.fy_px)
    pixels: FloatArray = seen * scale + (intrinsics.cx_px, intrinsics.cy_px)
    return pixels, depth_m


def rays(camera: Camera, pixels: ArrayLike) -> FloatArray:
    """Return the directions (..., 3) of pixels (..., 2) in the optical frame, with z = 1.

    NaN for pixels of a distorted lens more than 87 degrees off its axis.
    """
    lens = camera.intrinsics
    seen = (np.asarray(pixels, dtype=np.float64) - (lens.cx_px, lens.cy_px)) / (
        lens.fx_px,
        lens.fy_px,
    )
    plane = undistort(lens, seen)
    return np.concatenate([plane, np.ones_like(plane[..., :1])], axis=-1)


def pixel_grid(intrinsics: Intrinsics) -> FloatArray:
    """Return (height, width, 2): the (u, v) of all pixel centres."""
    u, v = np.meshgrid(
        np.arange(intrinsics.width_px, dtype=np.float64),
        np.arange(intrinsics.height_px, dtype=np.float64),
    )
    return np.stack([u, v], axis=-1)


def distort(intrinsics: Intrinsics, plane: FloatArray) -> FloatArray:
    """Distort points (..., 2) of the plane z = 1; NaN past the fold."""
    if intrinsics.straight:
        return plane
    ahead = np.concatenate([plane, np.ones_like(plane[..., :1])], axis=-1)
    return LENSES[intrinsics.model].seen_from(intrinsics.distortion, ahead)


def undistort(intrinsics: Intrinsics, seen: FloatArray) -> FloatArray:
    """Invert `distort`: points (..., 2) of the plane z = 1; NaN where there is none."""
    if intrinsics.straight:
        return seen
    return LENSES[intrinsics.model].plane_from(intrinsics.distortion, seen)
