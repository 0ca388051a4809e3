# SPDX-License-Identifier: Apache-2.0
"""One camera at one moment: where it stands in the world and what it can possibly see."""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from wpt_core.geometry import invert, lift, pixel_grid, project_optical, rays
from wpt_core.types import Camera, EgoState, Intrinsics
from wpt_sim.render.canvas import Canvas, Float32, Pane

__all__ = ['NEAR_M', 'Eye', 'clip_near', 'eyes']

NEAR_M = 0.08
"""Nothing closer than this is painted; bodies that reach closer are cut off there."""
_BENDS = 6
"""Pieces of an edge under a lens that bends lines."""
_WIDE = 12.0
"""Tangent that stands for a picture border past the fold of the lens."""


@dataclass(frozen=True, eq=False, slots=True)
class Eye:
    """A pane and its camera's place in the world."""

    pane: Pane
    camera_from_world: NDArray[np.float64]
    base_from_world: NDArray[np.float64]
    place_m: NDArray[np.float64]
    """(3,) of the optical centre in the world frame."""
    sides: NDArray[np.float64]
    """(5, 3) inward unit normals of the view's sides and of its front, optical frame."""
    straight: bool
    """Whether the lens maps straight lines to straight lines."""

    def in_camera(self, points_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """World points (..., 3) in the optical frame."""
        turned: NDArray[np.float64] = points_m @ self.camera_from_world[:3, :3].T
        return turned + self.camera_from_world[:3, 3]

    def in_base(self, points_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """World points (..., 3) in the frame of the car."""
        turned: NDArray[np.float64] = points_m @ self.base_from_world[:3, :3].T
        return turned + self.base_from_world[:3, 3]

    def sees(
        self, centres_m: NDArray[np.float64], radii_m: NDArray[np.float64]
    ) -> NDArray[np.bool_]:
        """Which spheres (N,) of the world can appear in the picture."""
        inside = self.in_camera(centres_m) @ self.sides.T > -radii_m[:, None]
        result: NDArray[np.bool_] = inside.all(axis=1)
        return result

    def pixels(self, points_in_camera: NDArray[np.float64]) -> NDArray[np.float64]:
        """Pixels (..., 2) of points in front of the camera."""
        lens = self.pane.camera.intrinsics
        if not self.straight:
            return project_optical(lens, points_in_camera)[0]
        scale = (lens.fx_px, lens.fy_px)
        plane = points_in_camera[..., :2] / points_in_camera[..., 2:]
        result: NDArray[np.float64] = plane * scale + (lens.cx_px, lens.cy_px)
        return result

    def outline(self, loop_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """Pixels (n, 2) along the edges of what is ahead of a convex loop (k, 3), optical frame;
        with points between the corners where the lens bends the edges."""
        loop = clip_near(loop_m)
        if self.straight or not len(loop):
            return self.pixels(loop)
        step = np.linspace(0.0, 1.0, _BENDS, endpoint=False)[None, :, None]
        ahead = np.roll(loop, -1, axis=0)
        pixels = self.pixels(((1 - step) * loop[:, None] + step * ahead[:, None]).reshape(-1, 3))
        return pixels[np.isfinite(pixels).all(axis=1)]

    def ray_from_pixel(self) -> NDArray[np.float64]:
        """(3, 3) matrix from (column, row, 1) to rays; straight lenses."""
        lens = self.pane.camera.intrinsics
        x, y = -lens.cx_px / lens.fx_px, -lens.cy_px / lens.fy_px
        return np.array([(1 / lens.fx_px, 0.0, x), (0.0, 1 / lens.fy_px, y), (0.0, 0.0, 1.0)])

    def ray_axes(self) -> tuple[Float32, Float32]:
        """(W,) x of the columns and (H,) y of the rows, where z = 1; straight lenses."""
        return _ray_axes(self.pane.camera.intrinsics)

    def ray_map(self) -> Float32:
        """(H, W, 3) directions of all pixels, z = 1."""
        return _ray_map(self.pane.camera)

    def coarse_ray_map(self) -> Float32:
        """(H / 4, W / 4, 3) mean directions of blocks of pixels."""
        return _coarse_ray_map(self.pane.camera)


def eyes(canvas: Canvas, ego: EgoState) -> tuple[Eye, ...]:
    """The cameras of a canvas, carried by the car at its present place."""
    base_from_world = invert(lift(ego.pose))
    result = []
    for pane in canvas.panes:
        camera_from_world = invert(pane.camera.base_from_camera) @ base_from_world
        place_m = -camera_from_world[:3, :3].T @ camera_from_world[:3, 3]
        sides = _sides(pane.camera)
        straight = pane.camera.intrinsics.straight
        result.append(Eye(pane, camera_from_world, base_from_world, place_m, sides, straight))
    return tuple(result)


def clip_near(loop_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """The part (n, 3) of a convex loop in the optical frame that lies beyond the near plane."""
    depth = (loop_m[:, 2] - NEAR_M).tolist()
    if min(depth) > 0:
        return loop_m
    kept = []
    for i in range(len(loop_m)):
        j = (i + 1) % len(loop_m)
        if depth[i] > 0:
            kept.append(loop_m[i])
        if (depth[i] > 0) != (depth[j] > 0):
            share = depth[i] / (depth[i] - depth[j])
            kept.append(loop_m[i] + share * (loop_m[j] - loop_m[i]))
    return np.array(kept).reshape(-1, 3)


@lru_cache(maxsize=32)
def _sides(camera: Camera) -> NDArray[np.float64]:
    """Planes through the optical centre along the outermost rays, and the near plane."""
    lens = camera.intrinsics
    u, v = np.linspace(-0.5, lens.width_px - 0.5, 33), np.linspace(-0.5, lens.height_px - 0.5, 17)
    border = np.concatenate(
        [
            np.column_stack([np.repeat(u, 2), np.tile(v[[0, -1]], 33)]),
            np.column_stack([np.tile(u[[0, -1]], 17), np.repeat(v, 2)]),
        ]
    )
    plane = rays(camera, border)[:, :2]
    plane = np.where(np.isnan(plane), np.sign(border - (lens.cx_px, lens.cy_px)) * _WIDE, plane)
    (left, top), (right, bottom) = plane.min(axis=0), plane.max(axis=0)
    normals = np.array(
        [(1.0, 0, -left), (-1.0, 0, right), (0, 1.0, -top), (0, -1.0, bottom), (0, 0, 1.0)]
    )
    result: NDArray[np.float64] = normals / np.linalg.norm(normals, axis=1, keepdims=True)
    return result


@lru_cache(maxsize=32)
def _ray_map(camera: Camera) -> Float32:
    directions = rays(camera, pixel_grid(camera.intrinsics))
    return np.nan_to_num(directions, nan=_WIDE).astype(np.float32)


@lru_cache(maxsize=32)
def _coarse_ray_map(camera: Camera) -> Float32:
    size = (-(-camera.intrinsics.width_px // 4), -(-camera.intrinsics.height_px // 4))
    return np.asarray(cv2.resize(_ray_map(camera), size, interpolation=cv2.INTER_AREA), np.float32)


@lru_cache(maxsize=32)
def _ray_axes(lens: Intrinsics) -> tuple[Float32, Float32]:
    x = (np.arange(lens.width_px) - lens.cx_px) / lens.fx_px
    y = (np.arange(lens.height_px) - lens.cy_px) / lens.fy_px
    return x.astype(np.float32), y.astype(np.float32)
