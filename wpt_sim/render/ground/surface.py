# SPDX-License-Identifier: Apache-2.0
"""Rendering of the ground: road, verges and fields."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from wpt_core.types import Pose2
from wpt_sim.render.canvas import Canvas, Float32
from wpt_sim.render.ground.field import ALBEDO_FULL, Field, TileLevels, tile_levels
from wpt_sim.render.ground.locator import Located, Locator
from wpt_sim.render.ground.ripmap import Ripmap
from wpt_sim.render.light import Light
from wpt_sim.render.pixel_rays import GroundRays
from wpt_sim.render.sky.panorama import Panorama

__all__ = ['Ground', 'GroundView', 'paint_ground', 'view_ground']

_BLEND_M = 1.0
"""Width over which the ribbon fades into the field."""
_RETRO = np.float32(5.0)
"""Retroreflection of glass beads, relative to white paint."""
_LAST_M = 450.0
"""Ground farther away is behind trees; its haze is that of this distance."""
_WET_ALBEDO = 0.55
"""A water film darkens asphalt to this share of its albedo."""


@dataclass(frozen=True, eq=False, slots=True)
class Ground:
    """The textures of one road and drive."""

    locator: Locator
    ribbon: Ripmap
    field: Field
    panorama: Panorama
    light: Light


@dataclass(frozen=True, eq=False, slots=True)
class GroundView:
    """Precomputed data of some cameras and one light."""

    ground_rays: GroundRays
    through: Float32
    """Transmittance of the air."""
    headlight: Float32
    """Illumination of flat ground by the ego's headlights, times transmittance."""
    tile_levels: TileLevels
    """For a footprint between the short and the long side of a pixel on the ground."""
    sheen: Float32
    """Share of the sky's light that the road reflects (Fresnel, roughened)."""
    haze: tuple[Float32, ...]
    """Light of the air in front of the ground, per channel."""
    mirror_coordinates: tuple[Float32, Float32]
    """Panorama coordinates of the reflected rays."""


def view_ground(ground_rays: GroundRays, panorama: Panorama, *, light: Light) -> GroundView:
    """Precompute what depends on the rig and the light only."""
    through = light.transmittance(np.minimum(ground_rays.range_m, np.float32(_LAST_M)))
    points = np.stack([ground_rays.x_m, ground_rays.y_m, np.zeros_like(ground_rays.x_m)], axis=-1)
    short = np.hypot(ground_rays.across_x, ground_rays.across_y)
    long = np.hypot(ground_rays.down_x, ground_rays.down_y)
    steep = ground_rays.mirrored[2]
    fresnel = 0.02 + 0.98 * (1.0 - steep) ** 5
    sheen = (0.10 + 0.80 * light.wetness) * fresnel * through
    return GroundView(
        ground_rays=ground_rays,
        through=through,
        headlight=light.on_ground(points) * through,
        tile_levels=tile_levels(
            np.maximum(np.minimum(short, long), np.maximum(short, long) * np.float32(0.35))
        ),
        sheen=sheen.astype(np.float32),
        haze=tuple((1.0 - through) * np.float32(colour) for colour in light.haze_rgb),
        mirror_coordinates=panorama.coordinates(ground_rays.mirrored),
    )


def paint_ground(canvas: Canvas, ground: Ground, view: GroundView, *, pose: Pose2) -> None:
    """Render all pixels below the horizon."""
    ground_rays, light = view.ground_rays, ground.light
    if not ground_rays.runs.places:
        return
    cos, sin = np.float32(np.cos(pose.yaw_rad)), np.float32(np.sin(pose.yaw_rad))
    x = ground_rays.x_m * cos - ground_rays.y_m * sin + np.float32(pose.x_m)
    y = ground_rays.x_m * sin + ground_rays.y_m * cos + np.float32(pose.y_m)
    located = ground.locator.locate(x, y)
    along, across = _footprint(view, located, cos=cos, sin=sin)
    texels = ground.ribbon.sample(located.s_m, located.d_m, along_m=along, across_m=across)
    *planes, paint = _planes(texels)
    road = _on_ribbon(ground.ribbon, located.d_m)
    *grasses, film = _planes(ground.field.sample(x, y, view.tile_levels))
    parcels = _planes(ground.field.parcel(x, y))
    for plane, grass, parcel in zip(planes, grasses, parcels, strict=True):
        grass *= parcel
        grass *= np.float32(1.0 / 128.0)
        plane -= grass
        plane *= road
        plane += grass
    if light.wetness > 0.0:
        dark = np.float32(1.0) - np.float32((1.0 - _WET_ALBEDO) * light.wetness) * road
        for plane in planes:
            plane *= dark
    retro = (paint * (_RETRO / np.float32(255.0)) + np.float32(1.0)) * view.headlight
    shine = _shine(view, light, film=film, road=road)
    mirror = _planes(ground.panorama.sample(view.mirror_coordinates, pose.yaw_rad, mirrored=True))
    for i, plane in enumerate(planes):
        lit = view.through * np.float32(light.ground_rgb[i])
        lit += retro
        lit *= np.float32(ALBEDO_FULL / 255.0)
        plane *= lit
        plane += shine * mirror[i]
        plane += view.haze[i]
    _put(canvas, ground_rays, planes)


def _planes(image: NDArray[np.uint8] | Float32) -> list[Float32]:
    """Return the channels as float planes."""
    return [np.asarray(plane).astype(np.float32) for plane in cv2.split(image)]


def _shine(view: GroundView, light: Light, *, film: Float32, road: Float32) -> Float32:
    """Return the share of sky that each pixel reflects: road more than grass, puddles most."""
    shine: Float32 = np.float32(0.3) + np.float32(0.7) * road
    if light.wetness > 0.0:
        shine *= film * np.float32(0.75 / 128.0)
    shine *= view.sheen
    return shine


def _footprint(
    view: GroundView, located: Located, *, cos: np.float32, sin: np.float32
) -> tuple[Float32, Float32]:
    """Return the footprint of each pixel along and across the road."""
    ground_rays = view.ground_rays
    c = located.cos * cos + located.sin * sin
    s = located.sin * cos - located.cos * sin
    along = np.abs(ground_rays.across_x * c + ground_rays.across_y * s)
    along += np.abs(ground_rays.down_x * c + ground_rays.down_y * s)
    across = np.abs(ground_rays.across_y * c - ground_rays.across_x * s)
    across += np.abs(ground_rays.down_y * c - ground_rays.down_x * s)
    return along, across


def _on_ribbon(ribbon: Ripmap, d_m: Float32) -> Float32:
    """Return 1 on the ribbon, 0 beyond it, blended at the border."""
    middle = np.float32((ribbon.left_m + ribbon.right_m) / 2)
    half = np.float32((ribbon.left_m - ribbon.right_m) / 2)
    share: Float32 = half - np.abs(d_m - middle)
    share *= np.float32(1.0 / _BLEND_M)
    np.clip(share, 0.0, 1.0, out=share)
    return share


def _put(canvas: Canvas, ground_rays: GroundRays, planes: list[Float32]) -> None:
    ground_rays.runs.put(np.asarray(cv2.merge(planes)).reshape(-1, 3), canvas.light)
    ground_rays.runs.put(ground_rays.depth_m.reshape(-1), canvas.depth_m)
