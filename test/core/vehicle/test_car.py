# SPDX-License-Identifier: Apache-2.0
"""The simulated car: response to actions, and invariants."""

import math
from dataclasses import astuple, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wpt_core.types import Action, EgoState, InputError, Pose2
from wpt_core.vehicle import (
    Car,
    VehicleParameters,
    curvature_from_wheel_angle,
    kinematic_bicycle,
    randomised,
    wheel_angle_from_curvature,
)

NOMINAL = VehicleParameters()
PROMPT = replace(
    NOMINAL, steering_delay_s=0.0, steering_lag_s=0.0, drive_delay_s=0.0, drive_lag_s=0.0
)
ORIGIN = Pose2(0.0, 0.0, 0.0)
actions = st.builds(Action, st.floats(-0.3, 0.3), st.floats(-12.0, 6.0))


def drive(car: Car, action: Action, duration_s: float, *, dt_s: float = 0.01) -> EgoState:
    for _ in range(round(duration_s / dt_s)):
        car.step(action, dt_s)
    return car.ego


@given(speed_mps=st.floats(1.0, 40.0), lateral_mps2=st.floats(0.5, 2.5))
@settings(max_examples=40, deadline=None)
def test_a_full_steady_circle_closes(speed_mps: float, lateral_mps2: float) -> None:
    curvature_1pm = min(0.15, lateral_mps2 / speed_mps**2)
    car = Car(NOMINAL, ORIGIN, speed_mps, curvature_1pm=curvature_1pm)
    dt_s = 2.0 * math.pi / (curvature_1pm * speed_mps) / 500
    end = drive(car, Action(curvature_1pm, 0.0), 500 * dt_s, dt_s=dt_s)
    assert (end.pose.x_m, end.pose.y_m) == pytest.approx((0.0, 0.0), abs=1e-6)
    assert end.pose.yaw_rad == pytest.approx(2.0 * math.pi)
    assert end.curvature_1pm == pytest.approx(curvature_1pm)


@pytest.mark.parametrize('step_count', [10, 400])
def test_half_a_circle_ends_one_diameter_to_the_left_at_any_step(step_count: int) -> None:
    car = Car(NOMINAL, ORIGIN, 2.0, curvature_1pm=0.1)
    dt_s = math.pi / 0.2 / step_count
    end = drive(car, Action(0.1, 0.0), math.pi / 0.2, dt_s=dt_s)
    # The car points into the turn by its rear slip, the tangent 0.4 m/s² * a m / (L Cr) = 0.0025.
    assert end.pose.y_m == pytest.approx(20.0, rel=1e-3)
    assert end.pose.x_m == pytest.approx(20.0 * 0.0025, rel=0.02)


@given(seed=st.integers(0, 1000), speed_mps=st.floats(5.0, 35.0))
@settings(max_examples=25, deadline=None)
def test_a_randomised_car_settles_where_its_true_numbers_say(seed: int, speed_mps: float) -> None:
    true = randomised(np.random.default_rng(seed))
    asked_1pm = 1.5 / speed_mps**2
    end = drive(Car(true, ORIGIN, speed_mps), Action(asked_1pm, 0.0), 8.0)
    angle_rad = wheel_angle_from_curvature(NOMINAL, asked_1pm, speed_mps)
    wheel_rad = true.steering_gain * angle_rad + true.steering_offset_rad
    expected_1pm = curvature_from_wheel_angle(true, wheel_rad, speed_mps)
    assert end.curvature_1pm == pytest.approx(expected_1pm, rel=1e-4)


def test_the_steering_errors_make_the_difference() -> None:
    crooked = replace(NOMINAL, steering_gain=1.05, steering_offset_rad=0.003)
    end = drive(Car(crooked, ORIGIN, 20.0), Action(0.0, 0.0), 5.0)
    compliance = 1.0 + NOMINAL.understeer_s2pm2 * 400.0
    assert end.curvature_1pm == pytest.approx(math.tan(0.003) / 2.7 / compliance, rel=1e-6)


def test_what_the_car_believes_decides_what_it_steers() -> None:
    heavy = replace(NOMINAL, mass_kg=2400.0)
    asked = Action(0.004, 0.0)
    wrong = drive(Car(heavy, ORIGIN, 20.0), asked, 6.0).curvature_1pm
    right = drive(Car(heavy, ORIGIN, 20.0, believed=heavy), asked, 6.0).curvature_1pm
    assert right == pytest.approx(0.004, rel=1e-6)
    assert wrong < 0.0036


