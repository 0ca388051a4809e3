# SPDX-License-Identifier: Apache-2.0
"""Light on walls, and walls on the canvas."""

from dataclasses import dataclass

import numpy as np

from wpt_core.types import Pose2
from wpt_core.world.render.canvas import Canvas, Float32
from wpt_core.world.render.light import Light
from wpt_core.world.render.walls import Hits, WallLine, WallView, hit_wall

__all__ = ['Wall', 'paint_hits']


@dataclass(frozen=True, eq=False, slots=True)
class Wall:
    """One wall seen at one moment."""

    view: WallView
    line: WallLine
    light: Light
    pose: Pose2
    """Of the car."""

    def hit(self, top_m: float) -> Hits:
        """Pixels that see it from the ground up to `top_m`."""
        return hit_wall(self.view, self.line, pose=self.pose, top_m=top_m)


def paint_hits(
    canvas: Canvas,
    hits: Hits,
    *,
    wall: Wall,
    cover: Float32,
    albedo: Float32,
    glow: Float32 | None = None,
) -> None:
    """Lay lit albedo (n, 3), and light of its own (n, 3), over the pixels by their cover (n,)."""
    shown = np.flatnonzero((cover > 0.0) & (hits.depth_m < canvas.depth_m[hits.pixels]))
    pixels, share = hits.pixels[shown], cover[shown, None]
    light = albedo[shown] * _illumination(wall, hits, shown)
    if glow is not None:
        light += glow[shown]
    through = wall.light.transmittance(hits.range_m[shown])[:, None]
    air = wall.light.haze_rgb.astype(np.float32)
    light = air + through * (light - air)
    below = canvas.light[pixels]
    canvas.light[pixels] = below + share * (light - below)
    solid = shown[cover[shown] > 0.5]
    canvas.depth_m[hits.pixels[solid]] = hits.depth_m[solid]
    canvas.instances[hits.pixels[solid]] = 0


def _illumination(
    wall: Wall, hits: Hits, shown: np.ndarray[tuple[int], np.dtype[np.intp]]
) -> Float32:
    """(n, 3) on the wall: sun if it faces it, half the sky, own headlights."""
    light, line = wall.light, wall.line
    index = np.clip(np.round(hits.s_m[shown] - line.s_m[0]), 0, len(line.s_m) - 1).astype(int)
    toward_sun = np.clip(line.facing @ light.sun_direction[:2], 0.0, None)[index, None]
    arriving = toward_sun * light.sun_rgb + 0.55 * light.sky_rgb + 0.12 * light.ground_rgb
    if light.headlights > 0.0:
        pixels = hits.pixels[shown]
        plan = wall.view.place_m[:2, pixels] + wall.view.ray[:, pixels] * hits.range_m[shown]
        points = np.concatenate([plan, hits.height_m[None, shown]]).T
        arriving = arriving + 0.6 * light.headlight(points)[:, None]
    illumination: Float32 = arriving.astype(np.float32)
    return illumination
