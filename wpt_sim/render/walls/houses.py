# SPDX-License-Identifier: Apache-2.0
"""House fronts of a street, each with its own height, colour and windows."""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from wpt_sim.render.canvas import Canvas, Float32
from wpt_sim.render.walls.hits import WallColumns, WallHits, filtered_comb
from wpt_sim.render.walls.lighting import Planes, Wall, paint_hits

__all__ = ['HOUSES_OUTSIDE_M', 'Houses', 'build_houses', 'paint_houses']

HOUSES_OUTSIDE_M = 6.0
"""Distance from the kerb to the fronts."""
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
    """One side of a street; house k covers the steps of `house` with value k."""

    house: NDArray[np.int32]
    """Index of the house for every half metre from -120 m."""
    height_m: Float32
    storey_m: Float32
    window_every_m: Float32
    colour: Float32
    """(houses, 3) albedo."""
    hedge: NDArray[np.bool_]
    """(houses,) True for a hedge instead of a house."""
    seed: int


def build_houses(generator: Generator, length_m: float) -> Houses:
    """Draw fronts of 7 to 20 m with two to five storeys; every sixth is a hedge."""
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
    """Render one side of the street over everything farther away."""
    hits = wall.hit(canvas, lambda s_m: houses.height_m.take(_house(houses, s_m)))
    house = _house(houses, hits.columns.s_m)
    top_m = houses.height_m.take(house).take(hits.bins)
    cover = np.minimum(top_m - hits.height_m, hits.height_m)
    cover /= hits.high_m
    cover += np.float32(0.5)
    np.clip(cover, 0.0, 1.0, out=cover)
    albedo, glass = _front(hits, houses, house, top_m=top_m)
    glow = None
    if wall.light.headlights > 0.0:
        lit = glass * (_window_hash(hits, houses, house) < _LIT)
        glow = (lit * _LAMPLIGHT[0], lit * _LAMPLIGHT[1], lit * _LAMPLIGHT[2])
    paint_hits(canvas, hits, wall=wall, cover=cover, albedo=albedo, glow=glow)


def _house(houses: Houses, s_m: Float32) -> NDArray[np.int32]:
    step = ((s_m + np.float32(_BEFORE_M)) * np.float32(1 / _STEP_M)).astype(np.intp)
    house: NDArray[np.int32] = houses.house.take(step, mode='clip')
    return house


def _front(
    hits: WallHits, houses: Houses, house: NDArray[np.int32], *, top_m: Float32
) -> tuple[Planes, Float32]:
    """Return albedo with windows, plinth and eaves, and the share of glass (n,)."""
    bins = hits.bins
    per_storey = (np.float32(1.0) / houses.storey_m.take(house)).take(bins)
    v, v_wide = hits.height_m * per_storey, hits.high_m * per_storey
    glass_across, frame_across = _windows_across(hits.columns, houses, house)
    hedge = houses.hedge.take(house).take(bins)
    below_eaves = hits.height_m < top_m - np.float32(0.4)
    wall = below_eaves & ~hedge
    glass = glass_across.take(bins) * _comb(v - np.float32(0.32), v_wide, 0.46)
    glass *= wall
    frame = frame_across.take(bins) * _comb(v - np.float32(0.28), v_wide, 0.54)
    frame *= wall
    tone = np.where(below_eaves, np.float32(1.0), np.float32(0.45))
    tone[hedge] = 0.5 + 0.3 * hits.height_m[hedge]
    tone[wall & (hits.height_m < 0.6)] = 0.72
    # Frame and glass cover the wall; the frame is its comb without the glass.
    tone *= np.float32(1.0) - frame
    frame -= glass
    albedo = [
        tone * houses.colour[:, i].take(house).take(bins) + (frame * _FRAME[i] + glass * _GLASS[i])
        for i in range(3)
    ]
    return (albedo[0], albedo[1], albedo[2]), glass


def _windows_across(
    columns: WallColumns, houses: Houses, house: NDArray[np.int32]
) -> tuple[Float32, Float32]:
    """Return the (B,) shares of glass, and of glass or frame."""
    per_window = np.float32(1.0) / houses.window_every_m.take(house)
    u, u_wide = columns.s_m * per_window, columns.wide_m * per_window
    glass = _comb(u - np.float32(0.3), u_wide, 0.40)
    return glass, _comb(u - np.float32(0.25), u_wide, 0.50)


def _comb(position: Float32, extent: Float32, share: float) -> Float32:
    return filtered_comb(position, extent, share=share)


def _window_hash(hits: WallHits, houses: Houses, house: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return a hash of 0 to 1023, constant in one window; `house` is (B,)."""
    window = hits.columns.s_m / houses.window_every_m.take(house)
    across = (window.astype(np.int32) * np.int32(7919)) ^ np.int32(houses.seed)
    per_storey = np.float32(1.0) / houses.storey_m.take(house)
    storey = (hits.height_m * per_storey.take(hits.bins)).astype(np.int32)
    mixed = (across.take(hits.bins) ^ (storey * np.int32(104729))) * np.int32(48271)
    mixed ^= mixed >> 15
    dice: NDArray[np.int32] = (mixed * np.int32(69621) >> 7) & np.int32(1023)
    return dice
