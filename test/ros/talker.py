# SPDX-License-Identifier: Apache-2.0
"""The other process of the tests: sends one kind of message until it is told to stop."""

import array
import sys
import time
from collections.abc import Callable
from typing import Any

import rclpy
from rclpy.qos import qos_profile_sensor_data
from sensor_msgs.msg import Image
from wpt_msgs.msg import Plan, PlanHypothesis

POINTS = 33
PROBABILITIES = (0.5, 0.25, 0.125, 0.0625, 0.0625)
WIDTH_PX, HEIGHT_PX = 1280, 720
FRAME = bytes(range(256)) * (WIDTH_PX * HEIGHT_PX * 3 // 256)
LIMIT_S = 60.0


def floats(count: int, start: float) -> array.array:
    """Values that float32 holds exactly, all different."""
    return array.array('f', [start + index / 8 for index in range(count)])


def plan() -> Plan:
    """A plan in which no two numbers of a field are the same."""
    message = Plan(times_s=floats(POINTS, 0.0))
    message.header.frame_id = 'base_link'
    message.header.stamp.sec = 1_700_000_000
    for index, probability in enumerate(PROBABILITIES):
        message.hypotheses.append(
            PlanHypothesis(
                probability=probability,
                positions_m=floats(2 * POINTS, 10.0 * index),
                position_scales_m=floats(2 * POINTS, 1.0 + index),
                speeds_mps=floats(POINTS, 20.0 + index),
                accelerations_mps2=floats(POINTS, -3.0 + index),
                yaws_rad=floats(POINTS, 0.5 * index),
                yaw_rates_radps=floats(POINTS, 0.25 * index),
            )
        )
    return message


def image() -> Image:
    message = Image(height=HEIGHT_PX, width=WIDTH_PX, encoding='rgb8', step=3 * WIDTH_PX)
    message.data = array.array('B', FRAME)
    return message


MAKERS: dict[str, tuple[type, Callable[[], Any]]] = {
    'plan': (Plan, plan),
    'image': (Image, image),
}


def main(kind: str, rate_hz: float) -> None:
    message_type, make = MAKERS[kind]
    rclpy.init()
    node = rclpy.create_node('talker')
    publisher = node.create_publisher(message_type, kind, qos_profile_sensor_data)
    message = make()
    end_s = time.monotonic() + LIMIT_S
    while time.monotonic() < end_s:
        message.header.stamp.nanosec += 1  # numbers the messages
        publisher.publish(message)
        time.sleep(1.0 / rate_hz)


if __name__ == '__main__':
    main(sys.argv[1], rate_hz=float(sys.argv[2]))
