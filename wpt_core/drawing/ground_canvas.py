# SPDX-License-Identifier: Apache-2.0
"""Drawing on flat ground in a camera image, clipped at the near plane."""

from collections.abc import Iterable
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from wpt_core.geometry import FloatArray, apply, invert, project_optical
from wpt_core.types import Camera

__all__ = ['Colour', 'GroundCanvas', 'clip']

Colour: TypeAlias = tuple[int, int, int]
Image: TypeAlias = NDArray[np.uint8]
Mask: TypeAlias = NDArray[np.uint8]

_NEAR_M = 0.3
"""Depth of the near plane; smaller values give huge pixels, larger ones a visible cut."""
_FAR_PX = 1e6
"""Limit of pixel coordinates, within OpenCV's integers."""
_STEP_M = 0.5
_MOST_POINTS = 4000
_SHIFT = 4
"""Bits of sub-pixel position in OpenCV's drawing functions."""


class GroundCanvas:
    """An RGB image (H, W, 3) to draw on; points (N, 2) are in `base_link`, at z = 0."""

    def __init__(self, image: Image, camera: Camera) -> None:
        """Draw on a copy of the image."""
        self.image: Image = image.copy()
        self._lens = camera.intrinsics
        self._camera_from_base = invert(camera.base_from_camera)

    def lines(
        self,
        paths_m: Iterable[FloatArray],
        colour: Colour,
        *,
        opacity: float,
        thickness_px: int = 2,
    ) -> None:
        """Draw polylines of constant thickness; crossings are not darker."""
        mask = np.zeros(self.image.shape[:2], np.uint8)
        for path_m in paths_m:
            # Dense, so that the distortion bends it and only short pieces are lost where it is
            # undefined.
            pixels, _ = project_optical(self._lens, self._in_camera(_dense(path_m)))
            runs = [_fixed_point(run) for run in _usable(pixels)]
            cv2.polylines(mask, runs, False, 255, thickness_px, cv2.LINE_AA, _SHIFT)
        colours = np.broadcast_to(np.array(colour, np.uint8), self.image.shape)
        self._blend(mask, colours, opacity=np.broadcast_to(np.float32(opacity), mask.shape))

    def patches(self, polygons: Iterable[tuple[FloatArray, FloatArray, float]]) -> None:
        """Draw translucent convex polygons (N, 2), each with its colour (3,) and opacity.

        Later ones replace earlier ones instead of adding to them, so no seams show.
        """
        mask = np.zeros(self.image.shape[:2], np.uint8)
        paint = np.zeros((*mask.shape, 4), np.uint8)
        for points_m, colour, opacity in polygons:
            seen, _ = project_optical(self._lens, clip(self._in_camera(points_m)))
            if len(seen) == 0 or not np.all(np.abs(seen) < _FAR_PX):
                continue
            pixels = _fixed_point(seen)
            cv2.fillConvexPoly(mask, pixels, 255, cv2.LINE_AA, _SHIFT)
            fill = (*map(float, colour), 255.0 * opacity)
            # Not anti-aliased: the edge would be mixed with black. The mask is anti-aliased.
            cv2.fillConvexPoly(paint, pixels, fill, cv2.LINE_8, _SHIFT)
        self._blend(mask, paint[..., :3], opacity=paint[..., 3] * np.float32(1 / 255))

    def _in_camera(self, points_m: FloatArray) -> FloatArray:
        flat = np.concatenate([points_m, np.zeros_like(points_m[:, :1])], axis=-1)
        return apply(self._camera_from_base, flat)

    def _blend(self, mask: Mask, colours: Image, *, opacity: NDArray[np.float32]) -> None:
        at = mask > 0
        share = opacity[at] * (mask[at] * np.float32(1 / 255))
        under = self.image[at].astype(np.float32)
        self.image[at] = np.rint(under + share[:, None] * (colours[at] - under)).astype(np.uint8)


def clip(polygon: FloatArray) -> FloatArray:
    """Clip a convex polygon (N, 3) of the optical frame to what is ahead: (M, 3), M may be 0."""
    kept: list[FloatArray] = []
    for start, end in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
        if start[2] >= _NEAR_M:
            kept.append(start)
        if (start[2] >= _NEAR_M) != (end[2] >= _NEAR_M):
            share = (_NEAR_M - start[2]) / (end[2] - start[2])
            kept.append(start + share * (end - start))
    return np.array(kept).reshape(-1, 3)


def _dense(path_m: FloatArray) -> FloatArray:
    """Return the polyline (N, 2) with points at most half a metre apart."""
    driven_m = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(path_m, axis=0), axis=-1))])
    count = min(int(driven_m[-1] / _STEP_M) + 2, _MOST_POINTS)
    places_m = np.union1d(driven_m, np.linspace(0.0, driven_m[-1], count))
    return np.stack([np.interp(places_m, driven_m, along) for along in path_m.T], axis=-1)


def _usable(pixels: FloatArray) -> list[FloatArray]:
    """Return the connected parts of a line (N, 2) with finite pixels."""
    sound = np.all(np.abs(pixels) < _FAR_PX, axis=-1)
    ends = np.flatnonzero(np.diff(sound)) + 1
    runs = zip(np.split(pixels, ends), np.split(sound, ends), strict=True)
    return [run for run, whole in runs if whole.all() and len(run) > 1]


def _fixed_point(pixels: FloatArray) -> NDArray[np.int32]:
    return np.rint(pixels * (1 << _SHIFT)).astype(np.int32)
