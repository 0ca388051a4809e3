# SPDX-License-Identifier: Apache-2.0
"""One camera at one moment: where it stands in the world and what it can possibly see."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from wpt_core.geometry import invert, lift, pixel_grid, project_optical, rays
from wpt_core.types import Camera, EgoState
from wpt_core.world.render.canvas import Canvas, Float32, Pane

__all__ = ['NEAR_M', 'Eye', 'eyes']

NEAR_M = 0.08
"""Nothing closer than this is painted; bodies that reach closer are cut off there."""
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

    @property
    def straight(self) -> bool:
        """Whether the lens maps straight lines to straight lines."""
        return not any(self.pane.camera.intrinsics.distortion)

    def in_camera(self, points_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """World points (..., 3) in the optical frame."""
        turned: NDArray[np.float64] = points_m @ self.camera_from_world[:3, :3].T
        return turned + self.camera_from_world[:3, 3]

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

    def ray_map(self) -> Float32:
        """(H, W, 3) directions of all pixels, z = 1."""
        return _ray_map(self.pane.camera)


def eyes(canvas: Canvas, ego: EgoState) -> tuple[Eye, ...]:
    """The cameras of a canvas, carried by the car at its present place."""
    base_from_world = invert(lift(ego.pose))
    result = []
    for pane in canvas.panes:
        camera_from_world = invert(pane.camera.base_from_camera) @ base_from_world
        place_m = -camera_from_world[:3, :3].T @ camera_from_world[:3, 3]
        sides = _sides(pane.camera)
        result.append(Eye(pane, camera_from_world, base_from_world, place_m, sides))
    return tuple(result)


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
