# SPDX-License-Identifier: Apache-2.0
"""Projection of flat images in the world, exact in perspective."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from wpt_sim.render.bodies.viewpoint import NEAR_M, Viewpoint
from wpt_sim.render.canvas import Float32

__all__ = [
    'LEAST_INVERSE',
    'image_from_ray',
    'image_windows',
    'in_image_windows',
    'linear_in_window',
    'project_image',
]

LEAST_INVERSE = 1e-4
"""Rays with a smaller inverse depth miss the plane, or hit it behind the camera."""
_NEXT, _LAST = [1, 2, 0], [2, 0, 1]
"""Axes after and before each axis, for cross products: faster than numpy's."""

Array = NDArray[np.float64]


def image_from_ray(corners: Array, across: Array, down: Array) -> Array:
    """Return (n, 3, 3) homographies from a ray to normalised image coordinates.

    Coordinates run from the left and the top, 0 to 1; the last row times the ray is the inverse
    depth. An image is given by its upper left corner and its two perpendicular sides, (n, 3) in
    the optical frame.
    """
    normal = across[:, _NEXT] * down[:, _LAST] - across[:, _LAST] * down[:, _NEXT]
    inverse = normal / (normal * corners).sum(axis=1, keepdims=True)
    rows = []
    for side in (across, down):
        unit = side / (side * side).sum(axis=1, keepdims=True)
        rows.append(unit - (unit * corners).sum(axis=1, keepdims=True) * inverse)
    return np.stack([*rows, inverse], axis=1)


def image_windows(
    viewpoint: Viewpoint, corners: Array, across: Array, down: Array
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return pixel windows u0, v0, u1, v1 (n, 4) of such images, and which are not empty."""
    sides = np.stack([np.zeros_like(across), across, across + down, down], axis=1)
    quads_m = corners[:, None] + sides
    pixels = viewpoint.pixels(np.where(quads_m[..., 2:] > NEAR_M, quads_m, (0.0, 0.0, 1.0)))
    whole = (quads_m[..., 2].min(axis=1) > NEAR_M) & np.isfinite(pixels).all(axis=(1, 2))
    low, high = pixels.min(axis=1), pixels.max(axis=1)
    for i in np.flatnonzero(~whole).tolist():
        cut = viewpoint.outline(quads_m[i])
        low[i] = cut.min(axis=0, initial=np.inf)
        high[i] = cut.max(axis=0, initial=-np.inf)
    size = viewpoint.buffer.depth_m.shape[::-1]
    start = np.clip(np.floor(low), 0, size).astype(np.int64)
    end = np.clip(np.ceil(high) + 1, 0, size).astype(np.int64)
    return np.concatenate([start, end], axis=1), (end > start).all(axis=1)


def in_image_windows(viewpoint: Viewpoint, matrices: Array, places: NDArray[np.int64]) -> Array:
    """Return homographies from (column, row, 1) relative to the windows; unchanged for lenses with
    distortion."""
    if not viewpoint.straight:
        return matrices
    result: Array = matrices @ viewpoint.ray_from_pixel()
    corners = np.concatenate([places[:, :2], np.ones((len(places), 1))], axis=1)
    result[..., 2] = (result @ corners[..., None])[..., 0]
    return result


def linear_in_window(
    viewpoint: Viewpoint, row: Array, window: tuple[int, int, int, int]
) -> Float32:
    """Return the (h, w) values of one row of such a homography in its window."""
    u0, v0, u1, v1 = window
    if not viewpoint.straight:
        bent: Float32 = viewpoint.ray_map()[v0:v1, u0:u1] @ row.astype(np.float32)
        return bent
    x = (np.arange(u1 - u0) * row[0] + row[2]).astype(np.float32)
    y = (np.arange(v1 - v0) * row[1]).astype(np.float32)
    straight: Float32 = y[:, None] + x
    return straight


def project_image(
    viewpoint: Viewpoint,
    matrix: Array,
    image: NDArray[np.uint16] | Float32,
    window: tuple[int, int, int, int],
) -> NDArray[Any]:
    """Warp an image (H, W, channels) to its window (h, w, channels), 0 outside."""
    rows, columns = image.shape[:2]
    u0, v0, u1, v1 = window
    matrix = np.array([(columns, 0.0, -0.5), (0.0, rows, -0.5), (0.0, 0.0, 1.0)]) @ matrix
    if viewpoint.straight:
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        return cv2.warpPerspective(image, matrix, (u1 - u0, v1 - v0), flags=flags)
    u, v, inverse = (linear_in_window(viewpoint, row, window) for row in matrix)
    reach = 1 / np.maximum(inverse, np.float32(LEAST_INVERSE))
    return cv2.remap(image, u * reach, v * reach, cv2.INTER_LINEAR)
