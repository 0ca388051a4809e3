# SPDX-License-Identifier: Apache-2.0
"""Exact search for the nearest sample of a path, for many points."""

from math import ceil, sqrt

import numpy as np
from numpy.typing import NDArray

from wpt_core.geometry.transforms import FloatArray

__all__ = ['NearestSample']

_CHUNK = 4096
"""Points per batch, so that the distances to all runs stay in the cache."""


class NearestSample:
    """Samples (M, 2) in order along a path, in runs with a bounding circle each.

    A run whose circle is entirely farther away than the far side of another circle cannot contain
    the nearest sample; only the samples of the few remaining runs are measured.
    """

    def __init__(self, samples: FloatArray) -> None:
        run = max(ceil(sqrt(len(samples))), 1)
        count = ceil(len(samples) / run)
        # The last run is padded with its last sample.
        self._index = np.minimum(np.arange(count * run).reshape(count, run), len(samples) - 1)
        self._runs = samples[self._index]
        self._centres = (self._runs.min(axis=1) + self._runs.max(axis=1)) / 2
        spread = self._runs - self._centres[:, None]
        self._radii = np.hypot(spread[..., 0], spread[..., 1]).max(axis=1)

    def nearest(self, points: FloatArray) -> NDArray[np.intp]:
        """Return the index (n,) of the sample nearest to each point (n, 2); the first of
        equals."""
        chunks = [points[at : at + _CHUNK] for at in range(0, len(points), _CHUNK)]
        found = [self._search(chunk) for chunk in chunks]
        return np.concatenate(found) if found else np.zeros(0, dtype=np.intp)

    def _search(self, points: FloatArray) -> NDArray[np.intp]:
        gaps = points[:, None] - self._centres
        apart = np.sqrt(gaps[..., 0] ** 2 + gaps[..., 1] ** 2)
        surely = (apart + self._radii).min(axis=1, keepdims=True)
        # Not greater, instead of less or equal, so that a NaN point keeps every run.
        point, run = np.nonzero(~(apart - self._radii > surely))
        gaps = self._runs[run] - points[point, None]
        squares = gaps[..., 0] ** 2 + gaps[..., 1] ** 2
        best = np.argmin(squares, axis=1)
        least = squares[np.arange(len(run)), best]
        # Pairs of one point are adjacent: take the first that equals its smallest.
        each = np.arange(len(points))
        smallest = np.minimum.reduceat(least, np.searchsorted(point, each))
        winners = np.flatnonzero(~(least > smallest[point]))
        pair = winners[np.searchsorted(point[winners], each)]
        index: NDArray[np.intp] = self._index[run[pair], best[pair]]
        return index
