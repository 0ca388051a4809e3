# SPDX-License-Identifier: Apache-2.0
"""The pose of one camera in the world, with projection and culling."""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from wpt_core.geometry import invert, lift, pixel_grid, project_optical, rays
from wpt_core.types import Camera, EgoState, Intrinsics
from wpt_sim.render.canvas import CameraBuffer, Canvas, Float32

__all__ = ['NEAR_M', 'Viewpoint', 'clip_near', 'viewpoints']

NEAR_M = 0.08
"""Near plane; bodies are clipped there."""
_BENDS = 6
"""Segments of an edge under a lens with distortion."""
_WIDE = 12.0
"""Tangent of an image border beyond the field of the lens."""


@dataclass(frozen=True, eq=False, slots=True)
class Viewpoint:
    """A camera buffer and the pose of its camera in the world."""

    buffer: CameraBuffer
    camera_from_world: NDArray[np.float64]
    base_from_world: NDArray[np.float64]
    position_m: NDArray[np.float64]
    """(3,) of the optical centre in the world frame."""
    sides: NDArray[np.float64]
    """(5, 3) inward unit normals of the sides and the near plane of the frustum, optical frame."""
    straight: bool
    """Whether the lens maps straight lines to straight lines."""

    def in_camera(self, points_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """Transform world points (..., 3) to the optical frame."""
        turned: NDArray[np.float64] = points_m @ self.camera_from_world[:3, :3].T
        return turned + self.camera_from_world[:3, 3]

    def in_base(self, points_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """Transform world points (..., 3) to `base_link`."""
        turned: NDArray[np.float64] = points_m @ self.base_from_world[:3, :3].T
        return turned + self.base_from_world[:3, 3]

    def intersects(
        self, centres_m: NDArray[np.float64], radii_m: NDArray[np.float64]
    ) -> NDArray[np.bool_]:
        """Return which spheres (N,) of the world intersect the frustum."""
        inside = self.in_camera(centres_m) @ self.sides.T > -radii_m[:, None]
        result: NDArray[np.bool_] = inside.all(axis=1)
        return result

    def pixels(self, points_in_camera: NDArray[np.float64]) -> NDArray[np.float64]:
        """Project points in front of the camera to pixels (..., 2)."""
        lens = self.buffer.camera.intrinsics
        if not self.straight:
            return project_optical(lens, points_in_camera)[0]
        scale = (lens.fx_px, lens.fy_px)
        plane = points_in_camera[..., :2] / points_in_camera[..., 2:]
        result: NDArray[np.float64] = plane * scale + (lens.cx_px, lens.cy_px)
        return result

    def outline(self, loop_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """Project a convex loop (k, 3), clipped at the near plane, to pixels (n, 2).

        Edges are subdivided if the lens has distortion.
        """
        loop = clip_near(loop_m)
        if self.straight or not len(loop):
            return self.pixels(loop)
        step = np.linspace(0.0, 1.0, _BENDS, endpoint=False)[None, :, None]
        ahead = np.roll(loop, -1, axis=0)
        pixels = self.pixels(((1 - step) * loop[:, None] + step * ahead[:, None]).reshape(-1, 3))
        return pixels[np.isfinite(pixels).all(axis=1)]

    def ray_from_pixel(self) -> NDArray[np.float64]:
        """Return the (3, 3) matrix from (column, row, 1) to rays, without distortion."""
        lens = self.buffer.camera.intrinsics
        x, y = -lens.cx_px / lens.fx_px, -lens.cy_px / lens.fy_px
        return np.array([(1 / lens.fx_px, 0.0, x), (0.0, 1 / lens.fy_px, y), (0.0, 0.0, 1.0)])

    def ray_axes(self) -> tuple[Float32, Float32]:
        """Return (W,) x and (H,) y of rays with z = 1; lenses without distortion only."""
        return _ray_axes(self.buffer.camera.intrinsics)

    def ray_map(self) -> Float32:
        """Return (H, W, 3) directions of all pixels, z = 1."""
        return _ray_map(self.buffer.camera)

    def coarse_ray_map(self) -> Float32:
        """Return (H / 4, W / 4, 3) mean directions of blocks of pixels."""
        return _coarse_ray_map(self.buffer.camera)


def viewpoints(canvas: Canvas, ego: EgoState) -> tuple[Viewpoint, ...]:
    """Return the viewpoints of all cameras of a canvas for a pose of the ego."""
    base_from_world = invert(lift(ego.pose))
    result = []
    for buffer in canvas.buffers:
        camera_from_world = invert(buffer.camera.base_from_camera) @ base_from_world
        position_m = -camera_from_world[:3, :3].T @ camera_from_world[:3, 3]
        sides = _sides(buffer.camera)
        straight = buffer.camera.intrinsics.straight
        result.append(
            Viewpoint(buffer, camera_from_world, base_from_world, position_m, sides, straight)
        )
    return tuple(result)


def clip_near(loop_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """Clip a convex loop in the optical frame at the near plane, to (n, 3)."""
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
    """Return planes through the optical centre along the outermost rays, and the near plane."""
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
