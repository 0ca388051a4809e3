# SPDX-License-Identifier: Apache-2.0
"""Conversions between stamps of messages and seconds on the same clock."""

from math import isfinite
from typing import Protocol

from builtin_interfaces.msg import Time

from wpt_core.types import InputError

__all__ = ['Stamp', 'check_ahead', 'seconds', 'stamp_of']

_NS_A_SECOND = 10**9
_LAST_S = 2**31
"""`sec` is an int32; this is in the year 2038."""
_MOST_AHEAD_S = 0.1
"""Clocks of two computers differ, and a simulated clock advances in steps."""


class Stamp(Protocol):
    """A `builtin_interfaces/Time`, or a type with the same fields."""

    @property
    def sec(self) -> int: ...
    @property
    def nanosec(self) -> int: ...


def seconds(stamp: Stamp) -> float:
    """Return the nearest float; for today's dates its resolution is a quarter of a microsecond."""
    return (stamp.sec * _NS_A_SECOND + stamp.nanosec) / _NS_A_SECOND


def check_ahead(stamp_s: float, now_s: float) -> None:
    """Raise InputError for a stamp in the future."""
    if not stamp_s <= now_s + _MOST_AHEAD_S:
        raise InputError(
            f'the stamp is {stamp_s - now_s:.3g} s ahead of the clock here, expected at most '
            f'{_MOST_AHEAD_S:g} s; synchronise the clocks'
        )


def stamp_of(time_s: float) -> Time:
    """Return the stamp to the nearest nanosecond; raise InputError for a time out of range."""
    if not (isfinite(time_s) and time_s >= 0.0):
        raise InputError(f'a stamp must be finite and not negative, got {time_s} s')
    # Integers: a product of floats would be wrong by up to a microsecond.
    over, under = time_s.as_integer_ratio()
    sec, nanosec = divmod((2 * over * _NS_A_SECOND + under) // (2 * under), _NS_A_SECOND)
    if sec >= _LAST_S:
        raise InputError(f'a stamp must be before {_LAST_S} s, got {time_s} s')
    return Time(sec=sec, nanosec=nanosec)
