# SPDX-License-Identifier: Apache-2.0
"""Stamps and seconds: to the nanosecond, there and back."""

from fractions import Fraction
from math import inf, nan

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip('rclpy', reason='rclpy cannot be imported; ./wpt test brings it')

from builtin_interfaces.msg import Time

from wpt_core.types import InputError
from wpt_ros.conversions.stamps import seconds, stamp_of

UNTIMED = settings(deadline=None)


@UNTIMED
@given(st.floats(0.0, 2**31 - 1.0))
def test_a_stamp_is_within_half_a_nanosecond(time_s: float) -> None:
    stamp = stamp_of(time_s)
    exact = stamp.sec + Fraction(stamp.nanosec, 10**9)
    assert abs(exact - Fraction(time_s)) <= Fraction(1, 2 * 10**9)


@UNTIMED
@given(st.floats(2.0**24, 2**31 - 1.0))
def test_seconds_that_a_clock_may_show_come_back_to_the_bit(time_s: float) -> None:
    assert seconds(stamp_of(time_s)) == time_s


@UNTIMED
@given(st.integers(0, 4_000_000), st.integers(0, 10**9 - 1))
def test_a_stamp_of_a_simulation_comes_back_to_the_nanosecond(sec: int, nanosec: int) -> None:
    assert stamp_of(seconds(Time(sec=sec, nanosec=nanosec))) == Time(sec=sec, nanosec=nanosec)


@pytest.mark.parametrize(
    ('time_s', 'sec', 'nanosec'),
    [
        (0.0, 0, 0),
        (0.1, 0, 100_000_000),
        (0.9999999996, 1, 0),
        (12.25, 12, 250_000_000),
        (1e-9, 0, 1),
        (4e-10, 0, 0),
        (2.0**31 - 1, 2**31 - 1, 0),
    ],
)
def test_known_stamps(time_s: float, sec: int, nanosec: int) -> None:
    assert stamp_of(time_s) == Time(sec=sec, nanosec=nanosec)


@pytest.mark.parametrize('time_s', [nan, inf, -inf, -1e-9, 2.0**31, 1e300])
def test_what_no_stamp_can_hold_is_refused(time_s: float) -> None:
    with pytest.raises(InputError, match=str(time_s).replace('+', '.')):
        stamp_of(time_s)


def test_a_stamp_that_is_none_has_seconds_all_the_same() -> None:
    """Whoever needs it near now finds it too old or too new."""
    assert seconds(Time(sec=-3, nanosec=500_000_000)) == -2.5
    assert seconds(Time(sec=1, nanosec=4_000_000_000)) == 5.0
