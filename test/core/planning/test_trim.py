# SPDX-License-Identifier: Apache-2.0
"""The trim compensates steering errors slowly, within bounds, and not at standstill."""

import pytest

from wpt_core.planning import SteeringTrim, TrimSettings
from wpt_core.types import InputError

DT_S, DELAY_S, SPEED_MPS = 0.05, 0.3, 15.0


def drive(
    trim: SteeringTrim, wanted_1pm: float, *, seconds: float, gain: float, bias: float
) -> float:
    """A car with delay, wrong gain and bias; returns its curvature."""
    pending = [0.0] * round(DELAY_S / DT_S)
    driven = bias
    for step in range(round(seconds / DT_S)):
        asked = trim.compensated(
            step * DT_S, wanted_1pm, driven_1pm=driven, speed_mps=SPEED_MPS, delay_s=DELAY_S
        )
        pending.append(asked)
        driven = gain * pending.pop(0) + bias
    return driven


@pytest.mark.parametrize('bias', [-0.001, 0.0015])
@pytest.mark.parametrize('wanted_1pm', [0.0, 0.006])
def test_a_crooked_car_drives_what_is_wanted_in_the_end(bias: float, wanted_1pm: float) -> None:
    driven = drive(SteeringTrim(), wanted_1pm, seconds=12.0, gain=0.94, bias=bias)
    assert driven == pytest.approx(wanted_1pm, abs=2e-5)


def test_without_the_trim_it_would_not() -> None:
    slow = SteeringTrim(TrimSettings(time_constant_s=1e6))
    driven = drive(slow, 0.0, seconds=12.0, gain=0.94, bias=0.0015)
    assert driven == pytest.approx(0.0015, rel=1e-3)


def test_a_car_that_is_true_is_left_alone() -> None:
    soon = drive(SteeringTrim(), 0.004, seconds=1.0, gain=1.0, bias=0.0)
    late = drive(SteeringTrim(), 0.004, seconds=12.0, gain=1.0, bias=0.0)
    assert soon == pytest.approx(0.004, rel=0.05)
    assert late == pytest.approx(0.004, rel=1e-3)


def test_it_adds_no_more_than_its_bound() -> None:
    trim = SteeringTrim()
    for step in range(2000):
        asked = trim.compensated(
            step * DT_S, 0.0, driven_1pm=0.05, speed_mps=SPEED_MPS, delay_s=DELAY_S
        )
    assert asked == pytest.approx(-TrimSettings().most_lateral_mps2 / SPEED_MPS**2)


def test_it_learns_nothing_while_creeping_and_little_over_a_gap_in_time() -> None:
    trim = SteeringTrim()
    for step in range(100):
        asked = trim.compensated(step * DT_S, 0.0, driven_1pm=0.05, speed_mps=1.0, delay_s=DELAY_S)
    assert asked == 0.0
    after_gap = trim.compensated(1e4, 0.0, driven_1pm=0.01, speed_mps=SPEED_MPS, delay_s=DELAY_S)
    assert abs(after_gap) * SPEED_MPS**2 <= 0.01 * SPEED_MPS**2 * 0.2 / 1.5 + 1e-9


@pytest.mark.parametrize('field', ['time_constant_s', 'most_lateral_mps2', 'least_speed_mps'])
def test_settings_out_of_range_are_named(field: str) -> None:
    with pytest.raises(InputError, match=f'TrimSettings.{field} must be above 0'):
        TrimSettings(**{field: 0.0})
