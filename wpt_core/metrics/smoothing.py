# SPDX-License-Identifier: Apache-2.0
"""Derivatives of sampled signals that survive their noise."""

import math

import numpy as np

from wpt_core.metrics.arrays import FloatArray
from wpt_core.types import InputError

__all__ = ['local_polynomial']


def local_polynomial(
    values: FloatArray, step_s: float, *, window: int, order: int, derivative: int
) -> FloatArray:
    """A derivative of `values` (N, ...) from a polynomial fitted around each sample.

    Least squares over the nearest `window` samples (Savitzky-Golay); near the ends, where the
    window cannot be centred, the polynomial of the first or last full window is read off centre.
    Exact for polynomials up to `order`.
    """
    count = len(values)
    if not derivative <= order < window <= count:
        raise InputError(
            f'a fit of order {order} for derivative {derivative} needs more than {order} and at '
            f'most {count} samples (all there are) in its window, not {window}.'
        )
    first = np.clip(np.arange(count) - window // 2, 0, count - window)
    weights = _weights(step_s, window, order=order, derivative=derivative)
    around = values[first[:, None] + np.arange(window)]
    result: FloatArray = np.einsum('nw,nw...->n...', weights[np.arange(count) - first], around)
    return result


def _weights(step_s: float, window: int, *, order: int, derivative: int) -> FloatArray:
    """(window, window): row i weighs the samples for the derivative at sample i of the window."""
    # Times in units of half a window keep the fit well conditioned for any step.
    unit_s = 0.5 * window * step_s
    times = (np.arange(window) - 0.5 * (window - 1)) * step_s / unit_s
    coefficients = np.linalg.pinv(np.vander(times, order + 1, increasing=True))
    powers = np.arange(derivative, order + 1)
    factors = np.array([math.perm(int(power), derivative) for power in powers])
    basis = factors * times[:, None] ** (powers - derivative)
    weights: FloatArray = basis @ coefficients[derivative:] / unit_s**derivative
    return weights
