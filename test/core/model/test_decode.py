# SPDX-License-Identifier: Apache-2.0
"""Decoding of head outputs to SI units, by hand-computed cases."""

import numpy as np
import pytest
import torch

from wpt_core.model import RawDecision, decode_action, decode_plan, units
from wpt_core.types import POINT_COUNT, Command, plan_times_s

SCALES = units.default_plan_scales()


def raw(**changed: np.ndarray) -> RawDecision:
    """Three equally likely hypotheses, straight on."""
    arrays = {
        'means': np.zeros((3, POINT_COUNT, 6)),
        'log_scales': np.zeros((3, POINT_COUNT, 6)),
        'logits': np.zeros(3),
        'action_means': np.zeros(2),
        'action_log_scales': np.zeros(2),
        'query': np.zeros(4),
    } | changed
    return RawDecision(**{name: array.astype(np.float32) for name, array in arrays.items()})


def test_zeros_mean_straight_on_at_this_speed() -> None:
    plan = decode_plan(raw(), SCALES, speed_mps=20.0, stamp_s=7.0)
    assert plan.stamp_s == 7.0
    np.testing.assert_allclose(plan.positions_m[1, :, 0], 20.0 * plan_times_s(), rtol=1e-6)
    np.testing.assert_array_equal(plan.positions_m[..., 1], 0.0)
    np.testing.assert_allclose(plan.speeds_mps, 20.0)
    np.testing.assert_array_equal(plan.yaws_rad, 0.0)
    np.testing.assert_allclose(plan.probabilities, 1 / 3)


def test_each_channel_arrives_where_it_belongs() -> None:
    means = np.zeros((3, POINT_COUNT, 6))
    means[2, 5] = [1.0, -2.0, 3.0, -4.0, 5.0, -6.0]
    plan = decode_plan(raw(means=means), SCALES, speed_mps=10.0, stamp_s=0.0)
    offset = means[2, 5] * SCALES[5]
    assert plan.positions_m[2, 5, 0] == pytest.approx(10.0 * plan_times_s()[5] + offset[0])
    assert plan.positions_m[2, 5, 1] == pytest.approx(offset[1])
    assert plan.speeds_mps[2, 5] == pytest.approx(10.0 + offset[2])
    assert plan.accelerations_mps2[2, 5] == pytest.approx(offset[3])
    assert plan.yaws_rad[2, 5] == pytest.approx(offset[4])
    assert plan.yaw_rates_radps[2, 5] == pytest.approx(offset[5])


def test_speed_is_never_negative() -> None:
    means = np.full((3, POINT_COUNT, 6), -50.0)
    assert (
        decode_plan(raw(means=means), SCALES, speed_mps=1.0, stamp_s=0.0).speeds_mps.min() == 0.0
    )


def test_scales_are_in_metres() -> None:
    log_scales = np.full((3, POINT_COUNT, 6), np.log(2.0))
    plan = decode_plan(raw(log_scales=log_scales), SCALES, speed_mps=1.0, stamp_s=0.0)
    np.testing.assert_allclose(plan.position_scales_m[0], 2.0 * SCALES[:, :2], rtol=1e-6)


def test_large_logits_are_probabilities_all_the_same() -> None:
    logits = np.array([1000.0, 1000.0 + np.log(3.0), -1000.0])
    plan = decode_plan(raw(logits=logits), SCALES, speed_mps=1.0, stamp_s=0.0)
    np.testing.assert_allclose(plan.probabilities, [0.25, 0.75, 0.0], atol=1e-4)
    assert plan.probabilities.sum() == pytest.approx(1.0, abs=1e-12)
    assert plan.best == 1


@pytest.mark.parametrize(
    ('speed_mps', 'curvature_1pm'),
    [(20.0, 0.005), (10.0, 0.02), (4.0, 0.125), (1.0, 0.125), (0.0, 0.125)],
)
def test_the_action_is_lateral_acceleration_but_for_low_speeds(
    speed_mps: float, curvature_1pm: float
) -> None:
    action = decode_action(raw(action_means=np.array([2.0, -1.5])), speed_mps=speed_mps)
    assert action.curvature_1pm == pytest.approx(curvature_1pm)
    assert action.acceleration_mps2 == pytest.approx(-1.5)


def test_tensors_and_arrays_have_the_same_units() -> None:
    speeds = np.array([0.0, 3.0, 12.5, 40.0], np.float32)
    of_tensor = units.lateral_unit_1pm(torch.from_numpy(speeds))
    of_array = units.lateral_unit_1pm(speeds)
    np.testing.assert_allclose(of_tensor.numpy(), of_array, rtol=1e-6)
    assert of_array.dtype == np.float32


def test_conditions_name_the_command_and_nothing_else() -> None:
    told = units.conditions(10.0, Command.TURN_LEFT, 0.15)
    np.testing.assert_allclose(told, [0.5, 0.5, 0, 0, 0, 1, 0, 0])


def test_the_guess_takes_many_speeds_at_once() -> None:
    ahead = units.constant_velocity(np.array([[0.0, 5.0]], np.float32))
    assert ahead.shape == (1, 2, POINT_COUNT, 6)
    assert ahead[0, 1, -1, units.X] == pytest.approx(50.0)
    assert np.abs(ahead[0, 0]).max() == 0.0


def test_default_scales_are_positive_and_never_shrink_with_time() -> None:
    assert SCALES.shape == (POINT_COUNT, 6)
    assert SCALES.min() > 0.0
    assert (np.diff(SCALES, axis=0) >= 0.0).all()
