# SPDX-License-Identifier: Apache-2.0
"""The lateral profile against its definition."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wpt_sim.traffic import LateralOffset, LateralShift


@settings(max_examples=80, deadline=None)
@given(st.floats(-100, 100), st.floats(5, 120), st.floats(-4, 4), st.floats(0.01, 0.99))
def test_derivatives_are_those_of_the_offset(
    start_m: float, length_m: float, by_m: float, share: float
) -> None:
    shift = LateralShift(start_m, length_m, by_m)
    way_m, h = start_m + share * length_m, 1e-4 * length_m
    before, now, after = (shift.at(way_m + d) for d in (-h, 0.0, h))
    slope = (after.offset_m - before.offset_m) / (2 * h)
    bend = (after.slope - before.slope) / (2 * h)
    assert now.slope == pytest.approx(slope, rel=1e-5, abs=1e-6 * abs(by_m) / length_m)
    assert now.curvature_1pm == pytest.approx(bend, rel=1e-5, abs=1e-5 * abs(by_m) / length_m**2)


def test_starts_and_ends_at_rest() -> None:
    shift = LateralShift(10.0, 60.0, -3.5)
    assert shift.at(10.0) == shift.at(-5.0) == LateralOffset(0.0, 0.0, 0.0)
    assert shift.at(70.0) == shift.at(200.0) == LateralOffset(-3.5, 0.0, 0.0)
    assert shift.at(40.0).offset_m == pytest.approx(-1.75)
    assert shift.at(10.0 + 1e-6).curvature_1pm == pytest.approx(0.0, abs=1e-6)
