# SPDX-License-Identifier: Apache-2.0
"""Land around the road: fields of different crops, and the texture of grass."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from wpt_sim.render.canvas import Float32
from wpt_sim.render.look import Look
from wpt_sim.render.texture import DRY_RGB, LUSH_RGB, blotches, grass_rgb, spectral_tile

__all__ = ['ALBEDO_FULL', 'Field', 'TileLevels', 'build_field', 'tile_levels']

ALBEDO_FULL = 0.75
"""Albedo of texel value 255."""

_SOIL = np.array([0.130, 0.095, 0.062], np.float32)
_CROP = np.array([0.240, 0.200, 0.080], np.float32)

_TILE_PX = 512
_TILE_M = 30.72
_TILE_LEVELS = 7
_PARCEL_TEXEL_M = 4.0
_PARCELS_PX = 512
"""The map of fields covers 2 km and is mirrored beyond."""


@dataclass(frozen=True, eq=False, slots=True)
class Field:
    """Open ground in world coordinates."""

    parcels: NDArray[np.uint8]
    """(n, n, 3) albedo of 4 m squares around the world's origin."""
    tiles: NDArray[np.uint8]
    """Mip levels of a periodic texture (colour and depth of water film, 128 is neutral), stacked,
    each with a border of one texel of its periodic continuation."""

    def sample(self, x_m: Float32, y_m: Float32, levels: 'TileLevels') -> NDArray[np.uint8]:
        """Return the texture at world points, (rows, cols, 4)."""
        u, v = x_m * np.float32(1 / _TILE_M), y_m * np.float32(1 / _TILE_M)
        u -= np.floor(u)
        v -= np.floor(v)
        u *= levels.size_px
        v *= levels.size_px
        u += np.float32(0.5)
        v += levels.start_px
        return np.asarray(cv2.remap(self.tiles, u, v, cv2.INTER_LINEAR), np.uint8)

    def parcel(self, x_m: Float32, y_m: Float32) -> NDArray[np.uint8]:
        """Return the mean albedo at world points, (rows, cols, 3)."""
        half = _PARCELS_PX / 2 - 0.5
        u = x_m * np.float32(1 / _PARCEL_TEXEL_M) + np.float32(half)
        v = y_m * np.float32(1 / _PARCEL_TEXEL_M) + np.float32(half)
        texels = cv2.remap(self.parcels, u, v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
        return np.asarray(texels, np.uint8)


@dataclass(frozen=True, eq=False, slots=True)
class TileLevels:
    """Mip level of the tiles for each pixel."""

    size_px: Float32
    start_px: Float32
    """Row of the atlas at the upper edge of the level."""


def tile_levels(footprint_m: Float32) -> TileLevels:
    """Return the levels for pixels with this footprint on the ground."""
    ratio = footprint_m * np.float32(_TILE_PX / _TILE_M)
    level = np.clip((ratio.view(np.int32) >> 23) - 127, 0, _TILE_LEVELS - 1)
    sizes = (_TILE_PX / 2 ** np.arange(_TILE_LEVELS)).astype(np.float32)
    starts = np.cumsum(np.concatenate([[0], sizes[:-1] + 2])) + 0.5
    return TileLevels(sizes.take(level), starts.astype(np.float32).take(level))


def build_field(generator: Generator, look: Look) -> Field:
    """Build both textures of one drive."""
    return Field(_parcels(generator, look), _tiles(generator))


def _parcels(generator: Generator, look: Look) -> NDArray[np.uint8]:
    """Draw fields between straight borders in two directions, each of one crop."""
    n = _PARCELS_PX
    turn = generator.uniform(0.0, np.pi)
    y, x = np.mgrid[0:n, 0:n].astype(np.float32) * np.float32(_PARCEL_TEXEL_M)
    a = (x * np.cos(turn) + y * np.sin(turn)) / generator.uniform(70.0, 140.0)
    b = (y * np.cos(turn) - x * np.sin(turn)) / generator.uniform(120.0, 240.0)
    a += 0.15 * blotches(generator, (n, n), (24, 24))
    row, column = np.floor(a).astype(int), np.floor(b).astype(int)
    row, column = row - row.min(), column - column.min()
    crops = np.stack([grass_rgb(look), LUSH_RGB * 1.15, _CROP, _SOIL, DRY_RGB])
    shares = np.array([0.45, 0.22, 0.12, 0.09, 0.12])
    kind = generator.choice(len(crops), p=shares, size=(row.max() + 1, column.max() + 1))
    tone = generator.normal(1.0, 0.10, kind.shape)
    albedo = (crops[kind] * tone[..., None])[row, column]
    albedo *= 1.0 + 0.08 * blotches(generator, (n, n), (4, 4))[..., None]
    smooth = cv2.GaussianBlur(albedo.astype(np.float32), (0, 0), 0.7)
    scaled = np.clip(np.asarray(smooth) * (255.0 / ALBEDO_FULL), 0.0, 255.0)
    return np.round(scaled).astype(np.uint8)


def _tiles(generator: Generator) -> NDArray[np.uint8]:
    """Draw grass: blades, tufts and bare spots, brighter where drier."""
    fine = spectral_tile(generator, _TILE_PX, slope=0.6, coarsest_px=8.0)
    tufts = spectral_tile(generator, _TILE_PX, slope=1.2, coarsest_px=40.0)
    dry = spectral_tile(generator, _TILE_PX, slope=1.5, coarsest_px=90.0)
    tone = 1.0 + 0.24 * fine + 0.20 * tufts
    film = 1.0 + 0.12 * spectral_tile(generator, _TILE_PX, slope=1.7, coarsest_px=60.0)
    colour = np.stack([tone * (1 + 0.12 * dry), tone, tone * (1 - 0.08 * dry), film], axis=-1)
    level = np.clip(np.round(128.0 * colour), 0, 255).astype(np.uint8)
    column = []
    for _ in range(_TILE_LEVELS):
        framed = cv2.copyMakeBorder(level, 1, 1, 1, 1, cv2.BORDER_WRAP)
        column.append(
            cv2.copyMakeBorder(
                framed,
                0,
                0,
                0,
                _TILE_PX + 2 - framed.shape[1],
                cv2.BORDER_CONSTANT,
                value=(128,) * 4,
            )
        )
        half = level.shape[0] // 2
        level = np.asarray(cv2.resize(level, (half, half), interpolation=cv2.INTER_AREA))
    return np.concatenate(column)
