# SPDX-License-Identifier: Apache-2.0
"""The cruise control: keeps its gap, is calm when cut in on, stops when it must."""

from dataclasses import replace

import pytest

from wpt_sim.scene import Kind
from wpt_sim.traffic import (
    ACC_STYLE,
    Body,
    Lead,
    adaptive_cruise,
    equilibrium_gap_m,
    following_acceleration,
    lead_in_path,
)

DT_S = 0.05


def body(
    s_m: float, offset_m: float, speed_mps: float, *, across_mps: float = 0.0, instance: int = 1
) -> Body:
    return Body(instance, Kind.CAR, s_m, offset_m, speed_mps, across_mps, 2.3, 0.9)


def test_no_push_at_the_equilibrium_and_at_the_set_speed() -> None:
    lead = Lead(equilibrium_gap_m(15.0, ACC_STYLE), 15.0)
    assert adaptive_cruise(15.0, 25.0, lead=lead) == pytest.approx(0.0, abs=1e-9)
    assert adaptive_cruise(25.0, 25.0, lead=None) == 0.0


def test_calmer_than_following_when_somebody_cuts_in() -> None:
    lead = Lead(12.0, 18.0)
    following = following_acceleration(20.0, 20.0, lead=lead, style=ACC_STYLE)
    got = adaptive_cruise(20.0, 20.0, lead=lead)
    assert following < -6.0
    assert -2.5 < got < -1.0


def test_braking_of_the_lead_counts_before_its_speed_has_changed() -> None:
    calm = adaptive_cruise(15.0, 15.0, lead=Lead(12.0, 15.0, 0.0))
    hard = adaptive_cruise(15.0, 15.0, lead=Lead(12.0, 15.0, -6.0))
    assert hard < calm - 2.0


@pytest.mark.parametrize('speed_mps', [8.0, 15.0, 25.0])
@pytest.mark.parametrize('braking_mps2', [3.0, 6.0])
def test_stops_behind_a_lead_that_brakes_to_a_stop(speed_mps: float, braking_mps2: float) -> None:
    gap_m, lead_mps, ego_mps = equilibrium_gap_m(speed_mps, ACC_STYLE), speed_mps, speed_mps
    for _ in range(800):
        push = -braking_mps2 if lead_mps > 0.0 else 0.0
        asked = adaptive_cruise(ego_mps, speed_mps, lead=Lead(gap_m, lead_mps, push))
        lead_mps = max(lead_mps + push * DT_S, 0.0)
        ego_mps = max(ego_mps + asked * DT_S, 0.0)
        gap_m += (lead_mps - ego_mps) * DT_S
        assert gap_m > 1.0
    assert ego_mps < 0.1
    assert gap_m == pytest.approx(ACC_STYLE.standing_gap_m, abs=1.0)


def test_the_lead_is_whoever_the_car_is_heading_for() -> None:
    me = body(100.0, 0.0, 10.0, instance=0)
    ahead, beside, behind = body(134.6, 0.0, 5.0), body(124.6, 3.5, 7.0), body(80.0, 0.0, 9.0)
    found = lead_in_path(me, (beside, ahead, behind), to_offset_m=None)
    assert found is not None
    assert (found.gap_m, found.speed_mps) == (pytest.approx(30.0), 5.0)
    changing = lead_in_path(me, (beside, ahead, behind), to_offset_m=3.5)
    assert changing is not None
    assert (changing.gap_m, changing.speed_mps) == (pytest.approx(20.0), 7.0)
    swerving = body(100.0, 0.0, 10.0, across_mps=1.5, instance=0)
    assert lead_in_path(swerving, (ahead,), to_offset_m=None) is None
    crossing = replace(beside, across_mps=-1.5)
    found = lead_in_path(me, (beside, crossing), to_offset_m=None)
    assert found is not None
    assert found.gap_m == pytest.approx(20.0)
