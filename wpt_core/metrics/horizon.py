# SPDX-License-Identifier: Apache-2.0
"""Open-loop figures at 1, 2 and 3 s, in both published conventions."""

from dataclasses import dataclass

import numpy as np

from wpt_core.metrics.arrays import FloatArray, finite
from wpt_core.types import InputError

__all__ = ['OPEN_LOOP_SAMPLING', 'HorizonFigures', 'Sampling']


@dataclass(frozen=True, slots=True)
class Sampling:
    """Sample times of the comparison: 1/rate, 2/rate, ... up to the last horizon."""

    rate_hz: float = 2.0
    horizons_s: tuple[float, ...] = (1.0, 2.0, 3.0)

    def __post_init__(self) -> None:
        rate_hz = float(finite('Sampling.rate_hz', self.rate_hz, shape=()))
        steps = finite('Sampling.horizons_s', self.horizons_s, shape=(None,)) * rate_hz
        whole = np.allclose(steps, np.round(steps), atol=1e-9)
        if not len(steps) or not whole or steps.min() < 1.0 or (np.diff(steps) <= 0.0).any():
            raise InputError(
                f'Sampling.horizons_s must rise in whole steps of 1/{rate_hz:g} s, '
                f'not {self.horizons_s}.'
            )

    @property
    def times_s(self) -> FloatArray:
        return np.arange(1, self.steps[-1] + 1) / self.rate_hz

    @property
    def steps(self) -> tuple[int, ...]:
        """Number of samples up to and including each horizon."""
        return tuple(round(horizon_s * self.rate_hz) for horizon_s in self.horizons_s)


OPEN_LOOP_SAMPLING = Sampling()
"""The published nuScenes protocol: 0.5, 1.0, ... 3.0 s."""


@dataclass(frozen=True, slots=True)
class HorizonFigures:
    """One quantity at each horizon, always in both conventions.

    `at` is the sample at the horizon (UniAD, WPT), `mean_up_to` the mean of all samples up to it
    (ST-P3, VAD). Papers print both under the same column heads, and the same plan looks about
    twice as good under the second.
    """

    unit: str
    horizons_s: tuple[float, ...]
    at: tuple[float, ...]
    mean_up_to: tuple[float, ...]

    def __post_init__(self) -> None:
        count = len(self.horizons_s)
        finite('HorizonFigures.at', self.at, shape=(count,))
        finite('HorizonFigures.mean_up_to', self.mean_up_to, shape=(count,))

    @classmethod
    def of_steps(cls, per_step: FloatArray, sampling: Sampling, *, unit: str) -> 'HorizonFigures':
        """Build it from the quantity at each sample time."""
        return cls(
            unit,
            sampling.horizons_s,
            tuple(float(per_step[step - 1]) for step in sampling.steps),
            tuple(float(per_step[:step].mean()) for step in sampling.steps),
        )

    @property
    def average_at(self) -> float:
        """Mean over the horizons, 'avg.' in UniAD's tables."""
        return float(np.mean(self.at))

    @property
    def average_mean_up_to(self) -> float:
        """Mean over the horizons, 'avg.' in VAD's tables."""
        return float(np.mean(self.mean_up_to))

    def __str__(self) -> str:
        heads = '/'.join(f'{horizon_s:g}' for horizon_s in self.horizons_s)
        at = '/'.join(f'{value:.3f}' for value in self.at)
        mean = '/'.join(f'{value:.3f}' for value in self.mean_up_to)
        return f'at {heads} s: {at} {self.unit}; mean up to {heads} s: {mean} {self.unit}'
