# SPDX-License-Identifier: Apache-2.0
"""A grid of texels in road coordinates, with noise and line drawing."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from wpt_sim.render.canvas import Float32
from wpt_sim.render.texture import blotches

__all__ = ['TexelGrid']

_SHIFT_BITS = 4


@dataclass(frozen=True, slots=True)
class TexelGrid:
    """Rows run along the road from s = 0, columns from right to left across it."""

    rows: int
    columns: int
    length_m: float
    right_m: float
    left_m: float

    @property
    def shape(self) -> tuple[int, int]:
        return self.rows, self.columns

    @property
    def texel_along_m(self) -> float:
        return self.length_m / self.rows

    @property
    def texel_across_m(self) -> float:
        return (self.left_m - self.right_m) / self.columns

    @property
    def offsets_m(self) -> Float32:
        """(1, columns) d of the texel centres."""
        d = self.right_m + (np.arange(self.columns) + 0.5) * self.texel_across_m
        return d.astype(np.float32)[None, :]

    @property
    def stations_m(self) -> Float32:
        """(rows, 1) s of the texel centres."""
        s = (np.arange(self.rows) + 0.5) * self.texel_along_m
        return s.astype(np.float32)[:, None]

    def noise(self, generator: Generator, cell_m: tuple[float, float]) -> Float32:
        """Return smooth noise of deviation 1 with this cell size along and across."""
        cell = (cell_m[0] / self.texel_along_m, cell_m[1] / self.texel_across_m)
        return blotches(generator, self.shape, cell)

    def line_noise(self, generator: Generator, cell_m: float) -> Float32:
        """Return (rows, 1) noise that varies along the road only."""
        return blotches(generator, (self.rows, 2), (cell_m / self.texel_along_m, 2.0))[:, :1]

    def strip(self, from_m: float, to_m: float) -> slice:
        """Return the columns with centres between two offsets."""
        ends = (np.array([from_m, to_m]) - self.right_m) / self.texel_across_m
        first, last = np.clip(np.round(ends), 0, self.columns).astype(int)
        return slice(int(first), int(last))

    def stretch(self, from_m: float, to_m: float) -> slice:
        """Return the rows with centres between two arc lengths."""
        ends = np.array([from_m, to_m]) / self.texel_along_m
        first, last = np.clip(np.round(ends), 0, self.rows).astype(int)
        return slice(int(first), int(last))

    def narrow(self, columns: slice) -> 'TexelGrid':
        """Return the grid of these columns."""
        right_m, left_m = (
            self.right_m + column * self.texel_across_m for column in (columns.start, columns.stop)
        )
        count = columns.stop - columns.start
        return TexelGrid(self.rows, count, self.length_m, right_m=right_m, left_m=left_m)

    def multiply_line(
        self, texture: Float32, points_sd: NDArray[np.float64], *, width_m: float, factor: float
    ) -> None:
        """Multiply an antialiased polyline (N, 2) of (s, d) into the texture."""
        pixels = self._pixels(points_sd)
        low = np.maximum(np.floor(pixels.min(axis=0)).astype(int) - 3, 0)
        high = np.minimum(np.ceil(pixels.max(axis=0)).astype(int) + 4, (self.columns, self.rows))
        if np.any(high <= low):
            return
        mask = np.zeros((high[1] - low[1], high[0] - low[0]), np.uint8)
        fixed = np.round((pixels - low) * (1 << _SHIFT_BITS)).astype(np.int32)
        texel_m = min(self.texel_across_m, self.texel_along_m)
        thick = max(1, round(width_m / texel_m))
        strength = min(1.0, width_m / (thick * texel_m))
        cv2.polylines(mask, [fixed], False, 255, thick, cv2.LINE_AA, _SHIFT_BITS)
        window = texture[low[1] : high[1], low[0] : high[0]]
        window *= 1.0 - mask.astype(np.float32) * np.float32(strength * (1.0 - factor) / 255.0)

    def _pixels(self, points_sd: NDArray[np.float64]) -> NDArray[np.float64]:
        columns = (points_sd[:, 1] - self.right_m) / self.texel_across_m - 0.5
        return np.stack([columns, points_sd[:, 0] / self.texel_along_m - 0.5], axis=-1)
