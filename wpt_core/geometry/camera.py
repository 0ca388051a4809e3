# SPDX-License-Identifier: Apache-2.0
"""A pinhole camera with Brown-Conrady (`plumb_bob`) distortion, both ways.

The distortion is a polynomial, and far enough from the axis it folds back on itself: points well
outside the picture would land inside it. Past that fold the model means nothing, and the
functions here answer NaN.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from wpt_core.geometry.transforms import FloatArray, apply, invert
from wpt_core.types import Camera, Intrinsics

__all__ = ['distort', 'pixel_grid', 'project', 'project_optical', 'rays', 'undistort']

_WIDEST = 20.0
"""Largest radius on the plane z = 1 that a distorted lens may see: 87 degrees from the axis."""
_TOLERANCE = 1e-12
_ITERATIONS = 40


def project(camera: Camera, points_in_base: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Pixels (..., 2) of points (..., 3) of `base_link`, and their depth (...) along the axis.

    Pixels are NaN behind the camera and past the fold of the distortion; they may lie outside
    the picture.
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
    ahead = np.where(depth_m > 0.0, depth_m, np.nan)
    seen = distort(intrinsics, points[..., :2] / ahead[..., None])
    scale = (intrinsics.fx_px, intrinsics.fy_px)
    pixels: FloatArray = seen * scale + (intrinsics.cx_px, intrinsics.cy_px)
    return pixels, depth_m


def rays(camera: Camera, pixels: ArrayLike) -> FloatArray:
    """Directions (..., 3) in the optical frame, z = 1, that pixels (..., 2) look along."""
    lens = camera.intrinsics
    seen = (np.asarray(pixels, dtype=np.float64) - (lens.cx_px, lens.cy_px)) / (
        lens.fx_px,
        lens.fy_px,
    )
    plane = undistort(lens, seen)
    return np.concatenate([plane, np.ones_like(plane[..., :1])], axis=-1)


def pixel_grid(intrinsics: Intrinsics) -> FloatArray:
    """(height, width, 2): the (u, v) of every pixel centre."""
    u, v = np.meshgrid(
        np.arange(intrinsics.width_px, dtype=np.float64),
        np.arange(intrinsics.height_px, dtype=np.float64),
    )
    return np.stack([u, v], axis=-1)


def distort(intrinsics: Intrinsics, plane: FloatArray) -> FloatArray:
    """Where the lens puts points (..., 2) of the plane z = 1; NaN past the fold."""
    if not any(intrinsics.distortion):
        return plane
    bent, jacobian = _bend(intrinsics, plane)
    radius = np.hypot(plane[..., 0], plane[..., 1])
    sound = (radius < _fold_radius(intrinsics.distortion)) & (_determinant(jacobian) > 0.0)
    return np.where(sound[..., None], bent, np.nan)


def undistort(intrinsics: Intrinsics, seen: FloatArray) -> FloatArray:
    """The points (..., 2) of the plane z = 1 that `distort` puts at `seen`; NaN where none is.

    Newton's method from the solution without tangential terms; it stops at 1e-12, about
    1e-9 px.
    """
    if not any(intrinsics.distortion):
        return seen
    target = seen.reshape(-1, 2)
    plane = _without_radial(intrinsics, target)
    moving = np.arange(len(target))
    for _ in range(_ITERATIONS):
        bent, jacobian = _bend(intrinsics, plane[moving])
        error = bent - target[moving]
        off = np.any(np.abs(error) > _TOLERANCE, axis=-1)
        moving = moving[off]
        if len(moving) == 0:
            break
        plane[moving] -= _solve(jacobian[off], error[off])
    reached = np.abs(distort(intrinsics, plane) - target).max(axis=-1) < 1e3 * _TOLERANCE
    found: FloatArray = np.where(reached[..., None], plane, np.nan).reshape(seen.shape)
    return found


def _without_radial(intrinsics: Intrinsics, seen: FloatArray) -> FloatArray:
    """Undo the radial terms alone, from a table; good to the first digits."""
    k1, k2, _, _, k3 = intrinsics.distortion
    radii = np.linspace(0.0, _fold_radius(intrinsics.distortion), 1024)
    squares = radii**2
    bent = radii * (1 + squares * (k1 + squares * (k2 + squares * k3)))
    radius = np.hypot(seen[..., 0], seen[..., 1])
    shrink = np.interp(radius, bent, radii) / np.where(radius > 0.0, radius, 1.0)
    plane: FloatArray = seen * shrink[..., None]
    return plane


@lru_cache
def _fold_radius(distortion: tuple[float, float, float, float, float]) -> float:
    """Radius on the plane z = 1 at which the radial polynomial stops rising, at most 87°."""
    k1, k2, _, _, k3 = distortion
    low, high = 0.0, _WIDEST
    # Look closer and closer: polynomial roots by formula fail where leading terms nearly vanish.
    for _ in range(4):
        radii = np.linspace(low, high, 2049)
        squares = radii**2
        falling = 1 + squares * (3 * k1 + squares * (5 * k2 + squares * 7 * k3)) <= 0.0
        if not falling.any():
            return high
        first = int(np.argmax(falling))
        low, high = radii[first - 1], radii[first]
    return float(low)


def _bend(intrinsics: Intrinsics, plane: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The distorted points and the derivative (..., 3): xx, xy = yx, yy."""
    k1, k2, p1, p2, k3 = intrinsics.distortion
    x, y = plane[..., 0], plane[..., 1]
    r2 = x * x + y * y
    radial = 1 + r2 * (k1 + r2 * (k2 + r2 * k3))
    slope = 2 * (k1 + r2 * (2 * k2 + r2 * 3 * k3))
    bent = np.stack(
        [
            x * radial + 2 * p1 * x * y + p2 * (r2 + 2 * x * x),
            y * radial + 2 * p2 * x * y + p1 * (r2 + 2 * y * y),
        ],
        axis=-1,
    )
    jacobian = np.stack(
        [
            radial + x * x * slope + 2 * p1 * y + 6 * p2 * x,
            x * y * slope + 2 * p1 * x + 2 * p2 * y,
            radial + y * y * slope + 6 * p1 * y + 2 * p2 * x,
        ],
        axis=-1,
    )
    return bent, jacobian


def _determinant(jacobian: FloatArray) -> FloatArray:
    result: FloatArray = jacobian[..., 0] * jacobian[..., 2] - jacobian[..., 1] ** 2
    return result


def _solve(jacobian: FloatArray, error: FloatArray) -> FloatArray:
    determinant = _determinant(jacobian)
    determinant = np.where(np.abs(determinant) > 1e-9, determinant, np.nan)
    xx, xy, yy = np.moveaxis(jacobian, -1, 0)
    dx = (yy * error[..., 0] - xy * error[..., 1]) / determinant
    dy = (xx * error[..., 1] - xy * error[..., 0]) / determinant
    return np.stack([dx, dy], axis=-1)
