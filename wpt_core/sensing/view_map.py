# SPDX-License-Identifier: Apache-2.0
"""Maps from camera images to views."""

import math
from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from wpt_core.geometry import FloatArray, invert, pixel_grid, project_optical, rays
from wpt_core.types import Camera, Intrinsics

__all__ = ['ViewMap', 'map_view', 'source_pixels']

Image: TypeAlias = NDArray[np.uint8]

_SAME = 1e-9
_OUTSIDE_PX = -16.0
"""Table entry of uncovered pixels; remap returns black there."""
_COARSEST = 5 / 3
"""Source pixels per view pixel above which an image is halved first. Bilinear interpolation reads
two by two pixels: finer detail would be skipped and flicker; halving already at 1 blurs."""


@dataclass(frozen=True, eq=False, slots=True)
class ViewMap:
    """Map from one camera to one view."""

    camera: str
    covered: NDArray[np.bool_]
    """(H, W): pixels of the view that the camera covers."""
    merit: float
    """Covered share of the view, weighted by the cosine; at most 1, infinite for identity."""
    halvings: int
    """Number of halvings of the image before the table applies."""
    table: tuple[NDArray[np.int16], NDArray[np.uint16]] | None
    """Fixed-point, to 1/32 px; None if camera and view are identical."""

    def fill(self, view: Image, image: Image) -> None:
        """Fill the view (H, W, 3); black where the camera does not cover it.

        `image` is that of the camera, halved `halvings` times.
        """
        if self.table is None:
            np.copyto(view, image)
        else:
            cv2.remap(image, *self.table, cv2.INTER_LINEAR, view, cv2.BORDER_CONSTANT)


def map_view(camera: Camera, view: Camera) -> ViewMap:
    """Return the map from the image of `camera` to `view`."""
    lens = view.intrinsics
    if _same(camera, view):
        whole = np.ones((lens.height_px, lens.width_px), np.bool_)
        return ViewMap(camera.name, whole, math.inf, 0, None)
    pixels = source_pixels(camera, view)
    covered = _inside(camera.intrinsics, pixels)
    halvings = _halvings(pixels, covered)
    table = _table(camera.intrinsics, pixels, covered, halvings=halvings)
    return ViewMap(camera.name, covered, _merit(camera, view, covered), halvings, table)


def source_pixels(camera: Camera, view: Camera) -> FloatArray:
    """Return (H, W, 2): the pixel of `camera` that shows each pixel of `view`; NaN if none.

    View pixels below the horizon are assumed to show flat ground (z = 0 of `base_link`), all
    others points at infinity. Ground near the horizon is nearly at infinity, so there is no seam.
    """
    directions = rays(view, pixel_grid(view.intrinsics)) @ view.base_from_camera[:3, :3].T
    shift_m = view.base_from_camera[:3, 3] - camera.base_from_camera[:3, 3]
    towards = directions + _nearness_1pm(view, directions)[..., None] * shift_m
    camera_from_base = invert(camera.base_from_camera)[:3, :3]
    pixels, _ = project_optical(camera.intrinsics, towards @ camera_from_base.T)
    return pixels


def _nearness_1pm(view: Camera, directions: FloatArray) -> FloatArray:
    """Return (H, W): the inverse distance of the ground in units of the direction; 0 above it."""
    height_m = view.base_from_camera[2, 3]
    if height_m <= 0.0:
        return np.zeros(directions.shape[:2])
    nearness_1pm: FloatArray = np.maximum(-directions[..., 2] / height_m, 0.0)
    return nearness_1pm


def _same(camera: Camera, view: Camera) -> bool:
    a, b = camera.intrinsics, view.intrinsics
    if (a.width_px, a.height_px, a.model) != (b.width_px, b.height_px, b.model):
        return False
    apart = np.subtract(_numbers(a), _numbers(b)), camera.base_from_camera - view.base_from_camera
    return all(bool(np.all(np.abs(off) <= _SAME)) for off in apart)


def _numbers(lens: Intrinsics) -> tuple[float, ...]:
    return (lens.fx_px, lens.fy_px, lens.cx_px, lens.cy_px, *lens.distortion)


def _inside(lens: Intrinsics, pixels: FloatArray) -> NDArray[np.bool_]:
    """Return whether pixels lie in the image, up to its outer edge; False for NaN."""
    edge = (lens.width_px - 0.5, lens.height_px - 0.5)
    inside: NDArray[np.bool_] = np.all((pixels >= -0.5) & (pixels <= edge), axis=-1)
    return inside


def _merit(camera: Camera, view: Camera, covered: NDArray[np.bool_]) -> float:
    """Return the mean cosine between the pixel directions and the camera axis."""
    directions = rays(view, pixel_grid(view.intrinsics)) @ view.base_from_camera[:3, :3].T
    straight = directions @ camera.base_from_camera[:3, 2] / np.linalg.norm(directions, axis=-1)
    return float(np.where(covered, straight, 0.0).mean())


def _halvings(pixels: FloatArray, covered: NDArray[np.bool_]) -> int:
    down: FloatArray = np.gradient(pixels, axis=0)
    across: FloatArray = np.gradient(pixels, axis=1)
    area = np.abs(across[..., 0] * down[..., 1] - across[..., 1] * down[..., 0])
    known = area[covered & np.isfinite(area)]
    if known.size == 0:
        return 0
    side_px = math.sqrt(float(np.median(known)))
    return max(0, math.floor(math.log2(max(side_px, 1.0) / _COARSEST)) + 1)


def _table(
    lens: Intrinsics, pixels: FloatArray, covered: NDArray[np.bool_], *, halvings: int
) -> tuple[NDArray[np.int16], NDArray[np.uint16]]:
    size = np.array([lens.width_px, lens.height_px])
    halved = np.maximum(size >> halvings, 1)
    shrunk = (np.nan_to_num(pixels) + 0.5) * (halved / size) - 0.5
    # At the edge interpolation would mix in the black outside.
    positions: FloatArray = np.clip(shrunk, 0.0, halved - 1.0)
    positions[~covered] = _OUTSIDE_PX
    u, v = np.moveaxis(positions.astype(np.float32), -1, 0)
    whole, fraction = cv2.convertMaps(u, v, cv2.CV_16SC2)
    return np.asarray(whole, np.int16), np.asarray(fraction, np.uint16)
