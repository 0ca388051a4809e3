# SPDX-License-Identifier: Apache-2.0
"""The path driven, from odometry: circles and straight lines that can be computed by hand."""

import math

import numpy as np
import pytest

pytest.importorskip('wpt_msgs', reason='wpt_msgs cannot be imported; ./wpt test brings it')

from driven_samples import driven_circle

from wpt_core.types import EgoState, InputError, Pose2
from wpt_ros.replays.driven_path import DrivenPath

TIMES_S = np.array([0.5, 1.0, 2.0, 3.0])


@pytest.mark.parametrize('curvature_1pm', [0.02, -0.01, 1e-9])
def test_a_circle_ahead_begins_at_the_car_and_bends_as_it_was_driven(curvature_1pm: float) -> None:
    driven = driven_circle(curvature_1pm, seconds=8.0, speed_mps=12.0)
    ahead = driven.ahead(101.23, TIMES_S)
    assert ahead is not None
    turn = curvature_1pm * 12.0 * np.concatenate([[0.0], TIMES_S])
    expected_m = np.column_stack([np.sin(turn), 1.0 - np.cos(turn)]) / curvature_1pm
    np.testing.assert_allclose(ahead.positions_m, expected_m, atol=2e-4)
    np.testing.assert_allclose(ahead.yaws_rad, turn, atol=1e-5)
    np.testing.assert_allclose(ahead.times_s, [0.0, *TIMES_S])


def test_the_future_ends_with_the_recording() -> None:
    driven = driven_circle(0.01, seconds=4.0)  # from 100 s on
    assert driven.known_s(100.0) == pytest.approx(4.0, abs=1e-5)
    assert driven.known_s(103.9) == pytest.approx(0.1, abs=1e-5)
    assert driven.known_s(104.2) < 0.0
    assert driven.known_s(99.0) == -math.inf
    assert driven.ahead(101.0, TIMES_S) is not None
    assert driven.ahead(101.01, TIMES_S) is None
    assert driven.ahead(99.9, TIMES_S) is None


def test_the_future_ends_with_a_pause_of_the_odometry() -> None:
    egos = [_straight(time_s) for time_s in np.arange(100.0, 108.0, 0.05)]
    holed = DrivenPath.of([ego for ego in egos if not 103.02 < ego.stamp_s < 103.42])
    assert holed.known_s(100.0) == pytest.approx(3.0, abs=1e-5)
    assert holed.known_s(103.2) < 0.0
    assert holed.known_s(104.0) == pytest.approx(3.95, abs=1e-5)
    two_lost = DrivenPath.of([ego for ego in egos if not 103.02 < ego.stamp_s < 103.12])
    assert two_lost.known_s(100.0) == pytest.approx(7.95, abs=1e-5)


def test_curvature_is_that_of_the_moment_and_unknown_where_the_car_stands() -> None:
    left = driven_circle(0.02, seconds=4.0)
    assert left.curvature_1pm(101.03) == pytest.approx(0.02)
    assert math.isnan(left.curvature_1pm(99.9))
    assert math.isnan(left.curvature_1pm(104.1))
    assert math.isnan(driven_circle(0.02, seconds=4.0, speed_mps=0.9).curvature_1pm(101.0))


def test_order_and_repeats_do_not_matter() -> None:
    egos = [_straight(time_s) for time_s in (100.0, 100.05, 100.1)]
    mixed = DrivenPath.of([egos[2], egos[0], egos[1], egos[0]])
    np.testing.assert_array_equal(mixed.positions_m, DrivenPath.of(egos).positions_m)


def test_turning_through_pi_is_no_jump() -> None:
    egos = [
        EgoState(
            100.0 + k * 0.1, Pose2(0.0, 0.0, math.remainder(3.0 + 0.1 * k, math.tau)), *[0.0] * 4
        )
        for k in range(5)
    ]
    np.testing.assert_allclose(DrivenPath.of(egos).yaws_rad, 3.0 + 0.1 * np.arange(5))


def test_one_moment_is_no_path() -> None:
    with pytest.raises(InputError, match='odometry with two stamps at least, got 1'):
        DrivenPath.of([_straight(100.0), _straight(100.0)])


def _straight(time_s: float) -> EgoState:
    return EgoState(time_s, Pose2(10.0 * (time_s - 100.0), 0.0, 0.0), 10.0, 0.0, 0.0, 0.0)
