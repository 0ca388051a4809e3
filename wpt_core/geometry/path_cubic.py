# SPDX-License-Identifier: Apache-2.0
"""The piecewise cubic behind a path, evaluated for arrays and, faster, for single points.

One table serves both. Row k holds for arc lengths from `s_m[k - 1]` to `s_m[k]`; the first and the
last row are the straight extensions, so a look-up needs no special case.
"""

from bisect import bisect_right
from math import cos, sin

import numpy as np

from wpt_core.geometry.transforms import FloatArray

__all__ = ['LEAST_SLOPE', 'STEPS', 'TOLERANCE_M', 'PointSolver', 'cubic_table', 'frames']


def cubic_table(points_m: FloatArray, s_m: FloatArray, *, headings_rad: FloatArray) -> FloatArray:
    """Return (N + 1, 11): start s, x0..x3, y0..y3 in powers of s - start, heading, its slope."""
    tangents = np.stack([np.cos(headings_rad), np.sin(headings_rad)], axis=-1)
    h = np.diff(s_m)[:, None]
    chord = np.diff(points_m, axis=0) / h
    square = (3 * chord - 2 * tangents[:-1] - tangents[1:]) / h
    cube = (tangents[:-1] + tangents[1:] - 2 * chord) / h**2
    inner = _rows(s_m[:-1], points_m[:-1], tangents[:-1], square, cube, headings_rad[:-1])
    inner[:, 10] = np.diff(headings_rad) / h[:, 0]
    ends = [0, -1]
    none = np.zeros((2, 2))
    outer = _rows(s_m[ends], points_m[ends], tangents[ends], none, none, headings_rad[ends])
    return np.concatenate([outer[:1], inner, outer[1:]])


def frames(table: FloatArray, s_m: FloatArray, *, at_m: FloatArray) -> FloatArray:
    """Return (..., 4): x, y, heading and its slope at arc lengths `at_m` (...)."""
    row = table[np.searchsorted(s_m, at_m, side='right')]
    u = (at_m - row[..., 0])[..., None]
    xy = row[..., [1, 5]] + u * (row[..., [2, 6]] + u * (row[..., [3, 7]] + u * row[..., [4, 8]]))
    heading = row[..., 9:10] + u * row[..., 10:]
    return np.concatenate([xy, heading, row[..., 10:]], axis=-1)


def _rows(start: FloatArray, *columns: FloatArray) -> FloatArray:
    """Assemble rows with a heading slope of 0."""
    c0, c1, c2, c3, heading = columns
    x, y = (np.stack([c[:, axis] for c in (c0, c1, c2, c3)], axis=-1) for axis in (0, 1))
    return np.column_stack([start, x, y, heading, np.zeros_like(start)])


STEPS = 30
TOLERANCE_M = 1e-10
LEAST_SLOPE = 0.05
"""Keeps Newton's method stable near the centre of curvature."""


class PointSolver:
    """Evaluates a path's cubic table for single points in plain floats, for control loops."""

    def __init__(self, table: FloatArray, s_m: FloatArray) -> None:
        self._rows: list[list[float]] = table.tolist()
        self._s: list[float] = s_m.tolist()

    def frame(self, s_m: float) -> tuple[float, float, float, float]:
        """Return x, y, heading and the slope of the heading."""
        start, x0, x1, x2, x3, y0, y1, y2, y3, heading, slope = self._rows[
            bisect_right(self._s, s_m)
        ]
        u = s_m - start
        x = x0 + u * (x1 + u * (x2 + u * x3))
        y = y0 + u * (y1 + u * (y2 + u * y3))
        return x, y, heading + u * slope, slope

    def foot(self, x_m: float, y_m: float, *, near_s_m: float) -> tuple[float, float]:
        """Return arc length and left-positive offset of the foot closest to `near_s_m`."""
        s = near_s_m
        for _ in range(STEPS):
            x, y, heading, slope = self.frame(s)
            c, d = cos(heading), sin(heading)
            dx, dy = x_m - x, y_m - y
            offset = c * dy - d * dx
            step = (c * dx + d * dy) / max(1.0 - offset * slope, LEAST_SLOPE)
            if abs(step) < TOLERANCE_M:
                break
            s += step
        return s, offset