@given(seed=st.integers(0, 1000), speed_mps=st.floats(0.01, 40.0))
@settings(max_examples=40, deadline=None)
def test_it_starts_in_the_steady_turn_asked_for(seed: int, speed_mps: float) -> None:
    true = randomised(np.random.default_rng(seed))
    curvature_1pm = min(0.1, 2.0 / max(speed_mps, 0.1) ** 2)
    car = Car(true, ORIGIN, speed_mps, curvature_1pm=curvature_1pm)
    assert car.ego.curvature_1pm == pytest.approx(curvature_1pm, rel=0.02)
    first = car.step(Action(curvature_1pm, 0.0), 0.01)  # nothing arrives within the delay
    assert first.yaw_rate_radps == pytest.approx(curvature_1pm * speed_mps, rel=1e-6)


@pytest.mark.parametrize('delay_s', [0.1, 0.2, 0.237])
def test_steering_acts_after_the_delay_and_not_before(delay_s: float) -> None:
    car = Car(replace(NOMINAL, steering_delay_s=delay_s), ORIGIN, 20.0)
    turned = [car.step(Action(0.005, 0.0), 0.01).yaw_rate_radps != 0.0 for _ in range(50)]
    assert turned.index(True) == math.floor(delay_s / 0.01 + 1e-9)
    assert all(turned[turned.index(True) :])


def test_prompt_braking_stops_after_the_schoolbook_distance_and_stays() -> None:
    car = Car(PROMPT, ORIGIN, 20.0)
    stopped = drive(car, Action(0.0, -4.0), 5.5)
    # v²/2a, and half a step's way, because the brake comes on over the first step.
    assert stopped.pose.x_m == pytest.approx(20.0**2 / 8.0 + 20.0 * 0.005, abs=1e-4)
    later = drive(car, Action(0.2, -4.0), 3.0)
    assert later.pose == stopped.pose
    assert (later.speed_mps, later.acceleration_mps2, later.yaw_rate_radps) == (0.0, 0.0, 0.0)


def test_a_stop_in_the_middle_of_a_step_is_exact() -> None:
    car = Car(PROMPT, ORIGIN, 0.5)
    car.step(Action(0.0, -4.0), 0.1)  # the brake comes on over this step: 0.5 to 0.3 m/s in 0.04 m
    stopped = car.step(Action(0.0, -4.0), 0.1)
    assert stopped.pose.x_m == pytest.approx(0.04 + 0.3**2 / 8.0)
    assert stopped.speed_mps == 0.0


def test_on_ice_the_road_gives_less_than_brake_and_engine_ask() -> None:
    ice = replace(PROMPT, friction=0.1)
    assert drive(Car(ice, ORIGIN, 20.0), Action(0.0, -8.0), 1.0).acceleration_mps2 == (
        pytest.approx(-0.981)
    )
    assert drive(Car(ice, ORIGIN), Action(0.0, 3.0), 1.0).acceleration_mps2 == pytest.approx(0.981)


def test_the_drive_acts_after_its_own_delay() -> None:
    car = Car(replace(NOMINAL, drive_delay_s=0.15), ORIGIN, 10.0)
    assert drive(car, Action(0.0, 1.0), 0.15).speed_mps == 10.0
    later = drive(car, Action(0.0, 1.0), 0.25)  # one lag later
    assert later.acceleration_mps2 == pytest.approx(1.0 - math.exp(-1.0), abs=0.02)


def test_the_wheels_stop_at_the_lock_whatever_the_ratio() -> None:
    car = Car(replace(NOMINAL, steering_gain=1.2), ORIGIN, 1.0)
    drive(car, Action(1.0, 0.0), 3.0)
    assert car.wheel_angle_rad == NOMINAL.max_wheel_angle_rad


def test_the_stamp_runs_on_from_where_it_started() -> None:
    car = Car(NOMINAL, ORIGIN, stamp_s=100.0)
    assert car.ego.stamp_s == 100.0
    assert drive(car, Action(0.0, 0.0), 0.5).stamp_s == pytest.approx(100.5)


def test_creeping_does_not_lose_the_curvature() -> None:
    car = Car(NOMINAL, ORIGIN, 1e-7, curvature_1pm=0.1)
    assert car.step(Action(0.1, 0.0), 0.01).curvature_1pm == pytest.approx(0.1)


def test_a_standing_car_shows_the_curvature_its_wheels_point_at_and_sets_off() -> None:
    car = Car(NOMINAL, ORIGIN)
    standing = drive(car, Action(0.1, -1.0), 2.0)
    assert standing.pose == ORIGIN
    assert standing.curvature_1pm == pytest.approx(0.1, rel=1e-6)
    moving = drive(car, Action(0.1, 1.0), 3.0)
    assert moving.speed_mps > 2.0
    assert moving.curvature_1pm == pytest.approx(0.1, rel=0.03)


