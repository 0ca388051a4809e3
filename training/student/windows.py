# SPDX-License-Identifier: Apache-2.0
"""Which samples a step of a training looks at: short histories, drawn at random."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from training.student.sample_table import SampleTable

__all__ = ['Windows']


class Windows:
    """Histories that end at a labelled moment, a batch at a time."""

    def __init__(
        self, table: SampleTable, history: int, *, size: int, chances: NDArray[np.float64] | None
    ) -> None:
        self._size, self._history = size, history
        known = table.known.numpy()
        self._ends = np.flatnonzero(known > 0)
        episode = np.searchsorted(table.starts, self._ends, side='right') - 1
        self._begins = table.starts[episode]
        weights = np.ones(len(self._ends)) if chances is None else chances[episode]
        self._up_to = np.cumsum(weights) / weights.sum()

    def drawn(self, generator: np.random.Generator) -> tuple[Tensor, Tensor]:
        """(B, T) samples, the newest last, and which of them lie in the drive."""
        which = np.searchsorted(self._up_to, generator.random(self._size), side='right')
        which = np.minimum(which, len(self._ends) - 1)
        back = np.arange(self._history - 1, -1, -1)
        rows = self._ends[which, None] - back
        begins = self._begins[which, None]
        return torch.from_numpy(np.maximum(rows, begins)), torch.from_numpy(rows >= begins)
