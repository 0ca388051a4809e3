# SPDX-License-Identifier: Apache-2.0
"""A message with numbers or sizes of no car is refused in one sentence, and none is too large."""

from array import array
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

pytest.importorskip('wpt_msgs', reason='wpt_msgs cannot be imported; ./wpt test brings it')

from builtin_interfaces.msg import Time
from drive_samples import circles
from nav_msgs.msg import Odometry

from wpt_core.types import Action, InputError
from wpt_ros import topics
from wpt_ros.conversions.cdr import CdrReader
from wpt_ros.conversions.motion import ego_of
from wpt_ros.conversions.plans import plan_message, plan_of
from wpt_ros.conversions.stamps import check_ahead

PLAN = circles(0.01, -0.01, odds=(0.8, 0.2))


def plan(*changes: Callable[[Any], None]) -> Any:
    message = plan_message(PLAN, Action(0.01, 0.5), delay_s=0.3, stamp=Time(sec=7))
    for change in changes:
        change(message)
    return message


def put(name: str, value: Any) -> Callable[[Any], None]:
    return lambda message: setattr(message, name, value)


def put_first(name: str, value: float) -> Callable[[Any], None]:
    """Into the array, or the number, of the first hypothesis."""

    def change(message: Any) -> None:
        one = message.hypotheses[0]
        if name == 'probability':
            one.probability = value
        else:
            getattr(one, name)[0] = value

    return change


def test_a_plan_of_ours_is_let_through() -> None:
    found, action, delay_s = plan_of(plan())
    assert np.allclose(found.positions_m, PLAN.positions_m, atol=1e-4)
    assert (action.acceleration_mps2, delay_s) == pytest.approx((0.5, 0.3))


@pytest.mark.parametrize(
    ('change', 'words'),
    [
        (put('action_delay_s', -1e30), 'action_delay_s of a plan must be between 0 and 2'),
        (put('action_curvature_1pm', 1e30), 'action_curvature_1pm of a plan must be between -1'),
        (put('action_acceleration_mps2', float('nan')), 'action_acceleration_mps2 .* got nan'),
        (put_first('probability', -5.0), 'probabilities of a plan must be between 0 and 1'),
        (put_first('probability', 0.0), 'the sum of the probabilities of a plan must be between'),
        (put_first('positions_m', float('inf')), 'positions_m of a plan must be between'),
        (put_first('position_scales_m', -0.1), 'position_scales_m of a plan must be between 0'),
        (put_first('speeds_mps', 1e6), 'speeds_mps of a plan must be between'),
        (put_first('yaw_rates_radps', float('nan')), 'yaw_rates_radps of a plan .* got nan'),
        (put('hypotheses', []), 'the number of hypotheses of a plan must be between 1 and 64'),
        (put('times_s', array('f', [0.0])), 'the number of points of a plan must be between 2'),
        (put('times_s', array('f', [0.0] * 257)), 'the number of points .* 256, got 257'),
    ],
)
def test_a_plan_of_no_car_is_refused(change: Callable[[Any], None], words: str) -> None:
    with pytest.raises(InputError, match=words):
        plan_of(plan(change))


def test_too_many_hypotheses_are_refused_before_they_are_read() -> None:
    message = plan()
    message.hypotheses = [message.hypotheses[0]] * 65
    with pytest.raises(InputError, match=r'the number of hypotheses .* got 65'):
        plan_of(message)


@pytest.mark.parametrize(
    ('speed_mps', 'yaw_rate_radps', 'x_m', 'words'),
    [
        (1e9, 0.0, 0.0, 'twist.linear.x of odometry must be between -100 and 100'),
        (20.0, 1e9, 0.0, 'twist.angular.z of odometry must be between'),
        (0.6, 5.0, 0.0, 'twist.angular.z / twist.linear.x of odometry must be between -1'),
        (20.0, 0.0, -1e12, 'pose.position.x of odometry must be between'),
        (float('nan'), 0.0, 0.0, 'odometry holds a number that is not finite'),
    ],
)
def test_odometry_of_no_car_is_refused(
    speed_mps: float, yaw_rate_radps: float, x_m: float, words: str
) -> None:
    message = Odometry()
    message.twist.twist.linear.x, message.twist.twist.angular.z = speed_mps, yaw_rate_radps
    message.pose.pose.position.x = x_m
    with pytest.raises(InputError, match=words):
        ego_of(message)


def test_a_stamp_from_the_future_is_refused() -> None:
    check_ahead(100.1, 100.0)
    with pytest.raises(InputError, match=r'the stamp is 3.6e\+03 s ahead of the clock here'):
        check_ahead(3700.0, 100.0)


def test_every_topic_states_how_large_a_message_may_be() -> None:
    largest = replace(topics.PLAN, name='plan').most_bytes
    topics.PLAN.check_size(b'x' * largest)
    with pytest.raises(InputError, match=f'has {largest + 1} bytes, expected at most {largest}'):
        topics.PLAN.check_size(b'x' * (largest + 1))
    assert all(one.most_bytes <= 2**20 for one in topics.TOPICS if 'image_raw' not in one.name)


def test_the_largest_plan_that_may_come_fits() -> None:
    numbers = 64 * 256 * 8
    assert 4 * numbers + 2**14 < topics.PLAN.most_bytes


def test_a_long_name_of_a_frame_is_refused_before_it_is_copied() -> None:
    content = b'\x00\x01\x00\x00' + (5000).to_bytes(4, 'little') + b'x' * 5000
    with pytest.raises(InputError, match=r'the frame_id of a thing has 5000 bytes, .* most 4096'):
        CdrReader(content, 'thing').string('frame_id')
