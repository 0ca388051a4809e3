# SPDX-License-Identifier: Apache-2.0
"""The texture of the road from verge to verge, built once per drive."""

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from wpt_core.types import InputError
from wpt_sim.render.canvas import Float32
from wpt_sim.render.ground.asphalt import asphalt_tone
from wpt_sim.render.ground.field import ALBEDO_FULL
from wpt_sim.render.ground.paint import WHITE, YELLOW, paint_cover
from wpt_sim.render.ground.ripmap import Ripmap, build_ripmap
from wpt_sim.render.ground.texel_grid import TexelGrid
from wpt_sim.render.look import Look
from wpt_sim.render.texture import grass_rgb, smoothstep
from wpt_sim.road.lanes import CrossSection, Edge

__all__ = ['VERGE_M', 'build_ribbon']

VERGE_M = 3.0
"""Width of verge or pavement on each side of the paved width."""
_TEXELS = 4_000_000
"""Of the finest level; the ripmap has four times as many, of 4 bytes each."""
_ROWS_LIMIT = 15_500
_SQUAT = 1.7
"""Ratio of texel length to width; lines run along the road."""

_GRAVEL = np.array([0.20, 0.175, 0.145], np.float32)
_KERB = np.array([0.36, 0.355, 0.34], np.float32)
_SLAB = np.array([0.27, 0.262, 0.25], np.float32)


def build_ribbon(
    generator: Generator, section: CrossSection, *, length_m: float, look: Look
) -> Ripmap:
    """Build colour (linear albedo, 255 is ALBEDO_FULL) and, as fourth channel, share of paint."""
    if not length_m > 10.0:
        raise InputError(f'road: expected a length above 10 m to render, but got {length_m:.1f} m')
    grid = _texel_grid(section, length_m)
    tone = asphalt_tone(generator, grid, section=section, look=look)
    texture = np.zeros((*grid.shape, 4), np.uint8)
    level = 0.045 + 0.20 * look.asphalt
    tint = 1.0 + generator.uniform(-0.04, 0.04) * np.array([1.0, 0.2, -1.0])
    cover = _paint(generator, grid, section, texture)
    for channel, (colour, paint) in enumerate(zip(level * tint, cover[1], strict=True)):
        plane = tone * np.float32(colour)
        plane += cover[0] * (paint - plane)
        _put(texture, channel, plane)
    for side, edge in ((-1, section.right), (1, section.left)):
        _edge(generator, grid, texture, section=section, side=side, edge=edge, look=look)
    return build_ripmap(texture, length_m, right_m=grid.right_m, left_m=grid.left_m)


def _texel_grid(section: CrossSection, length_m: float) -> TexelGrid:
    right_m, left_m = section.right_edge_m - VERGE_M, section.left_edge_m + VERGE_M
    across_m = np.sqrt(length_m * (left_m - right_m) / (_TEXELS * _SQUAT))
    across_m = max(float(across_m), 0.025)
    along_m = max(across_m * _SQUAT, length_m / _ROWS_LIMIT)
    rows, columns = int(length_m / along_m), int((left_m - right_m) / across_m)
    return TexelGrid(rows, columns, length_m, right_m=right_m, left_m=left_m)


def _put(texture: NDArray[np.uint8], channel: int, plane: Float32) -> None:
    scaled = plane * np.float32(255.0 / ALBEDO_FULL) + np.float32(0.5)
    texture[..., channel] = np.clip(scaled, 0.0, 255.0, out=scaled)


def _paint(
    generator: Generator, grid: TexelGrid, section: CrossSection, texture: NDArray[np.uint8]
) -> tuple[Float32, Float32]:
    """Return share of paint (rows, columns) and its colour (3, 1, columns)."""
    cover = np.zeros(grid.shape, np.float32)
    colour = np.broadcast_to(WHITE[:, None, None], (3, 1, grid.columns)).copy()
    for marking in section.markings:
        columns, share = paint_cover(generator, grid, marking)
        cover[:, columns] = np.maximum(cover[:, columns], share)
        if marking.yellow:
            colour[:, :, columns] = YELLOW[:, None, None]
    texture[..., 3] = cover * np.float32(255.0)
    return cover, colour


