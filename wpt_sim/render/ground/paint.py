# SPDX-License-Identifier: Apache-2.0
"""Painted lines: how much of each texel is covered by paint."""

import numpy as np
from numpy.random import Generator

from wpt_sim.render.canvas import Float32
from wpt_sim.render.ground.sheet import Sheet
from wpt_sim.render.texture import smoothstep
from wpt_sim.road.lanes import Marking, Pattern

__all__ = ['WHITE', 'YELLOW', 'paint_cover']

WHITE = np.array([0.62, 0.62, 0.60], np.float32)
YELLOW = np.array([0.60, 0.36, 0.05], np.float32)


def paint_cover(generator: Generator, sheet: Sheet, marking: Marking) -> tuple[slice, Float32]:
    """The columns that a marking touches, and the share (rows, columns of it) that is painted.

    The share is exact for texels cut by an edge, so that a line has its true width and place.
    """
    half_m = marking.width_m / 2
    columns = sheet.strip(
        marking.offset_m - half_m - 2 * sheet.texel_across_m,
        marking.offset_m + half_m + 2 * sheet.texel_across_m,
    )
    if columns.stop <= columns.start or marking.pattern is Pattern.NONE:
        return slice(0, 0), np.zeros((sheet.rows, 0), np.float32)
    strip = sheet.narrow(columns)
    d = strip.offsets_m - np.float32(marking.offset_m)
    cover = _overlap(np.abs(d), half_m, sheet.texel_across_m) * np.ones(
        (sheet.rows, 1), np.float32
    )
    if marking.pattern is Pattern.DASHED:
        cover *= _dashes(sheet, marking)
    return columns, cover * _wear(generator, strip, marking.wear)


def _overlap(distance: Float32, half_m: float, texel_m: float) -> Float32:
    """Share of a texel, its centre so far from the middle of a stroke, that is painted."""
    share: Float32 = np.clip((half_m - distance) / texel_m + 0.5, 0.0, 1.0)
    return share


def _dashes(sheet: Sheet, marking: Marking) -> Float32:
    """(rows, 1): dashes start at s = 0 and repeat."""
    period_m = marking.dash_m + marking.gap_m
    s = np.mod(sheet.stations_m - np.float32(marking.dash_m / 2), np.float32(period_m))
    distance = np.minimum(s, np.float32(period_m) - s)
    return _overlap(distance, marking.dash_m / 2, sheet.texel_along_m)


def _wear(generator: Generator, sheet: Sheet, wear: float) -> Float32:
    """(rows, columns) share that traffic has left; fresh paint is only a little uneven."""
    noise = 0.5 * sheet.noise(generator, (1.2, 0.6)) + 0.35 * sheet.noise(generator, (9.0, 2.0))
    noise += 0.55 * sheet.noise(generator, (0.12, 0.06))
    bare = smoothstep(noise, 1.9 - 3.4 * wear, 2.7 - 3.0 * wear)
    fade = np.float32(1.0 - 0.35 * wear)
    left: Float32 = (1.0 - bare) * fade * (0.94 + 0.03 * noise)
    return np.clip(left, 0.0, 1.0)
