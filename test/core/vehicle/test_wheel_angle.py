# SPDX-License-Identifier: Apache-2.0
"""Curvature and wheel angle: by hand, inverse, and on arrays."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wpt_core.vehicle import (
    VehicleParameters,
    curvature_from_wheel_angle,
    randomised,
    wheel_angle_from_curvature,
)

CAR = VehicleParameters()


def test_at_rest_the_angle_is_that_of_the_bare_geometry() -> None:
    assert wheel_angle_from_curvature(CAR, 0.1, 0.0) == pytest.approx(math.atan(0.27))
    assert wheel_angle_from_curvature(CAR, -0.1, 0.0) == pytest.approx(-math.atan(0.27))


def test_understeer_by_hand_at_motorway_speed() -> None:
    # 1 + 1.001969e-3 * 30² = 1.901772; tan = 2.7 * 0.002 * 1.901772
    angle_rad = wheel_angle_from_curvature(CAR, 0.002, 30.0)
    assert math.tan(angle_rad) == pytest.approx(0.01026957, rel=1e-6)


@given(
    seed=st.integers(0, 1000),
    curvature_1pm=st.floats(-0.25, 0.25),
    speed_mps=st.floats(0.0, 60.0),
)
@settings(max_examples=100, deadline=None)
def test_there_and_back(seed: int, curvature_1pm: float, speed_mps: float) -> None:
    car = randomised(np.random.default_rng(seed))
    angle_rad = wheel_angle_from_curvature(car, curvature_1pm, speed_mps)
    back = curvature_from_wheel_angle(car, angle_rad, speed_mps)
    assert back == pytest.approx(curvature_1pm, rel=1e-9, abs=1e-15)


def test_arrays_give_what_their_elements_give() -> None:
    curvatures_1pm = np.array([-0.1, 0.0, 0.02])
    speeds_mps = np.array([3.0, 10.0, 25.0])
    angles_rad = wheel_angle_from_curvature(CAR, curvatures_1pm, speeds_mps)
    for angle_rad, curvature_1pm, speed_mps in zip(
        angles_rad, curvatures_1pm, speeds_mps, strict=True
    ):
        assert angle_rad == wheel_angle_from_curvature(CAR, curvature_1pm, speed_mps)
    assert curvature_from_wheel_angle(CAR, angles_rad, speeds_mps) == pytest.approx(curvatures_1pm)


@given(speed_mps=st.floats(1.0, 50.0), curvature_1pm=st.floats(1e-4, 0.1))
@settings(max_examples=50, deadline=None)
def test_faster_needs_more_angle(speed_mps: float, curvature_1pm: float) -> None:
    slow = wheel_angle_from_curvature(CAR, curvature_1pm, speed_mps)
    assert wheel_angle_from_curvature(CAR, curvature_1pm, speed_mps + 1.0) > slow
