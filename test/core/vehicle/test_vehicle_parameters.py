# SPDX-License-Identifier: Apache-2.0
"""Parameters: bounds, derived values, and randomisation."""

import math
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wpt_core.types import InputError, Pose2, bounds_of
from wpt_core.vehicle import Body, Chassis, VehicleParameters, footprint_centre, randomised

BOUNDS = bounds_of(VehicleParameters)


def test_every_number_has_bounds() -> None:
    assert set(BOUNDS) == {field.name for field in fields(VehicleParameters)}


@pytest.mark.parametrize('name', BOUNDS)
@pytest.mark.parametrize('value', [math.nan, math.inf, -math.inf, -1e-9, 1e9])
def test_a_value_of_no_car_is_refused_by_name(name: str, value: float) -> None:
    if BOUNDS[name].least <= value:
        value = BOUNDS[name].least - 1e-9
    with pytest.raises(InputError, match=rf'^VehicleParameters\.{name} must be between'):
        VehicleParameters(**{name: value})


def test_the_gate_needs_no_dimensions_and_the_images_no_tyres() -> None:
    assert Chassis(wheelbase_m=4.3, rear_axle_to_gravity_centre_m=2.3).wheelbase_m == 4.3
    assert Body(length_m=12.0, rear_overhang_m=3.0).centre_offset_m == 3.0


def test_delays_lags_and_the_offset_may_be_zero() -> None:
    ideal = VehicleParameters(
        steering_delay_s=0, steering_lag_s=0, drive_delay_s=0, drive_lag_s=0, rear_overhang_m=0
    )
    assert ideal.steering_offset_rad == 0.0


@pytest.mark.parametrize(
    ('name', 'value'),
    [
        ('rear_axle_to_gravity_centre_m', 2.7),
        ('length_m', 3.5),
    ],
)
def test_impossible_geometry_is_refused_by_name(name: str, value: float) -> None:
    with pytest.raises(InputError, match=f'^{name} must'):
        VehicleParameters(**{name: value})


def test_oversteer_is_refused_with_the_stiffness_that_would_do() -> None:
    with pytest.raises(InputError, match='143750 N/rad'):
        VehicleParameters(front_stiffness_npr=150e3)
    assert VehicleParameters(front_stiffness_npr=143750).understeer_s2pm2 == pytest.approx(0)


def test_understeer_by_hand() -> None:
    # 1600 / 2.7² * (1.5 / 100e3 - 1.2 / 115e3) = 219.479 * 4.56522e-6
    assert VehicleParameters().understeer_s2pm2 == pytest.approx(1.001969e-3, rel=1e-5)


def test_the_footprint_centre_lies_ahead_of_the_rear_axle() -> None:
    centre = footprint_centre(VehicleParameters(), Pose2(10.0, 20.0, math.pi / 2))
    assert (centre.x_m, centre.y_m) == pytest.approx((10.0, 21.4))
    assert centre.yaw_rad == math.pi / 2


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=100, deadline=None)
def test_a_randomised_car_stays_within_what_is_promised(seed: int) -> None:
    nominal = VehicleParameters()
    car = randomised(np.random.default_rng(seed))
    assert 0.1 <= car.steering_delay_s <= 0.4
    assert 0.5 <= car.understeer_s2pm2 / nominal.understeer_s2pm2 <= 2.0 + 1e-9
    assert 0.93 <= car.steering_gain <= 1.07
    assert abs(car.steering_offset_rad) <= 0.0035
    assert 60e3 < car.front_stiffness_npr < 145e3
    for name in ('wheelbase_m', 'track_m', 'length_m', 'width_m', 'rear_overhang_m'):
        assert getattr(car, name) == getattr(nominal, name)


def test_randomising_covers_its_ranges_and_repeats_by_seed() -> None:
    cars = [randomised(np.random.default_rng(seed)) for seed in range(200)]
    delays = [car.steering_delay_s for car in cars]
    assert min(delays) < 0.11
    assert max(delays) > 0.39
    understeers = [car.understeer_s2pm2 / VehicleParameters().understeer_s2pm2 for car in cars]
    assert min(understeers) < 0.55
    assert max(understeers) > 1.9
    assert min(car.steering_offset_rad for car in cars) < -0.003
    assert cars[7] == randomised(np.random.default_rng(7))
    assert len({car.mass_kg for car in cars}) == 200


def test_randomising_starts_from_the_given_car() -> None:
    truck = replace(VehicleParameters(), length_m=6.5, mass_kg=6000.0)
    car = randomised(np.random.default_rng(0), truck)
    assert car.length_m == 6.5
    assert 5700 <= car.mass_kg <= 7500
