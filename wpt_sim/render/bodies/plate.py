# SPDX-License-Identifier: Apache-2.0
"""Flat pictures somewhere in the world, as an eye sees them: exact in perspective."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from wpt_sim.render.bodies.eye import NEAR_M, Eye
from wpt_sim.render.canvas import Float32

__all__ = [
    'LEAST_INVERSE',
    'in_windows',
    'linear_in_window',
    'projected',
    'shares_from_ray',
    'windows',
]

LEAST_INVERSE = 1e-4
"""Rays of a smaller inverse depth miss a plane, or meet it behind the eye."""
_NEXT, _LAST = [1, 2, 0], [2, 0, 1]
"""Axes after and before each axis, for cross products: faster than numpy's."""

Array = NDArray[np.float64]


def shares_from_ray(corners: Array, across: Array, down: Array) -> Array:
    """(n, 3, 3) homographies from a ray to its place in a picture, from its left and from its
    top as shares of its size; the last row times the ray is the inverse depth.

    A picture is given by its upper left corner and by its two sides, at right angles, (n, 3) in
    the optical frame.
    """
    normal = across[:, _NEXT] * down[:, _LAST] - across[:, _LAST] * down[:, _NEXT]
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


def in_windows(eye: Eye, matrices: Array, places: NDArray[np.int64]) -> Array:
    """The same homographies from (column, row, 1) counted from the corners of the windows; left
    as they are for lenses that bend lines."""
    if not eye.straight:
        return matrices
    result: Array = matrices @ eye.ray_from_pixel()
    corners = np.concatenate([places[:, :2], np.ones((len(places), 1))], axis=1)
    result[..., 2] = (result @ corners[..., None])[..., 0]
    return result


def linear_in_window(eye: Eye, row: Array, window: tuple[int, int, int, int]) -> Float32:
    """(h, w) what a row of such a homography gives for the pixels of its window."""
    u0, v0, u1, v1 = window
    if not eye.straight:
        bent: Float32 = eye.ray_map()[v0:v1, u0:u1] @ row.astype(np.float32)
        return bent
    x = (np.arange(u1 - u0) * row[0] + row[2]).astype(np.float32)
    y = (np.arange(v1 - v0) * row[1]).astype(np.float32)
    straight: Float32 = y[:, None] + x
    return straight


def projected(
    eye: Eye,
    matrix: Array,
    picture: NDArray[np.uint16] | Float32,
    window: tuple[int, int, int, int],
) -> NDArray[Any]:
    """A picture (H, W, channels) as its window (h, w, channels) shows it, 0 outside."""
    rows, columns = picture.shape[:2]
    u0, v0, u1, v1 = window
    matrix = np.array([(columns, 0.0, -0.5), (0.0, rows, -0.5), (0.0, 0.0, 1.0)]) @ matrix
    if eye.straight:
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        return cv2.warpPerspective(picture, matrix, (u1 - u0, v1 - v0), flags=flags)
    u, v, inverse = (linear_in_window(eye, row, window) for row in matrix)
    reach = 1 / np.maximum(inverse, np.float32(LEAST_INVERSE))
    return cv2.remap(picture, u * reach, v * reach, cv2.INTER_LINEAR)
