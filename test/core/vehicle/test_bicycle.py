# SPDX-License-Identifier: Apache-2.0
"""The bicycle models against closed forms, an independent integrator and their limits."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from wpt_core.vehicle import (
    Turning,
    VehicleParameters,
    curvature_from_wheel_angle,
    dynamic_bicycle,
    kinematic_bicycle,
    randomised,
)

CAR = VehicleParameters()
STRAIGHT = Turning(0.0, 0.0)
seeds = st.integers(0, 10_000)


def settled(
    car: VehicleParameters,
    wheel_angle_rad: float,
    speed_mps: float,
    *,
    wind_mps2: float = 0.0,
    duration_s: float = 30.0,
) -> Turning:
    """Return the dynamic bicycle after half a minute of constant input."""
    turning = STRAIGHT
    for _ in range(round(duration_s / 0.05)):
        turning = dynamic_bicycle(
            car,
            turning,
            wheel_angle_rad=wheel_angle_rad,
            speed_mps=speed_mps,
            wind_mps2=wind_mps2,
            dt_s=0.05,
        )
    return turning


@given(seed=seeds, speed_mps=st.floats(0.5, 40.0), lateral_mps2=st.floats(-2.5, 2.5))
@settings(max_examples=60, deadline=None)
def test_the_steady_circle_is_that_of_the_understeer_formula(
    seed: int, speed_mps: float, lateral_mps2: float
) -> None:
    car = randomised(np.random.default_rng(seed))
    curvature_1pm = max(-0.2, min(0.2, lateral_mps2 / speed_mps**2))
    compliance = 1.0 + car.understeer_s2pm2 * speed_mps**2
    angle_rad = math.atan(car.wheelbase_m * curvature_1pm * compliance)
    turning = settled(car, angle_rad, speed_mps)
    assert turning.yaw_rate_radps / speed_mps == pytest.approx(curvature_1pm, rel=1e-9, abs=1e-12)
    steady = kinematic_bicycle(
        car, STRAIGHT, wheel_angle_rad=angle_rad, speed_mps=speed_mps, wind_mps2=0.0, dt_s=0.05
    )
    assert turning == pytest.approx(steady, rel=1e-9, abs=1e-12)


@given(seed=seeds, speed_mps=st.floats(5.0, 40.0), wind_mps2=st.floats(-1.0, 1.0))
@settings(max_examples=30, deadline=None)
def test_steady_side_wind_bends_the_path_by_the_closed_form(
    seed: int, speed_mps: float, wind_mps2: float
) -> None:
    car = randomised(np.random.default_rng(seed))
    stiff_k = car.understeer_s2pm2
    expected_1pm = stiff_k * wind_mps2 / (1.0 + stiff_k * speed_mps**2)
    turning = settled(car, 0.0, speed_mps, wind_mps2=wind_mps2)
    assert turning.yaw_rate_radps / speed_mps == pytest.approx(expected_1pm, rel=1e-8, abs=1e-12)


@given(seed=seeds, angle_rad=st.floats(-0.5, 0.5), speed_mps=st.floats(0.001, 0.5))
@settings(max_examples=60, deadline=None)
def test_at_walking_pace_it_becomes_the_textbook_kinematic_bicycle(
    seed: int, angle_rad: float, speed_mps: float
) -> None:
    car = randomised(np.random.default_rng(seed))
    turning = settled(car, angle_rad, speed_mps, duration_s=1.0)
    textbook_radps = speed_mps * math.tan(angle_rad) / car.wheelbase_m
    # The law differs by K v², at most 0.0005 here.
    assert turning.yaw_rate_radps == pytest.approx(textbook_radps, rel=6e-4)
    assert abs(turning.rear_velocity_mps) < 2e-3 * speed_mps


def test_a_standing_car_does_not_turn_whatever_the_wheels_and_the_wind_do() -> None:
    for speed_mps in (0.0, 1e-300, 1e-12):
        turning = dynamic_bicycle(
            CAR,
            Turning(0.3, 0.1),
            wheel_angle_rad=0.5,
            speed_mps=speed_mps,
            wind_mps2=5.0,
            dt_s=0.01,
        )
        assert turning == STRAIGHT


@given(
    seed=seeds,
    speed_mps=st.floats(0.0, 60.0),
    dt_s=st.floats(0.005, 0.5),
    yaw_rate_radps=st.floats(-2.0, 2.0),
    rear_velocity_mps=st.floats(-5.0, 5.0),
)
@settings(max_examples=60, deadline=None)
def test_with_grip_to_spare_any_disturbance_dies_out_at_any_speed_and_step(
    seed: int, speed_mps: float, dt_s: float, yaw_rate_radps: float, rear_velocity_mps: float
) -> None:
    car = replace(randomised(np.random.default_rng(seed)), friction=1e6)
    turning = Turning(yaw_rate_radps, rear_velocity_mps)
    for _ in range(math.ceil(15.0 / dt_s)):
        turning = straight_on(car, turning, speed_mps=speed_mps, dt_s=dt_s)
        assert abs(turning.yaw_rate_radps) < 20.0
    assert turning == pytest.approx(STRAIGHT, abs=1e-3)


@given(
    seed=seeds,
    speed_mps=st.floats(0.0, 50.0),
    yaw_rate_radps=st.floats(-1.0, 1.0),
    slip=st.floats(-0.3, 0.3),
)
@settings(max_examples=40, deadline=None)
def test_a_car_thrown_sideways_on_real_tyres_comes_straight_again(
    seed: int, speed_mps: float, yaw_rate_radps: float, slip: float
) -> None:
    car = randomised(np.random.default_rng(seed))
    turning = Turning(yaw_rate_radps, slip * speed_mps)
    for _ in range(750):
        turning = straight_on(car, turning, speed_mps=speed_mps, dt_s=0.02)
    assert turning == pytest.approx(STRAIGHT, abs=1e-3)


def straight_on(
    car: VehicleParameters, turning: Turning, *, speed_mps: float, dt_s: float
) -> Turning:
    return dynamic_bicycle(
        car, turning, wheel_angle_rad=0.0, speed_mps=speed_mps, wind_mps2=0.0, dt_s=dt_s
    )


@given(seed=seeds, angle_rad=st.floats(-0.55, 0.55), speed_mps=st.floats(1.0, 50.0))
@settings(max_examples=60, deadline=None)
def test_no_steady_turn_asks_more_than_friction_gives(
    seed: int, angle_rad: float, speed_mps: float
) -> None:
    car = randomised(np.random.default_rng(seed))
    turning = settled(car, angle_rad, speed_mps)
    assert abs(turning.yaw_rate_radps) * speed_mps <= car.friction * 9.81 * (1.0 + 1e-6)


def test_full_lock_at_speed_slides_near_the_limit_of_friction() -> None:
    turning = settled(CAR, 0.4, 30.0)
    assert 0.8 * CAR.friction * 9.81 < turning.yaw_rate_radps * 30.0
    free = curvature_from_wheel_angle(CAR, 0.4, 30.0) * 30.0**2
    assert free > 5.0 * turning.yaw_rate_radps * 30.0


def textbook_yaw_rate(car: VehicleParameters, speed_mps: float, angle_rad: float) -> float:
    """Yaw rate half a second after a steering step: the linear equations, by Runge-Kutta."""
    ahead, behind = car.gravity_centre_to_front_axle_m, car.rear_axle_to_gravity_centre_m

    def rates(_: float, state: np.ndarray) -> list[float]:
        lateral, yaw_rate = state
        front = car.front_stiffness_npr * (
            math.tan(angle_rad) - (lateral + ahead * yaw_rate) / speed_mps
        )
        rear = -car.rear_stiffness_npr * (lateral - behind * yaw_rate) / speed_mps
        return [
            (front + rear) / car.mass_kg - speed_mps * yaw_rate,
            (ahead * front - behind * rear) / car.yaw_inertia_kgm2,
        ]

    solution = solve_ivp(rates, (0.0, 0.5), [0.0, 0.0], rtol=1e-10, atol=1e-12)
    return float(solution.y[1, -1])


def stepped_yaw_rate(
    car: VehicleParameters, speed_mps: float, *, angle_rad: float, step_count: int
) -> float:
    turning = STRAIGHT
    for _ in range(step_count):
        turning = dynamic_bicycle(
            car,
            turning,
            wheel_angle_rad=angle_rad,
            speed_mps=speed_mps,
            wind_mps2=0.0,
            dt_s=0.5 / step_count,
        )
    return turning.yaw_rate_radps


@pytest.mark.parametrize('speed_mps', [8.0, 15.0, 30.0])
@pytest.mark.parametrize('seed', range(3))
def test_it_converges_to_the_textbook_equations_with_order_one(
    speed_mps: float, seed: int
) -> None:
    car = replace(randomised(np.random.default_rng(seed)), friction=5.0)  # grip out of the way
    angle_rad = 0.02
    exact = textbook_yaw_rate(car, speed_mps, angle_rad)
    errors = [
        abs(stepped_yaw_rate(car, speed_mps, angle_rad=angle_rad, step_count=count) - exact)
        for count in (400, 800, 1600)
    ]
    assert errors[2] < 2e-3 * abs(exact)
    assert errors[0] / errors[1] == pytest.approx(2.0, abs=0.1)
    assert errors[1] / errors[2] == pytest.approx(2.0, abs=0.1)
