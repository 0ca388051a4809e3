# SPDX-License-Identifier: Apache-2.0
"""Dense at each limit: values just inside pass, values just outside are clipped."""

import math

import numpy as np
import pytest

from wpt_core.safety import GateSettings, Limits
from wpt_core.types import InputError
from wpt_core.vehicle import VehicleParameters, wheel_angle_from_curvature

VEHICLE = VehicleParameters()
LIMITS = Limits(GateSettings(), VEHICLE)
SPEEDS = [0.0, 1.0, 1.999, 2.0, 2.001, 5.0, 10.0, 20.0, 35.0, 70.0]
LONG_S = 1e6


@pytest.mark.parametrize('speed_mps', SPEEDS)
@pytest.mark.parametrize('side', [-1.0, 1.0])
def test_lateral_acceleration_and_lock(speed_mps: float, side: float) -> None:
    square = max(speed_mps, 2.0) ** 2
    stretch = VEHICLE.wheelbase_m * (1.0 + VEHICLE.understeer_s2pm2 * speed_mps**2)
    most = min(3.0 / square, math.tan(VEHICLE.max_wheel_angle_rad) / stretch)
    assert LIMITS.most_1pm(speed_mps) == pytest.approx(most, rel=1e-12)
    for share in (0.0, 0.5, 0.999999, 1.0):
        wanted = side * share * most
        assert LIMITS.limited(wanted, wanted, speed_mps, LONG_S) == pytest.approx(wanted)
    for share in (1.000001, 1.5, 1e9, math.inf):
        limited = LIMITS.limited(side * share * most, 0.0, speed_mps, LONG_S)
        assert limited == pytest.approx(side * most, rel=1e-12)


@pytest.mark.parametrize('speed_mps', [7.0, 10.0, 20.0, 35.0])
@pytest.mark.parametrize('elapsed_s', [0.0, 0.01, 0.02, 0.05])
@pytest.mark.parametrize('side', [-1.0, 1.0])
def test_lateral_jerk(speed_mps: float, elapsed_s: float, side: float) -> None:
    step = 5.0 * elapsed_s / speed_mps**2
    for share in (0.0, 0.999999, 1.0):
        wanted = side * share * step
        assert LIMITS.limited(wanted, 0.0, speed_mps, elapsed_s) == pytest.approx(wanted)
    for share in (1.000001, 2.0, math.inf):
        wanted = side * share * step if elapsed_s else side * 0.01
        limited = LIMITS.limited(wanted, 0.0, speed_mps, elapsed_s)
        assert limited == pytest.approx(side * step, rel=1e-9)


@pytest.mark.parametrize('side', [-1.0, 1.0])
def test_wheel_rate_holds_where_the_jerk_would_allow_more(side: float) -> None:
    limited = LIMITS.limited(side, 0.0, 0.5, 0.02)
    angle = wheel_angle_from_curvature(VEHICLE, limited, 0.5)
    assert angle == pytest.approx(side * VEHICLE.max_wheel_rate_radps * 0.02, rel=1e-9)
    assert abs(limited) < 5.0 * 0.02 / 2.0**2


def test_wheel_rate_ends_at_the_lock() -> None:
    lock_1pm = LIMITS.most_1pm(0.0)
    assert LIMITS.limited(1.0, lock_1pm, 0.0, 0.05) == pytest.approx(lock_1pm)
    assert LIMITS.limited(-1.0, -lock_1pm, 0.0, 0.05) == pytest.approx(-lock_1pm)


@pytest.mark.parametrize('side', [-1.0, 1.0])
def test_where_speed_has_risen_lateral_acceleration_holds(side: float) -> None:
    before = side * 3.0 / 10.0**2
    limited = LIMITS.limited(before, before, 20.0, 0.01)
    assert limited == pytest.approx(side * 3.0 / 20.0**2)


def test_the_span_is_never_empty() -> None:
    generator = np.random.default_rng(4)
    for _ in range(5000):
        before = float(generator.normal(0.0, 0.2))
        speed_mps = float(generator.uniform(0.0, 70.0))
        low, high = LIMITS.span_1pm(before, speed_mps, float(generator.uniform(0.0, 0.1)))
        most = LIMITS.most_1pm(speed_mps)
        assert -most <= low <= high <= most


@pytest.mark.parametrize('value', [0.0, -1.0, math.nan, math.inf])
@pytest.mark.parametrize('name', ['lateral_mps2', 'lateral_jerk_mps3', 'lost_s', 'gap_s'])
def test_settings_that_limit_nothing_are_refused(name: str, value: float) -> None:
    with pytest.raises(InputError, match=name):
        GateSettings(**{name: value})


def test_late_must_come_before_lost() -> None:
    with pytest.raises(InputError, match='late_s must be less than lost_s'):
        GateSettings(late_s=0.4, lost_s=0.4)
