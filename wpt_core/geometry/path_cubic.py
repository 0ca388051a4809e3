# SPDX-License-Identifier: Apache-2.0
"""The piecewise cubic behind a path, as one table that arrays and single points both read.

Row k serves arc lengths from `s_m[k - 1]` up to `s_m[k]`; the first and the last row are the
straight extensions, so looking a row up needs no special case.
"""

import numpy as np

from wpt_core.geometry.transforms import FloatArray

__all__ = ['cubic_table', 'frames']


def cubic_table(points_m: FloatArray, s_m: FloatArray, *, headings_rad: FloatArray) -> FloatArray:
    """(N + 1, 11): start s, then x0..x3, y0..y3 in powers of s - start, heading, its slope."""
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
    """(..., 4): x, y, heading and its slope at arc lengths `at_m` (...)."""
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
