# SPDX-License-Identifier: Apache-2.0
"""Hills, woods and villages along the horizon."""

import cv2
import numpy as np
from numpy.random import Generator

from wpt_sim.render.canvas import Float32
from wpt_sim.render.light import Light
from wpt_sim.render.look import Daylight, Look
from wpt_sim.render.texture import blotches, grass_rgb, smoothstep

__all__ = ['add_skyline']

_WOOD = np.array([0.030, 0.045, 0.018], np.float32)
_HILL = np.array([0.055, 0.075, 0.040], np.float32)


def add_skyline(
    generator: Generator, radiance: Float32, *, look: Look, light: Light, elevation: Float32
) -> None:
    """Paint the skyline over a panorama (rows of rising `elevation`, columns of azimuth)."""
    columns = radiance.shape[1]
    for distance_m, height_m, rough in ((6000.0, 260.0, 0.25), (2600.0, 75.0, 0.35)):
        ridge = _ridge(generator, columns, waves=(3, 7, 17), rough=rough)
        colour = _HILL * (1.0 + 0.12 * blotches(generator, radiance.shape[:2], (6, 60)))[..., None]
        _layer(radiance, ridge * height_m / distance_m, colour, distance_m, light, elevation)
    for distance_m, height_m in ((700.0, 13.0), (320.0, 10.0)):
        crowns = _crowns(generator, columns, share=0.35 + 0.6 * look.trees)
        leaf = 0.25 * grass_rgb(look) + 0.75 * _WOOD
        tone = 1.0 + 0.35 * blotches(generator, radiance.shape[:2], (3, 2))
        colour = (leaf * tone[..., None]).astype(np.float32)
        _layer(radiance, crowns * height_m / distance_m, colour, distance_m, light, elevation)
    if look.daylight is not Daylight.DAY:
        _windows(generator, radiance, elevation)


def _ridge(generator: Generator, columns: int, *, waves: tuple[int, ...], rough: float) -> Float32:
    """Return a (columns,) smooth periodic height of 0 to about 1."""
    turn = np.arange(columns) / columns * 2 * np.pi
    height = np.full(columns, 0.35)
    for wave in waves:
        height += 0.9 / wave * np.sin(wave * turn + generator.uniform(0, 2 * np.pi))
    for wave in range(23, 120, 8):
        height += rough / wave * np.sin(wave * turn + generator.uniform(0, 2 * np.pi))
    ridge: Float32 = np.clip(height, 0.02, None).astype(np.float32)
    return ridge


def _crowns(generator: Generator, columns: int, *, share: float) -> Float32:
    """Return the (columns,) height of a broken line of trees, 0 to about 1.3."""
    groups = blotches(generator, (2, columns), (2, columns / 40))[0]
    presence = smoothstep(groups, 0.9 - 2.2 * share, 1.3 - 2.2 * share)
    crown = 0.8 + 0.16 * blotches(generator, (2, columns), (2, 5))[0]
    crown += 0.10 * blotches(generator, (2, columns), (2, 2))[0]
    crown += 0.15 * blotches(generator, (2, columns), (2, 30))[0]
    heights: Float32 = np.clip(presence * crown, 0.0, None)
    return heights


def _layer(
    radiance: Float32,
    top_rad: Float32,
    albedo: Float32,
    distance_m: float,
    light: Light,
    elevation: Float32,
) -> None:
    """Cover all below `top_rad` (columns,) with lit albedo (rows, columns, 3) behind haze."""
    step = np.gradient(elevation[:, 0])[:, None]
    cover = np.clip((top_rad[None, :] - elevation) / step + 0.5, 0.0, 1.0)[..., None]
    through = float(np.exp(-distance_m * (light.haze_density_1pm + 7e-5)))
    air = light.haze_rgb.astype(np.float32) * np.float32(1.0 - through)
    lit = albedo * (light.ground_rgb * through).astype(np.float32) + air
    radiance += cover.astype(np.float32) * (lit - radiance)


def _windows(generator: Generator, radiance: Float32, elevation: Float32) -> None:
    """Add groups of lights of farms and villages, low on the horizon."""
    columns = radiance.shape[1]
    for middle in generator.uniform(0, columns, 9):
        count = int(generator.integers(2, 12))
        column = np.mod(generator.normal(middle, columns / 70, count).astype(int), columns)
        row = np.searchsorted(elevation[:, 0], generator.uniform(0.003, 0.016, count))
        warm = np.array([1.0, generator.uniform(0.6, 0.85), 0.4], np.float32)
        for r, c in zip(row, column, strict=True):
            cv2.circle(radiance, (int(c), int(r)), 0, (warm * 0.05).tolist(), -1)
