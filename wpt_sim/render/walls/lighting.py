# SPDX-License-Identifier: Apache-2.0
"""Lighting of walls, and their composition on the canvas."""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from wpt_core.types import Pose2
from wpt_sim.render.canvas import Canvas, Float32
from wpt_sim.render.light import Light
from wpt_sim.render.walls.hits import WallColumns, WallHits, WallLine, WallView, hit_wall

__all__ = ['Planes', 'Wall', 'paint_hits']

_LIT_TO_M = 60.0
_LIT_COS = 0.5
"""Headlights on walls farther away or to the side are neglected."""
Planes = tuple[Float32, Float32, Float32]
"""Separate red, green and blue planes: three times as fast as interleaved."""


@dataclass(frozen=True, eq=False, slots=True)
class Wall:
    """One wall in one frame."""

    view: WallView
    line: WallLine
    light: Light
    pose: Pose2
    """Of the car."""

    def hit(self, canvas: Canvas, top_m: Callable[[Float32], Float32 | float]) -> WallHits:
        """Return the pixels that hit it between ground and `top_m` of s."""
        return hit_wall(self.view, self.line, pose=self.pose, top_m=top_m, before_m=canvas.depth_m)


def paint_hits(
    canvas: Canvas,
    hits: WallHits,
    *,
    wall: Wall,
    cover: Float32,
    albedo: Planes,
    glow: Planes | None = None,
) -> None:
    """Composite lit albedo and `glow` over the pixels by their cover (n,); before any
    instances."""
    if not hits.bins.size:
        return
    through = wall.light.transmittance(hits.columns.range_m).take(hits.bins)
    own, arriving = _headlights(wall, hits), _illumination(wall, hits.columns)
    planes = []
    for i, plane in enumerate(albedo):
        lit = arriving[i].take(hits.bins)
        if own is not None:
            lit += own
        lit *= plane
        if glow is not None:
            lit += glow[i]
        air = np.float32(wall.light.haze_rgb[i])
        lit -= air
        lit *= through
        lit += air
        planes.append(lit)
    light = np.asarray(cv2.merge(planes), np.float32).reshape(-1, 3)
    partly = np.flatnonzero(cover < 1.0)
    below = canvas.light[hits.pixels[partly]]
    light[partly] = below + cover[partly, None] * (light[partly] - below)
    # Three floats as one item of twelve bytes: half the time.
    canvas.light.view('V12')[:, 0][hits.pixels] = light.view('V12')[:, 0]
    solid = cover > 0.5
    canvas.depth_m[hits.pixels[solid]] = hits.depth_m[solid]


def _illumination(wall: Wall, columns: WallColumns) -> Planes:
    """Return the illumination of the wall: sun, half the sky, light from the ground."""
    light, line = wall.light, wall.line
    index = (columns.s_m - np.float32(line.s_m[0] - 0.5)).astype(np.intp)
    toward_sun = np.clip(line.facing @ light.sun_direction[:2], 0.0, None).astype(np.float32)
    sun = np.take(toward_sun, index, mode='clip')
    base = (0.55 * light.sky_rgb + 0.12 * light.ground_rgb).astype(np.float32)
    red, green, blue = (sun * np.float32(light.sun_rgb[i]) + base[i] for i in range(3))
    return red, green, blue


def _headlights(wall: Wall, hits: WallHits) -> Float32 | None:
    """Return (n,) headlights of the ego on the wall; None if they are off."""
    if wall.light.headlights == 0.0:
        return None
    own = np.zeros(len(hits.pixels), np.float32)
    ahead = wall.view.ray[0].take(hits.pixels) > np.float32(_LIT_COS)
    near = np.flatnonzero(ahead & (hits.range_m < _LIT_TO_M))
    own[near] = np.float32(0.6) * wall.light.headlight(_points(wall.view, hits, near), as_one=True)
    return own


def _points(view: WallView, hits: WallHits, chosen: NDArray[np.intp]) -> Float32:
    """Return (n, 3) positions of some hits in `base_link`."""
    pixels, range_m = hits.pixels[chosen], hits.range_m[chosen]
    x, y = (view.position_m[i].take(pixels) + view.ray[i].take(pixels) * range_m for i in range(2))
    points: Float32 = np.stack([x, y, hits.height_m[chosen]], axis=-1)
    return points
