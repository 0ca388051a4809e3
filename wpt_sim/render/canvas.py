# SPDX-License-Identifier: Apache-2.0
"""Canvas: buffers of linear light, depth and instances, and the frames made of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from wpt_core.types import Camera

__all__ = [
    'CameraBuffer',
    'Canvas',
    'Float32',
    'RenderedFrame',
    'RenderedFrames',
    'blank_canvas',
    'composite_over',
    'tinted',
]

Float32 = NDArray[np.float32]

_PLAIN = np.eye(4)


@dataclass(frozen=True, eq=False, slots=True)
class CameraBuffer:
    """Buffers of one camera; the arrays are writable views of the canvas."""

    camera: Camera
    light: Float32
    """(H, W, 3) linear RGB radiance; white paper in full daylight is 1, lamps are far above."""
    depth_m: Float32
    """(H, W) z in the camera frame; infinite where nothing is hit."""
    instances: NDArray[np.int32]
    """(H, W) `Actor.instance`, 0 where there is none."""


@dataclass(frozen=True, eq=False, slots=True)
class Canvas:
    """Buffers of all cameras, and their storage: P pixels, camera by camera, row by row."""

    buffers: tuple[CameraBuffer, ...]
    light: Float32
    """(P, 3)."""
    depth_m: Float32
    """(P,)."""
    instances: NDArray[np.int32]
    """(P,)."""


def blank_canvas(cameras: Sequence[Camera]) -> Canvas:
    """Return a canvas that is black, infinitely far and empty."""
    sizes = [(c.intrinsics.height_px, c.intrinsics.width_px) for c in cameras]
    ends = np.cumsum([0] + [height * width for height, width in sizes]).tolist()
    light = np.zeros((ends[-1], 3), np.float32)
    depth_m = np.full(ends[-1], np.inf, np.float32)
    instances = np.zeros(ends[-1], np.int32)
    buffers = tuple(
        CameraBuffer(
            camera,
            light[start:end].reshape(*size, 3),
            depth_m[start:end].reshape(size),
            instances[start:end].reshape(size),
        )
        for camera, size, start, end in zip(cameras, sizes, ends[:-1], ends[1:], strict=True)
    )
    return Canvas(buffers, light, depth_m, instances)


def composite_over(light: Float32, frame: Float32, mix: NDArray[np.float64] = _PLAIN) -> None:
    """Composite `frame` (h, w, 4), premultiplied colours and alpha, over `light` (h, w, 3).

    `mix` (4, 4) transforms the four channels first.
    """
    kept = np.ones((3, 5))
    kept[:, :4] = -mix[3]
    light *= cv2.transform(frame, kept)
    light += cv2.transform(frame, mix[:3])


def tinted(plane: Float32, rgb: NDArray[np.float64]) -> Float32:
    """Return (h, w, 3), the plane times each colour; several times faster than broadcasting."""
    return np.asarray(cv2.transform(plane, rgb.astype(np.float32)[:, None]), np.float32)


@dataclass(frozen=True, eq=False, slots=True)
class RenderedFrame:
    """Image of one camera, with depth and instance per pixel."""

    camera: str
    image: NDArray[np.uint8]
    """(H, W, 3) RGB."""
    depth_m: Float32
    """(H, W) z in the camera frame, infinite in the sky."""
    instances: NDArray[np.int32]
    """(H, W) `Actor.instance`, 0 where there is none."""


@dataclass(frozen=True, eq=False, slots=True)
class RenderedFrames:
    """One frame per camera, in the order requested; sizes may differ."""

    frames: tuple[RenderedFrame, ...]

    def __getitem__(self, camera: str) -> RenderedFrame:
        for frame in self.frames:
            if frame.camera == camera:
                return frame
        raise KeyError(camera)
