# SPDX-License-Identifier: Apache-2.0
"""Calibration of predicted uncertainty: Laplace likelihood and interval coverage."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from wpt_core.metrics.arrays import FloatArray, finite
from wpt_core.types import InputError

__all__ = [
    'COVERAGE_LEVELS',
    'Reliability',
    'laplace_coverage',
    'laplace_mixture_nll',
    'laplace_nll',
]

COVERAGE_LEVELS = tuple(round(0.1 * k, 1) for k in range(1, 10))


def laplace_nll(errors: ArrayLike, scales: ArrayLike) -> FloatArray:
    """Return (...): |error| / scale + ln(2 scale) in nats; scales (...) must be above 0."""
    away, spread = _pair(errors, scales)
    nll: FloatArray = np.abs(away) / spread + np.log(2.0 * spread)
    return nll


def laplace_mixture_nll(
    errors: ArrayLike, scales: ArrayLike, probabilities: ArrayLike
) -> FloatArray:
    """Return (...): negative log likelihood in nats of D values under H hypotheses.

    Errors and scales (..., H, D), probabilities (..., H) that sum to 1. The mixture is over the
    joint density of all D values.
    """
    each = laplace_nll(errors, scales).sum(axis=-1)
    odds = finite('probabilities', probabilities, shape=each.shape)
    if odds.min() < 0.0 or not np.allclose(odds.sum(axis=-1), 1.0, atol=1e-4):
        raise InputError('probabilities must be 0 or more and sum to 1 over the hypotheses.')
    with np.errstate(divide='ignore'):
        logs = np.log(odds) - each
    best = logs.max(axis=-1, keepdims=True)
    nll: FloatArray = -(best[..., 0] + np.log(np.exp(logs - best).sum(axis=-1)))
    return nll


@dataclass(frozen=True, slots=True)
class Reliability:
    """Observed share of true values in the central interval of each nominal level."""

    levels: tuple[float, ...]
    observed: tuple[float, ...]
    count: int

    @property
    def gap(self) -> float:
        """Mean absolute difference of nominal and observed share; 0 is calibrated."""
        return float(np.mean(np.abs(np.subtract(self.observed, self.levels))))


def laplace_coverage(
    errors: ArrayLike, scales: ArrayLike, *, levels: Sequence[float] = COVERAGE_LEVELS
) -> Reliability:
    """Return the coverage of central intervals; that of level q spans scale x ln 1/(1 - q)."""
    away, spread = _pair(errors, scales)
    if not all(0.0 < level < 1.0 for level in levels):
        raise InputError(f'levels must lie inside (0, 1), not {tuple(levels)}.')
    reach = np.abs(away) / spread
    observed = tuple(float(np.mean(reach <= -np.log1p(-level))) for level in levels)
    return Reliability(tuple(levels), observed, away.size)


def _pair(errors: ArrayLike, scales: ArrayLike) -> tuple[FloatArray, FloatArray]:
    shape = np.shape(errors)
    away, spread = finite('errors', errors, shape=shape), finite('scales', scales, shape=shape)
    if not away.size:
        raise InputError('errors must contain at least one number.')
    if spread.min() <= 0.0:
        raise InputError(f'scales must be above 0, not {spread.min():g}.')
    return away, spread