def _edge(
    generator: Generator,
    grid: TexelGrid,
    texture: NDArray[np.uint8],
    *,
    section: CrossSection,
    side: int,
    edge: Edge,
    look: Look,
) -> None:
    """Draw the strip beside the paved width; `side` is -1 right, 1 left."""
    edge_m = section.left_edge_m if side > 0 else section.right_edge_m
    ends = sorted((edge_m - side * 0.3, edge_m + side * (VERGE_M + 1.0)))
    columns = grid.strip(*ends)
    strip = grid.narrow(columns)
    outside = np.float32(side) * (strip.offsets_m - np.float32(edge_m))
    part = texture[:, columns]
    if edge is Edge.KERB:
        _pavement(generator, strip, part, outside)
    else:
        gravel_m = 1.1 if edge is Edge.RAIL else float(generator.uniform(0.25, 0.6))
        _verge(generator, strip, part, outside, gravel_m=gravel_m, look=look)


def _verge(
    generator: Generator,
    strip: TexelGrid,
    part: NDArray[np.uint8],
    outside: Float32,
    *,
    gravel_m: float,
    look: Look,
) -> None:
    """Draw the broken edge of the asphalt, gravel, then grass."""
    fine = strip.noise(generator, (0.12, 0.10))
    tuft = strip.noise(generator, (0.6, 0.4))
    broken = outside + 0.03 * strip.line_noise(generator, 0.8) + 0.02 * fine
    to_gravel = smoothstep(broken, -0.02, 0.05)
    border = outside + 0.15 * strip.line_noise(generator, 5.0) + 0.08 * tuft + 0.04 * fine
    to_grass = smoothstep(border, gravel_m - 0.1, gravel_m + 0.25)
    grass_tone = 1.0 + 0.22 * fine + 0.16 * tuft
    stones = 1.0 + 0.16 * fine + 0.10 * generator.standard_normal(strip.shape, np.float32)
    grass = grass_rgb(look)
    part[..., 3] = part[..., 3] * (1.0 - to_gravel)
    for channel in range(3):
        plane = part[..., channel].astype(np.float32) * np.float32(ALBEDO_FULL / 255.0)
        plane += to_gravel * (_GRAVEL[channel] * stones - plane)
        plane += to_grass * (grass[channel] * grass_tone - plane)
        _put(part, channel, plane)


def _pavement(
    generator: Generator, strip: TexelGrid, part: NDArray[np.uint8], outside: Float32
) -> None:
    """Draw gutter, kerb stones with their shaded face, and slabs."""
    fine = 1.0 + 0.05 * generator.standard_normal(strip.shape, np.float32)
    fine += 0.05 * strip.noise(generator, (1.5, 0.7))
    slabs = 1.0 + 0.05 * _cells(generator, strip.stations_m, outside - np.float32(0.28), 0.5)
    joint = _joints(strip.stations_m, 0.5) * _joints(np.abs(outside - 0.28), 0.5)
    stone = _joints(strip.stations_m, 1.0)
    for channel in range(3):
        plane = part[..., channel].astype(np.float32) * np.float32(ALBEDO_FULL / 255.0)
        plane *= 1.0 - 0.35 * smoothstep(outside, -0.28, -0.02)
        face = _KERB[channel] * np.float32(0.55) * fine
        top = _KERB[channel] * fine * stone
        plane += smoothstep(outside, -0.01, 0.01) * (face - plane)
        plane += smoothstep(outside, 0.08, 0.10) * (top - plane)
        plane += smoothstep(outside, 0.26, 0.28) * (_SLAB[channel] * fine * slabs * joint - plane)
        _put(part, channel, plane)
    part[..., 3] = part[..., 3] * (outside < 0.0)


def _cells(generator: Generator, along_m: Float32, across_m: Float32, size_m: float) -> Float32:
    """Return one random value per slab."""
    rows = np.floor(along_m[:, 0] / size_m).astype(int)
    columns = np.floor(across_m[0] / size_m).astype(int)
    rows, columns = rows - rows.min(), columns - columns.min()
    values = generator.standard_normal((rows.max() + 1, columns.max() + 1), np.float32)
    cells: Float32 = values[rows][:, columns]
    return cells


def _joints(position_m: Float32, spacing_m: float) -> Float32:
    """Return dark joints every `spacing_m`."""
    phase = np.mod(position_m, np.float32(spacing_m))
    line: Float32 = np.float32(1.0) - np.float32(0.35) * (phase < np.float32(0.03))
    return line
