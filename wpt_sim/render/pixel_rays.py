# SPDX-License-Identifier: Apache-2.0
"""Rays of all pixels of a rig in `base_link`, computed once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wpt_core.geometry import pixel_grid, rays
from wpt_core.types import Camera, InputError
from wpt_sim.render.canvas import Float32

__all__ = ['GroundRays', 'PixelRays', 'SkyRays', 'build_pixel_rays', 'check_height']

_LEAST_HEIGHT_M = 0.05
_ROW = 512
"""Pixels are arranged in rows of this length, because cv2.remap limits each side to 32 767."""
_FAR_M = 4000.0
"""Ground farther away is painted as if at this distance."""


@dataclass(frozen=True, eq=False, slots=True)
class Runs:
    """Canvas pixels of the array entries; further entries are padding."""

    places: tuple[slice, ...]
    """Slices of the canvas."""

    def put(self, values: NDArray[Any], canvas: NDArray[Any]) -> None:
        """Copy values (n or more, ...) to their pixels of the canvas (P, ...)."""
        start = 0
        for place in self.places:
            end = start + place.stop - place.start
            canvas[place] = values[start:end]
            start = end


@dataclass(frozen=True, eq=False, slots=True)
class GroundRays:
    """Rays below the horizon, (rows, 512) in each array, the last row padded."""

    runs: Runs
    x_m: Float32
    """Intersection with the ground in `base_link`."""
    y_m: Float32
    depth_m: Float32
    """z in the camera frame, exact at any distance."""
    range_m: Float32
    """From camera to ground."""
    across_x: Float32
    """Change of the intersection per pixel column, in `base_link` ..."""
    across_y: Float32
    down_x: Float32
    """... and per pixel row."""
    down_y: Float32
    mirrored: tuple[Float32, Float32, Float32]
    """Unit direction of the ray reflected by flat ground, `base_link`."""


@dataclass(frozen=True, eq=False, slots=True)
class SkyRays:
    """Rays at or above the horizon, shaped as in `GroundRays`."""

    runs: Runs
    directions: tuple[Float32, Float32, Float32]
    """Unit vectors, `base_link`."""


@dataclass(frozen=True, eq=False, slots=True)
class PixelRays:
    """All pixels of some cameras; those beyond the field of a distorted lens are in neither."""

    ground: GroundRays
    sky: SkyRays


def build_pixel_rays(cameras: Sequence[Camera]) -> PixelRays:
    """Compute the rays of these cameras, in this order."""
    parts = [_directions(camera) for camera in cameras]
    directions, across, down = (
        np.concatenate([part[i].reshape(-1, 3) for part in parts]) for i in range(3)
    )
    sizes = [part[0].shape[0] * part[0].shape[1] for part in parts]
    origins = np.repeat([c.base_from_camera[:3, 3] for c in cameras], sizes, axis=0)
    return PixelRays(_ground(origins, directions, across=across, down=down), _sky(directions))


def check_height(camera: Camera) -> None:
    """Raise InputError if the camera is not above the ground."""
    height_m = float(camera.base_from_camera[2, 3])
    if not height_m >= _LEAST_HEIGHT_M:
        raise InputError(
            f'camera {camera.name!r}: height above ground is {height_m:.2f} m; '
            f'expected at least {_LEAST_HEIGHT_M} m, correct the z of its position'
        )


def _directions(camera: Camera) -> tuple[NDArray[np.float64], ...]:
    """Return rays of depth 1 in `base_link`, and their change per column and row: (H, W, 3)."""
    rotation = camera.base_from_camera[:3, :3].T
    grid = pixel_grid(camera.intrinsics)
    steps = [np.array([0.5, 0.0]), np.array([0.0, 0.5])]
    middle = rays(camera, grid)
    across, down = (rays(camera, grid + step) - rays(camera, grid - step) for step in steps)
    return middle @ rotation, across @ rotation, down @ rotation


def _ground(
    origins: NDArray[np.float64],
    directions: NDArray[np.float64],
    *,
    across: NDArray[np.float64],
    down: NDArray[np.float64],
) -> GroundRays:
    pixels = np.flatnonzero(directions[:, 2] < 0.0)
    origin, ray = origins[pixels], directions[pixels]
    depth_m = -origin[:, 2] / ray[:, 2]
    length = np.linalg.norm(ray, axis=-1)
    near = np.minimum(depth_m, _FAR_M / length)
    hit = origin[:, :2] + near[:, None] * ray[:, :2]
    steps = [
        np.nan_to_num(near[:, None] * (d[:, :2] - ray[:, :2] * d[:, 2:] / ray[:, 2:]))
        for d in (across[pixels], down[pixels])
    ]
    unit = ray / length[:, None]
    return GroundRays(
        runs=_runs(pixels),
        x_m=_rows(hit[:, 0]),
        y_m=_rows(hit[:, 1]),
        depth_m=_rows(depth_m),
        range_m=_rows(depth_m * length),
        across_x=_rows(steps[0][:, 0]),
        across_y=_rows(steps[0][:, 1]),
        down_x=_rows(steps[1][:, 0]),
        down_y=_rows(steps[1][:, 1]),
        mirrored=(_rows(unit[:, 0]), _rows(unit[:, 1]), _rows(-unit[:, 2])),
    )


def _sky(directions: NDArray[np.float64]) -> SkyRays:
    pixels = np.flatnonzero(directions[:, 2] >= 0.0)
    ray = directions[pixels]
    unit = ray / np.linalg.norm(ray, axis=-1, keepdims=True)
    return SkyRays(_runs(pixels), (_rows(unit[:, 0]), _rows(unit[:, 1]), _rows(unit[:, 2])))


def _runs(pixels: NDArray[np.intp]) -> Runs:
    breaks = np.flatnonzero(np.diff(pixels) != 1) + 1
    pieces = np.split(pixels, breaks) if len(pixels) else []
    return Runs(tuple(slice(int(piece[0]), int(piece[-1]) + 1) for piece in pieces))


def _rows(values: NDArray[np.float64]) -> Float32:
    """Reshape (n,) to padded rows of 512."""
    full = -(-len(values) // _ROW) * _ROW
    padded = np.zeros(full, np.float32)
    padded[: len(values)] = values
    if len(values):
        padded[len(values) :] = values[-1]
    return padded.reshape(-1, _ROW)
