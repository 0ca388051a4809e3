# SPDX-License-Identifier: Apache-2.0
"""What a bad camera sends in place of a picture: each takes a message, and gives what is sent."""

from array import array
from typing import Any

import numpy as np
from rclpy.serialization import serialize_message


def other_encoding(message: Any) -> list[Any]:
    message.encoding = 'potato'
    return [message]


def other_size(message: Any) -> list[Any]:
    message.width, message.step = message.width // 2, message.step // 2
    return [message]


def cut_off(message: Any) -> list[Any]:
    message.data = array('B', bytes(message.data)[:1000])
    return [message]


def random_bytes(message: Any) -> list[Any]:
    noise = np.random.default_rng(int(message.header.stamp.nanosec)).bytes(500)
    return [b'\x00\x01\x00\x00' + noise]


def cut_bytes(message: Any) -> list[Any]:
    return [serialize_message(message)[:30]]


def from_the_future(message: Any) -> list[Any]:
    message.header.stamp.sec += 5
    return [message]


def before_time(message: Any) -> list[Any]:
    message.header.stamp.sec = -5
    return [message]


def the_same_again(message: Any) -> list[Any]:
    message.data = array('B', bytes([90]) * len(message.data))
    return [message]


def nothing(_message: Any) -> list[Any]:
    return []
