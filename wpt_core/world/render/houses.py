# SPDX-License-Identifier: Apache-2.0
"""The fronts of a street: houses wall to wall, each with its own height, colour and windows."""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from wpt_core.world.render.canvas import Canvas, Float32
from wpt_core.world.render.wall_light import Wall, paint_hits
from wpt_core.world.render.walls import Hits, steady_cover

__all__ = ['HOUSES_OUTSIDE_M', 'Houses', 'build_houses', 'paint_houses']

HOUSES_OUTSIDE_M = 6.0
"""Between the kerb and the fronts."""
_STEP_M = 0.5
_BEFORE_M = 120.0
_PLASTER = np.array(
    [[0.50, 0.46, 0.40], [0.55, 0.50, 0.36], [0.42, 0.24, 0.17], [0.46, 0.46, 0.45],
     [0.36, 0.30, 0.25], [0.58, 0.56, 0.53], [0.40, 0.42, 0.40]],
    np.float32,
)  # fmt: skip
_HEDGE = np.array([0.045, 0.075, 0.025], np.float32)
_GLASS = np.array([0.075, 0.085, 0.10], np.float32)
_FRAME = np.array([0.55, 0.55, 0.53], np.float32)
_LAMPLIGHT = np.array([0.050, 0.034, 0.016], np.float32)
_LIT = 330
"""Of 1024 windows at night."""


@dataclass(frozen=True, eq=False, slots=True)
class Houses:
    """One side of a street; house k covers the steps of `house` that hold k."""

    house: NDArray[np.int32]
    """Index of the house for every half metre from -120 m on."""
    height_m: Float32
    storey_m: Float32
    window_every_m: Float32
    colour: Float32
    """(houses, 3) albedo."""
    hedge: NDArray[np.bool_]
    """Whether there is no house but a hedge."""
    seed: int


def build_houses(generator: Generator, length_m: float) -> Houses:
    """Fronts of 7 to 20 m with two to five storeys; every sixth is a garden behind a hedge."""
    widths = generator.uniform(7.0, 20.0, int((length_m + 2 * _BEFORE_M) / 7.0) + 2)
    ends = np.cumsum(widths)
    steps = np.arange(0.0, length_m + 2 * _BEFORE_M, _STEP_M)
    count = len(widths)
    hedge = generator.random(count) < 0.17
    storey = generator.uniform(2.8, 3.4, count)
    height = storey * generator.integers(2, 6, count) + generator.uniform(0.4, 1.2, count)
    colour = _PLASTER[generator.integers(0, len(_PLASTER), count)]
    colour = colour * generator.uniform(0.75, 1.05, (count, 1)).astype(np.float32)
    colour[hedge] = _HEDGE
    return Houses(
        house=np.searchsorted(ends, steps).astype(np.int32),
        height_m=np.where(hedge, generator.uniform(1.2, 2.2, count), height).astype(np.float32),
        storey_m=storey.astype(np.float32),
        window_every_m=generator.uniform(1.9, 3.2, count).astype(np.float32),
        colour=colour,
        hedge=hedge,
        seed=int(generator.integers(1, 1 << 20)),
    )


def paint_houses(canvas: Canvas, wall: Wall, houses: Houses) -> None:
    """Paint a side of the street over what is farther away."""
    hits = wall.hit(float(houses.height_m.max()))
    step = ((hits.s_m + np.float32(_BEFORE_M)) / np.float32(_STEP_M)).astype(np.intp)
    house = houses.house[np.clip(step, 0, len(houses.house) - 1)]
    top = houses.height_m[house]
    cover = np.clip((top - hits.height_m) / hits.high_m + 0.5, 0.0, 1.0)
    cover *= np.clip(hits.height_m / hits.high_m + 0.5, 0.0, 1.0)
    cover *= (hits.s_m > -95.0) & (step < len(houses.house) - 60)
    cells = (
        np.floor(hits.height_m / houses.storey_m[house]),
        np.floor(hits.s_m / houses.window_every_m[house]),
    )
    albedo, glass = _front(hits, houses, house)
    glow = None
    if wall.light.lamps and wall.light.headlights > 0.0:
        lit = _dice(cells, houses.seed) < _LIT
        glow = (glass * lit)[:, None] * _LAMPLIGHT
    paint_hits(canvas, hits, wall=wall, cover=cover.astype(np.float32), albedo=albedo, glow=glow)


def _front(hits: Hits, houses: Houses, house: NDArray[np.int32]) -> tuple[Float32, Float32]:
    """Albedo (n, 3) with windows, plinth and eaves; share of glass (n,)."""
    storey, every = houses.storey_m[house], houses.window_every_m[house]
    v, v_wide = hits.height_m / storey, hits.high_m / storey
    u, u_wide = hits.s_m / every, hits.wide_m / every
    wall = (~houses.hedge[house]) & (hits.height_m < houses.height_m[house] - 0.4)
    glass = _comb(u - 0.3, u_wide, 0.40) * _comb(v - 0.32, v_wide, 0.46) * wall
    frame = _comb(u - 0.25, u_wide, 0.50) * _comb(v - 0.28, v_wide, 0.54) * wall - glass
    colour = houses.colour[house]
    grain = (hits.s_m * 3.1).astype(np.int32) * 40503 + (hits.height_m * 5).astype(np.int32) * 7919
    tone = 0.94 + 0.12 * ((grain & 255) / np.float32(255.0))
    tone = np.where(houses.hedge[house], 0.6 + 0.35 * hits.height_m * tone, tone)
    tone *= np.where((hits.height_m < 0.6) & wall, 0.72, 1.0)
    eaves = (~houses.hedge[house]) & ~wall
    tone *= np.where(eaves, 0.45, 1.0)
    albedo = colour * tone[:, None].astype(np.float32)
    albedo += frame[:, None] * (_FRAME - albedo)
    albedo += glass[:, None] * (_GLASS - albedo)
    return albedo.astype(np.float32), glass.astype(np.float32)


def _comb(position: Float32, extent: Float32, share: float) -> Float32:
    return steady_cover(position.astype(np.float32), extent.astype(np.float32), share=share)


def _dice(cells: tuple[Float32, Float32], seed: int) -> NDArray[np.int64]:
    """0 to 1023, the same for the same window."""
    a, b = (cell.astype(np.int64) for cell in cells)
    mixed = (a * 73856093) ^ (b * 19349663) ^ seed
    mixed ^= mixed >> 13
    dice: NDArray[np.int64] = (mixed * 1274126177 >> 8) & 1023
    return dice
