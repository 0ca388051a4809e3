# SPDX-License-Identifier: Apache-2.0
"""Checks of input arrays: finite and of the stated shape; else raise InputError."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from wpt_core.types import InputError

BoolArray = NDArray[np.bool_]
FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

TIME_TOLERANCE_S = 1e-6
"""Rounding error of a clock that sums 0.05 s steps for hours."""


def finite(name: str, values: ArrayLike, *, shape: tuple[int | None, ...]) -> FloatArray:
    """Return `values` as float64 of `shape` (None: any length); else raise InputError."""
    array = np.asarray(values, dtype=np.float64)
    _check_shape(name, array.shape, shape)
    if not np.isfinite(array).all():
        bad = int(np.count_nonzero(~np.isfinite(array)))
        raise InputError(
            f'{name} must be finite: {bad} of {array.size} values are NaN or infinite; '
            'drop or fill them first.'
        )
    return array


def flags(name: str, values: ArrayLike, *, shape: tuple[int | None, ...]) -> BoolArray:
    """Return `values` as booleans of `shape`; else raise InputError."""
    array = np.asarray(values)
    _check_shape(name, array.shape, shape)
    if array.dtype != np.bool_:
        raise InputError(f'{name} must hold booleans, not {array.dtype}.')
    return array


def rising(name: str, values: ArrayLike, *, least: int) -> FloatArray:
    """Return at least `least` finite, strictly increasing times; else raise InputError."""
    times_s = finite(name, values, shape=(None,))
    if len(times_s) < least:
        raise InputError(f'{name} must hold at least {least} times, not {len(times_s)}.')
    if (np.diff(times_s) <= 0.0).any():
        where = int(np.argmax(np.diff(times_s) <= 0.0))
        raise InputError(
            f'{name} must rise: {times_s[where + 1]:g} s follows {times_s[where]:g} s '
            f'at index {where + 1}; sort and deduplicate it.'
        )
    return times_s


def fixed_step_s(name: str, times_s: FloatArray) -> float:
    """Return the step of evenly spaced times; raise InputError if they are not."""
    steps_s = np.diff(times_s)
    if np.ptp(steps_s) > 0.01 * steps_s.mean():
        raise InputError(
            f'{name} must be evenly spaced within 1 %: steps run from {steps_s.min():g} to '
            f'{steps_s.max():g} s; resample first.'
        )
    return float(steps_s.mean())


def within(name: str, times_s: FloatArray, *, known_s: FloatArray) -> FloatArray:
    """Return `times_s` clipped to the known span; raise InputError for times outside it."""
    low, high = float(known_s[0]), float(known_s[-1])
    if times_s.min() < low - TIME_TOLERANCE_S or times_s.max() > high + TIME_TOLERANCE_S:
        raise InputError(
            f'{name} covers {low:g} to {high:g} s, requested are '
            f'{times_s.min():g} to {times_s.max():g} s.'
        )
    return np.clip(times_s, low, high)


def _check_shape(name: str, got: tuple[int, ...], wanted: tuple[int | None, ...]) -> None:
    fits = len(got) == len(wanted) and all(
        want is None or have == want for have, want in zip(got, wanted, strict=True)
    )
    if not fits:
        text = ' x '.join('any' if want is None else str(want) for want in wanted)
        raise InputError(f'{name} must have shape ({text}), not ({" x ".join(map(str, got))}).')
