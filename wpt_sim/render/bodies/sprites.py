# SPDX-License-Identifier: Apache-2.0
"""Lit images of plants."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from wpt_sim.render.bodies.plants import Foliage
from wpt_sim.render.canvas import Float32
from wpt_sim.render.light import Light

__all__ = ['FULL', 'Sprite', 'bearing_step', 'front_lit', 'sprite']

FULL = 65535.0
"""Maximum of the 16 bits of a sprite."""
_THROUGH = 0.22
"""Share of sunlight transmitted by leaves lit from behind."""
_BEARINGS = 24
"""Quantised sun directions; a step changes the light by an eighth at most."""


@dataclass(frozen=True, eq=False, slots=True)
class Sprite:
    """A plant lit by sun and sky."""

    pixels: NDArray[np.uint16]
    """(H, W, 4): radiance times cover, and cover."""
    peak: float
    """Radiance of value `FULL`."""


def bearing_step(angle_rad: float, light: Light) -> int:
    """Return the nearest quantised sun direction relative to the billboard; 0 without a sun."""
    if not light.sun_rgb.any():
        return 0
    return round(angle_rad / (2 * np.pi) * _BEARINGS) % _BEARINGS


@lru_cache(maxsize=256)
def sprite(image: Foliage, level: int, bearing: int, light: Light) -> Sprite:
    """Return one mip level of a plant, lit by sun and sky."""
    facing = (image.normals[level].astype(np.float32) - 128) / np.float32(127)
    up = facing[..., 1:2]
    sky, bounce = light.sky_rgb, 0.08 * light.ground_rgb
    total = (0.55 * sky + 0.5 * bounce) + (0.45 * sky - 0.5 * bounce) * up
    if light.sun_rgb.any():
        angle, flat = bearing / _BEARINGS * 2 * np.pi, np.hypot(*light.sun_direction[:2])
        axes = (flat * np.sin(angle), light.sun_direction[2], flat * np.cos(angle))
        amount = (facing @ np.array(axes, np.float32))[..., None]
        total = total + light.sun_rgb * (np.maximum(amount, 0) + _THROUGH * np.maximum(-amount, 0))
    cover = _cover(image, level)
    radiance = np.maximum(_albedo(image, level) * total * cover, 0)
    peak = max(float(radiance.max()), 1e-9)
    pixels = np.concatenate([radiance / peak, cover], axis=-1) * FULL
    return Sprite(np.rint(pixels).astype(np.uint16), peak)


@lru_cache(maxsize=64)
def front_lit(image: Foliage, level: int) -> Float32:
    """Return (H, W, 4) radiance under white light from the camera, times alpha; last channel 0."""
    facing = (image.normals[level][..., 2:].astype(np.float32) - 128) / np.float32(127)
    lit = _albedo(image, level) * np.maximum(facing, 0) * _cover(image, level)
    return np.concatenate([lit, np.zeros_like(lit[..., :1])], axis=-1).astype(np.float32)


def _albedo(image: Foliage, level: int) -> Float32:
    root = image.colours[level][..., :3].astype(np.float32) / np.float32(255)
    albedo: Float32 = root * root
    return albedo


def _cover(image: Foliage, level: int) -> Float32:
    cover: Float32 = image.colours[level][..., 3:].astype(np.float32) / np.float32(255)
    return cover
