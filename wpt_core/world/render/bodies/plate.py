# SPDX-License-Identifier: Apache-2.0
"""Flat pictures somewhere in the world, as an eye sees them: exact in perspective."""

import cv2
import numpy as np
from numpy.typing import NDArray

from wpt_core.world.render.bodies.eye import NEAR_M, Eye
from wpt_core.world.render.canvas import Float32

__all__ = ['LEAST_INVERSE', 'projected', 'shares_from_ray', 'windows']

LEAST_INVERSE = 1e-4
"""Rays of a smaller inverse depth miss a plane, or meet it behind the eye."""

Array = NDArray[np.float64]


def shares_from_ray(corners: Array, across: Array, down: Array) -> Array:
    """(n, 3, 3) homographies from a ray to its place in a picture, from its left and from its
    top as shares of its size; the last row times the ray is the inverse depth.

    A picture is given by its upper left corner and by its two sides, at right angles, (n, 3) in
    the optical frame.
    """
    normal = np.cross(across, down)
    inverse = normal / (normal * corners).sum(axis=1, keepdims=True)
    rows = []
    for side in (across, down):
        unit = side / (side * side).sum(axis=1, keepdims=True)
        rows.append(unit - (unit * corners).sum(axis=1, keepdims=True) * inverse)
    return np.stack([*rows, inverse], axis=1)


def windows(
    eye: Eye, corners: Array, across: Array, down: Array
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Pixels u0, v0, u1, v1 (n, 4) around such pictures, and which of them are not empty."""
    sides = np.stack([np.zeros_like(across), across, across + down, down], axis=1)
    quads_m = corners[:, None] + sides
    pixels = eye.pixels(np.where(quads_m[..., 2:] > NEAR_M, quads_m, (0.0, 0.0, 1.0)))
    whole = (quads_m[..., 2].min(axis=1) > NEAR_M) & np.isfinite(pixels).all(axis=(1, 2))
    low, high = pixels.min(axis=1), pixels.max(axis=1)
    for i in np.flatnonzero(~whole).tolist():
        cut = eye.outline(quads_m[i])
        low[i] = cut.min(axis=0, initial=np.inf)
        high[i] = cut.max(axis=0, initial=-np.inf)
    size = eye.pane.depth_m.shape[::-1]
    start = np.clip(np.floor(low), 0, size).astype(np.int64)
    end = np.clip(np.ceil(high) + 1, 0, size).astype(np.int64)
    return np.concatenate([start, end], axis=1), (end > start).all(axis=1)


def projected(
    eye: Eye,
    matrix: Array,
    picture: NDArray[np.uint16] | Float32,
    window: tuple[int, int, int, int],
) -> cv2.typing.MatLike:
    """A picture (H, W[, channels]) as the window (h, w[, channels]) shows it, 0 outside."""
    rows, columns = picture.shape[:2]
    u0, v0, u1, v1 = window
    matrix = matrix.copy()
    matrix[0] = columns * matrix[0] - 0.5 * matrix[2]
    matrix[1] = rows * matrix[1] - 0.5 * matrix[2]
    if eye.straight:
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        matrix = matrix @ eye.ray_from_pixel((u0, v0))
        return cv2.warpPerspective(picture, matrix, (u1 - u0, v1 - v0), flags=flags)
    places = eye.ray_map()[v0:v1, u0:u1] @ matrix.T.astype(np.float32)
    inverse = np.maximum(places[..., 2], np.float32(LEAST_INVERSE))
    return cv2.remap(picture, places[..., 0] / inverse, places[..., 1] / inverse, cv2.INTER_LINEAR)
