# SPDX-License-Identifier: Apache-2.0
"""Painted lines: the share of paint per texel."""

import numpy as np
from numpy.random import Generator

from wpt_sim.render.canvas import Float32
from wpt_sim.render.ground.texel_grid import TexelGrid
from wpt_sim.render.texture import smoothstep
from wpt_sim.road.lanes import Marking, Pattern

__all__ = ['WHITE', 'YELLOW', 'paint_cover']

WHITE = np.array([0.62, 0.62, 0.60], np.float32)
YELLOW = np.array([0.60, 0.36, 0.05], np.float32)


def paint_cover(generator: Generator, grid: TexelGrid, marking: Marking) -> tuple[slice, Float32]:
    """Return the columns that a marking touches, and their share of paint (rows, columns).

    The share is exact for texels cut by an edge, so width and position of the line are exact.
    """
    half_m = marking.width_m / 2
    columns = grid.strip(
        marking.offset_m - half_m - 2 * grid.texel_across_m,
        marking.offset_m + half_m + 2 * grid.texel_across_m,
    )
    if columns.stop <= columns.start or marking.pattern is Pattern.NONE:
        return slice(0, 0), np.zeros((grid.rows, 0), np.float32)
    strip = grid.narrow(columns)
    d = strip.offsets_m - np.float32(marking.offset_m)
    cover = _overlap(np.abs(d), half_m, grid.texel_across_m) * np.ones((grid.rows, 1), np.float32)
    if marking.pattern is Pattern.DASHED:
        cover *= _dashes(grid, marking)
    return columns, cover * _wear(generator, strip, marking.wear)


def _overlap(distance: Float32, half_m: float, texel_m: float) -> Float32:
    """Return the painted share of texels at this distance from the middle of a stroke."""
    share: Float32 = np.clip((half_m - distance) / texel_m + 0.5, 0.0, 1.0)
    return share


def _dashes(grid: TexelGrid, marking: Marking) -> Float32:
    """Return the (rows, 1) share of dashes that start at s = 0 and repeat."""
    period_m = marking.dash_m + marking.gap_m
    s = np.mod(grid.stations_m - np.float32(marking.dash_m / 2), np.float32(period_m))
    distance = np.minimum(s, np.float32(period_m) - s)
    return _overlap(distance, marking.dash_m / 2, grid.texel_along_m)


def _wear(generator: Generator, grid: TexelGrid, wear: float) -> Float32:
    """Return the (rows, columns) share of paint left by wear; fresh paint is slightly uneven."""
    noise = 0.5 * grid.noise(generator, (1.2, 0.6)) + 0.35 * grid.noise(generator, (9.0, 2.0))
    noise += 0.55 * grid.noise(generator, (0.12, 0.06))
    bare = smoothstep(noise, 1.9 - 3.4 * wear, 2.7 - 3.0 * wear)
    fade = np.float32(1.0 - 0.35 * wear)
    left: Float32 = (1.0 - bare) * fade * (0.94 + 0.03 * noise)
    return np.clip(left, 0.0, 1.0)
