# SPDX-License-Identifier: Apache-2.0
"""Buffer of the features of the last two seconds, so that each image is encoded once."""

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wpt_core.model.config import StudentConfig

__all__ = ['FeatureBuffer', 'History']

Float32 = NDArray[np.float32]
_TICKS_PER_STEP = 8
"""Ticks kept per step of the history: enough for 40 Hz at steps of 0.2 s."""


@dataclass(frozen=True, eq=False, slots=True)
class History:
    """Input of the temporal model; the newest step is last."""

    features: Float32
    """(T, F)."""
    conditions: Float32
    """(T, C)."""
    known: NDArray[np.bool_]
    """(T,): False for steps without data."""


class FeatureBuffer:
    """Stores every tick and returns those that lie whole steps before the newest one.

    A planner at 20 Hz so gets a history at 5 Hz, as in training, whose newest step is now. Each
    step takes the tick nearest to its time within half a step.
    """

    def __init__(self, config: StudentConfig) -> None:
        self._config = config
        self._ticks: deque[tuple[float, Float32, Float32]] = deque(
            maxlen=_TICKS_PER_STEP * config.history
        )

    def reset(self) -> None:
        """Drop all ticks, for instance after a jump of the clock."""
        self._ticks.clear()

    def add(self, stamp_s: float, features: Float32, conditions: Float32) -> None:
        """Append one tick: features (F,), conditions (C,). A stamp that runs back resets the
        buffer."""
        if self._ticks and stamp_s < self._ticks[-1][0]:
            self._ticks.clear()
        if self._ticks and stamp_s == self._ticks[-1][0]:
            self._ticks.pop()  # the same images with newer conditions
        oldest_s = stamp_s - (self._config.history - 0.5) * self._config.history_step_s
        while self._ticks and self._ticks[0][0] < oldest_s:
            self._ticks.popleft()
        self._ticks.append((stamp_s, features, conditions))

    def history(self) -> History:
        """Return the history that ends at the newest tick; at least one tick is required."""
        count, step_s = self._config.history, self._config.history_step_s
        stamps_s = np.array([tick[0] for tick in self._ticks])
        wanted_s = stamps_s[-1] - step_s * np.arange(count - 1, -1, -1)
        away_s = np.abs(stamps_s[None, :] - wanted_s[:, None])
        nearest = away_s.argmin(axis=1)
        known = away_s[np.arange(count), nearest] < 0.5 * step_s
        return History(
            np.stack([self._ticks[index][1] for index in nearest]),
            np.stack([self._ticks[index][2] for index in nearest]),
            known,
        )
