# SPDX-License-Identifier: Apache-2.0
"""Which pixel of a camera shows what a pixel of a view wants to see."""

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
"""Where the table sends what the camera does not see; remap answers black there."""
_COARSEST = 5 / 3
"""Source pixels a view pixel at which a picture is halved first. Linear interpolation reads two
by two pixels: a share of what is finer would be skipped and flicker; halving all at 1 blurs."""


@dataclass(frozen=True, eq=False, slots=True)
class ViewMap:
    """How one camera fills one view."""

    camera: str
    covered: NDArray[np.bool_]
    """(H, W): which pixels of the view the camera sees."""
    merit: float
    """How much of the view it sees, and how straight; at most 1, infinite where it is the view."""
    halvings: int
    """How often the picture is halved before the table applies."""
    table: tuple[NDArray[np.int16], NDArray[np.uint16]] | None
    """Fixed-point, to 1/32 px; None where camera and view are the same."""

    def fill(self, view: Image, picture: Image) -> None:
        """Write all of the view (H, W, 3); black where the camera does not see.

        `picture` is the camera's, halved as often as `halvings` says.
        """
        if self.table is None:
            np.copyto(view, picture)
        else:
            cv2.remap(picture, *self.table, cv2.INTER_LINEAR, view, cv2.BORDER_CONSTANT)


def map_view(camera: Camera, view: Camera) -> ViewMap:
    """The map from the picture of `camera` to `view`, ready for use."""
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
    """(H, W, 2): where `camera` shows what each pixel of `view` looks at; NaN where nowhere.

    A pixel of the view below the horizon is taken to look at flat ground (z = 0 of `base_link`),
    any other at something infinitely far away. Ground near the horizon is nearly that far, so the
    two meet without a tear.
    """
    directions = rays(view, pixel_grid(view.intrinsics)) @ view.base_from_camera[:3, :3].T
    moved_m = view.base_from_camera[:3, 3] - camera.base_from_camera[:3, 3]
    towards = directions + _nearness_1pm(view, directions)[..., None] * moved_m
    camera_from_base = invert(camera.base_from_camera)[:3, :3]
    pixels, _ = project_optical(camera.intrinsics, towards @ camera_from_base.T)
    return pixels


def _nearness_1pm(view: Camera, directions: FloatArray) -> FloatArray:
    """(H, W): 1 over how many times its direction the ground is away; 0 from the horizon up."""
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
    """Within the picture, to the outer edge of its outermost pixels. NaN is outside."""
    edge = (lens.width_px - 0.5, lens.height_px - 0.5)
    inside: NDArray[np.bool_] = np.all((pixels >= -0.5) & (pixels <= edge), axis=-1)
    return inside


def _merit(camera: Camera, view: Camera, covered: NDArray[np.bool_]) -> float:
    """Mean over the view of the cosine between what a pixel and what the camera looks at."""
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
    # At the very edge half of what is interpolated would be the black outside.
    places: FloatArray = np.clip(shrunk, 0.0, halved - 1.0)
    places[~covered] = _OUTSIDE_PX
    u, v = np.moveaxis(places.astype(np.float32), -1, 0)
    whole, fraction = cv2.convertMaps(u, v, cv2.CV_16SC2)
    return np.asarray(whole, np.int16), np.asarray(fraction, np.uint16)