@given(
    seed=st.integers(0, 1000),
    asked=st.lists(actions, min_size=1, max_size=30),
    speed_mps=st.floats(0.0, 40.0),
    wind_mps2=st.floats(-3.0, 3.0),
)
@settings(max_examples=60, deadline=None)
def test_whatever_is_asked_the_car_stays_a_car(
    seed: int, asked: list[Action], speed_mps: float, wind_mps2: float
) -> None:
    true = randomised(np.random.default_rng(seed))
    car = Car(true, ORIGIN, speed_mps)
    for action in asked:
        before = car.ego
        angle_before = car.wheel_angle_rad
        after = car.step(action, 0.05, wind_lateral_mps2=wind_mps2)
        assert all(math.isfinite(value) for value in (after.yaw_rate_radps, *astuple(after.pose)))
        assert after.speed_mps >= 0.0
        assert -8.0 - 1e-9 <= after.acceleration_mps2 <= 3.0 + 1e-9
        most_rad = true.max_wheel_rate_radps * true.steering_gain * 0.05
        assert abs(car.wheel_angle_rad - angle_before) <= most_rad + 1e-12
        assert abs(car.wheel_angle_rad) <= true.max_wheel_angle_rad
        if before.speed_mps == 0.0 == after.speed_mps:
            assert after.pose == before.pose
        assert math.dist(astuple(before.pose)[:2], astuple(after.pose)[:2]) < 4.0


@given(asked=st.lists(actions, min_size=1, max_size=30), speed_mps=st.floats(0.0, 30.0))
@settings(max_examples=40, deadline=None)
def test_left_and_right_are_alike(asked: list[Action], speed_mps: float) -> None:
    left, right = Car(NOMINAL, ORIGIN, speed_mps), Car(NOMINAL, ORIGIN, speed_mps)
    for action in asked:
        left.step(action, 0.05)
        right.step(Action(-action.curvature_1pm, action.acceleration_mps2), 0.05)
    assert left.ego.pose.x_m == right.ego.pose.x_m
    assert left.ego.pose.y_m == -right.ego.pose.y_m
    assert left.ego.curvature_1pm == -right.ego.curvature_1pm


def weave(dt_s: float) -> EgoState:
    """Six seconds of a brisk double lane change while slowing down a little."""
    car = Car(randomised(np.random.default_rng(3)), ORIGIN, 25.0)
    per_action = round(0.05 / dt_s)
    for index in range(120):
        action = Action(0.004 * math.sin(2.0 * math.pi * index / 60), -0.3)
        for _ in range(per_action):
            car.step(action, dt_s)
    return car.ego


def test_finer_steps_converge_and_the_usual_step_is_close() -> None:
    finest = weave(0.0005)
    errors_m = [abs(weave(dt_s).pose.y_m - finest.pose.y_m) for dt_s in (0.01, 0.005, 0.0025)]
    assert errors_m[0] < 0.002
    assert errors_m[0] > 1.7 * errors_m[1] > 1.7 * 1.7 * errors_m[2]


def test_the_kinematic_and_the_dynamic_car_part_only_in_the_transient() -> None:
    slow = [
        drive(Car(NOMINAL, ORIGIN, 2.0, bicycle=bicycle), Action(0.05, 0.0), 5.0).pose
        for bicycle in (kinematic_bicycle, Car.__init__.__kwdefaults__['bicycle'])
    ]
    assert astuple(slow[0]) == pytest.approx(astuple(slow[1]), abs=0.02)


def test_steps_repeat_to_the_last_bit() -> None:
    assert weave(0.01) == weave(0.01)


@pytest.mark.parametrize(
    ('action', 'dt_s', 'name'),
    [
        (Action(math.nan, 0.0), 0.01, 'curvature_1pm'),
        (Action(0.0, math.inf), 0.01, 'acceleration_mps2'),
        (Action(0.0, 0.0), 0.0, 'dt_s'),
        (Action(0.0, 0.0), math.nan, 'dt_s'),
    ],
)
def test_bad_input_is_refused_and_moves_nothing(action: Action, dt_s: float, name: str) -> None:
    car = Car(NOMINAL, ORIGIN, 10.0)
    before = car.ego
    with pytest.raises(InputError, match=f'^{name} must be a finite number'):
        car.step(action, dt_s)
    assert car.ego == before


def test_a_negative_start_speed_is_refused() -> None:
    with pytest.raises(InputError, match=r'^speed_mps must be .* got -1'):
        Car(NOMINAL, ORIGIN, -1.0)
