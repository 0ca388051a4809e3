# SPDX-License-Identifier: Apache-2.0
"""Confidence intervals for means over seeds and for pass counts."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from wpt_core.metrics.arrays import FloatArray, finite
from wpt_core.types import InputError

__all__ = [
    'Interval',
    'bootstrap_interval',
    'mean_interval',
    'student_quantile',
    'wilson_interval',
]


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate from `count` observations with its interval at confidence `level`."""

    estimate: float
    low: float
    high: float
    level: float
    count: int

    def __str__(self) -> str:
        return (
            f'{self.estimate:.3g} [{self.low:.3g}, {self.high:.3g}] '
            f'({100.0 * self.level:g} %, n = {self.count})'
        )


def mean_interval(values: Sequence[float], level: float = 0.95) -> Interval:
    """Return Student's interval of the mean of at least two independent runs, such as seeds."""
    sample = _sample(values, level)
    mean = float(sample.mean())
    error = float(sample.std(ddof=1)) / math.sqrt(len(sample))
    half = student_quantile(0.5 + 0.5 * level, len(sample) - 1) * error
    return Interval(mean, mean - half, mean + half, level, len(sample))


def bootstrap_interval(
    values: Sequence[float],
    generator: np.random.Generator,
    *,
    level: float = 0.95,
    resamples: int = 2000,
) -> Interval:
    """Return the percentile bootstrap interval of the mean of many skewed values.

    With fewer than about ten values it is too narrow; use `mean_interval` there.
    """
    sample = _sample(values, level)
    if resamples < 100:
        raise InputError(f'resamples must be at least 100, not {resamples}.')
    drawn = generator.integers(0, len(sample), (resamples, len(sample)))
    low, high = np.quantile(sample[drawn].mean(axis=1), [0.5 - 0.5 * level, 0.5 + 0.5 * level])
    return Interval(float(sample.mean()), float(low), float(high), level, len(sample))


def wilson_interval(passes: int, trials: int, level: float = 0.95) -> Interval:
    """Return Wilson's interval of a pass rate; valid also at 0 and at all passed."""
    _check_level(level)
    if trials < 1 or not 0 <= passes <= trials:
        raise InputError(f'passes must lie between 0 and trials >= 1, not {passes} of {trials}.')
    z = NormalDist().inv_cdf(0.5 + 0.5 * level)
    rate = passes / trials
    shrink = 1.0 + z * z / trials
    centre = (rate + z * z / (2 * trials)) / shrink
    half = z / shrink * math.sqrt(rate * (1.0 - rate) / trials + z * z / (4 * trials**2))
    # At 0 and 1 the interval touches the rate; rounding must not exclude it.
    low, high = min(max(centre - half, 0.0), rate), max(min(centre + half, 1.0), rate)
    return Interval(rate, low, high, level, trials)


def student_quantile(probability: float, degrees: int) -> float:
    """Return the t quantile of Student's distribution with whole `degrees` >= 1."""
    if degrees < 1 or not 0.0 < probability < 1.0:
        raise InputError(
            f'a t quantile needs degrees >= 1 and a probability inside (0, 1), '
            f'not {degrees} and {probability}.'
        )
    low, high = -math.pi / 2, math.pi / 2
    for _ in range(64):
        middle = 0.5 * (low + high)
        if _student_cdf(middle, degrees) < probability:
            low = middle
        else:
            high = middle
    return math.sqrt(degrees) * math.tan(0.5 * (low + high))


def _student_cdf(angle_rad: float, degrees: int) -> float:
    """Return Student's cdf at t = sqrt(degrees) tan(angle), as a finite series."""
    cos, sin = math.cos(angle_rad), math.sin(angle_rad)
    odd = degrees % 2 == 1
    term, total = (cos, cos if degrees > 1 else 0.0) if odd else (1.0, 1.0)
    for k in range(3 if odd else 2, degrees - 1, 2):
        term *= (k - 1) / k * cos * cos
        total += term
    inside = 2.0 / math.pi * (angle_rad + sin * total) if odd else sin * total
    return 0.5 + 0.5 * inside


def _sample(values: Sequence[float], level: float) -> FloatArray:
    _check_level(level)
    sample = finite('values', values, shape=(None,))
    if len(sample) < 2:
        raise InputError(f'an interval needs at least 2 values, not {len(sample)}.')
    return sample


def _check_level(level: float) -> None:
    if not 0.0 < level < 1.0:
        raise InputError(f'level must lie inside (0, 1), such as 0.95, not {level}.')
