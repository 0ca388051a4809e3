# SPDX-License-Identifier: Apache-2.0
"""How fast, how much faster, and how sure is that? Runs are summed up, never averaged away."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ['Run', 'Spread', 'ratios', 'spread']


@dataclass(frozen=True, slots=True)
class Run:
    """Some frames, and the time that they took."""

    frames: int
    wall_s: float
    processor_s: float
    """Of all threads of the process; a busy machine lengthens this far less than `wall_s`."""
    peak_mb: float
    """Largest resident memory of the process so far."""

    @property
    def frames_per_s(self) -> float:
        """Of processor time."""
        return self.frames / self.processor_s

    @property
    def frames_per_wall_s(self) -> float:
        return self.frames / self.wall_s


@dataclass(frozen=True, slots=True)
class Spread:
    """A figure over several runs."""

    median: float
    low: float
    high: float

    def __str__(self) -> str:
        """Three digits tell more than the runs differ by."""
        return f'{self.median:.3g} ({self.low:.3g} to {self.high:.3g})'


def spread(values: Sequence[float]) -> Spread:
    """Median, smallest and largest; ValueError if there are none."""
    if not values:
        raise ValueError('spread: no runs to sum up; expected at least one')
    return Spread(statistics.median(values), min(values), max(values))


def ratios(ours: Sequence[Run], theirs: Sequence[Run]) -> list[float]:
    """How many times the frames per processor second, each run against the one beside it.

    Runs are paired because the machine's clock and its other users change slowly: what slows one
    of a pair slows the other.
    """
    pairs = zip(ours, theirs, strict=True)
    return [our.frames_per_s / their.frames_per_s for our, their in pairs]
