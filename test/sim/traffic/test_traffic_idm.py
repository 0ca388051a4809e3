# SPDX-License-Identifier: Apache-2.0
"""Car following against closed forms."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wpt_sim.traffic import CarFollowing, Lead, equilibrium_gap_m, following_acceleration

STYLE = CarFollowing()
DT_S = 0.05


@settings(max_examples=60, deadline=None)
@given(st.floats(0.0, 29.0), st.floats(30.0, 50.0))
def test_no_push_at_the_equilibrium_gap(speed_mps: float, wanted_mps: float) -> None:
    lead = Lead(equilibrium_gap_m(speed_mps, STYLE), speed_mps)
    push = following_acceleration(speed_mps, wanted_mps, lead=lead, style=STYLE)
    assert push == pytest.approx(0.0, abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(st.floats(0.0, 29.0), st.floats(0.2, 0.95))
def test_pushes_back_to_the_equilibrium_from_both_sides(speed_mps: float, share: float) -> None:
    gap_m = equilibrium_gap_m(speed_mps, STYLE)

    def push(gap_m: float) -> float:
        lead = Lead(gap_m, speed_mps)
        return following_acceleration(speed_mps, 40.0, lead=lead, style=STYLE)

    assert push(gap_m * share) < 0.0 < push(gap_m / share)


def test_following_settles_on_the_equilibrium_gap() -> None:
    gap_m, speed_mps, lead_mps = 80.0, 25.0, 15.0
    for _ in range(4000):
        lead = Lead(gap_m, lead_mps)
        speed_mps += DT_S * following_acceleration(speed_mps, 30.0, lead=lead, style=STYLE)
        gap_m += DT_S * (lead_mps - speed_mps)
    assert gap_m == pytest.approx(2.5 + 1.4 * 15.0, abs=0.01)


def test_free_road_by_hand() -> None:
    def free(speed_mps: float) -> float:
        return following_acceleration(speed_mps, 20.0, lead=None, style=STYLE)

    assert free(0.0) == pytest.approx(1.4)
    assert free(10.0) == pytest.approx(1.4 * (1.0 - 0.5**4))
    assert free(20.0) == 0.0
    assert free(40.0) == pytest.approx(-2.0 * (1.0 - 2.0 ** (-4.0 * 1.4 / 2.0)))


def test_braking_by_hand() -> None:
    """At 20 m/s towards a wall 120 m away: wanted gap 2.5 + 28 + 400 / (2 sqrt(2.8))."""
    wanted_m = 2.5 + 28.0 + 400.0 / (2.0 * math.sqrt(2.8))
    expected = 1.4 * (1.0 - (wanted_m / 120.0) ** 2)
    got = following_acceleration(20.0, 30.0, lead=Lead(120.0, 0.0), style=STYLE)
    assert got == pytest.approx(expected)


@pytest.mark.parametrize('speed_mps', [5.0, 15.0, 30.0])
def test_stops_before_a_wall_at_the_standing_gap(speed_mps: float) -> None:
    gap_m, hardest = 150.0, 0.0
    for _ in range(2000):
        lead = Lead(gap_m, 0.0)
        push = following_acceleration(speed_mps, 30.0, lead=lead, style=STYLE)
        hardest = min(hardest, push)
        speed_mps = max(speed_mps + DT_S * push, 0.0)
        gap_m -= DT_S * speed_mps
    assert 2.0 < gap_m < 3.5
    assert hardest > -5.0


def test_braking_is_bounded_even_in_contact() -> None:
    got = following_acceleration(30.0, 30.0, lead=Lead(-1.0, 0.0), style=STYLE)
    assert got == -8.0
