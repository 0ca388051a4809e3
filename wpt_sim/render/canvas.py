# SPDX-License-Identifier: Apache-2.0
"""What is painted on: linear light, depth and instances of every camera, in one piece."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wpt_core.types import Camera

__all__ = ['Canvas', 'Float32', 'Pane', 'blank_canvas']

Float32 = NDArray[np.float32]


@dataclass(frozen=True, eq=False, slots=True)
class Pane:
    """One camera's part of the canvas; the arrays are views, paint into them."""

    camera: Camera
    light: Float32
    """(H, W, 3) linear RGB radiance; a white sheet in full daylight is 1, lamps are far above."""
    depth_m: Float32
    """(H, W) z in the camera frame; infinite where nothing is hit."""
    instances: NDArray[np.int32]
    """(H, W) `Actor.instance`, 0 where there is none."""


@dataclass(frozen=True, eq=False, slots=True)
class Canvas:
    """All panes, and the storage behind them: P pixels, camera after camera, row by row."""

    panes: tuple[Pane, ...]
    light: Float32
    """(P, 3)."""
    depth_m: Float32
    """(P,)."""
    instances: NDArray[np.int32]
    """(P,)."""


def blank_canvas(cameras: Sequence[Camera]) -> Canvas:
    """Black, infinitely far and empty."""
    sizes = [(c.intrinsics.height_px, c.intrinsics.width_px) for c in cameras]
    ends = np.cumsum([0] + [height * width for height, width in sizes]).tolist()
    light = np.zeros((ends[-1], 3), np.float32)
    depth_m = np.full(ends[-1], np.inf, np.float32)
    instances = np.zeros(ends[-1], np.int32)
    panes = tuple(
        Pane(
            camera,
            light[start:end].reshape(*size, 3),
            depth_m[start:end].reshape(size),
            instances[start:end].reshape(size),
        )
        for camera, size, start, end in zip(cameras, sizes, ends[:-1], ends[1:], strict=True)
    )
    return Canvas(panes, light, depth_m, instances)
