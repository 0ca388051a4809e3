# SPDX-License-Identifier: Apache-2.0
"""A small bag for the player: what a car says, what our nodes say, and what nobody knows."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from wpt_core.bags import BagWriter, TopicQos, definitions_from
from wpt_core.sensing import encode_jpeg
from wpt_ros import topics

__all__ = ['COUNT', 'PICTURES', 'STAMPS_NS', 'START_NS', 'record_tape']

PICTURES = topics.COMPRESSED.of('front')
START_NS, COUNT = 5_000_000_000, 8
STAMPS_NS = [START_NS + k * 100_000_000 for k in range(COUNT)]
MESSAGES = Path(__file__).resolve().parents[2] / 'msg'
LATCHED = TopicQos('reliable', 'transient_local', depth=1)


class Tape:
    """The bag being written."""

    def __init__(self, path: Path) -> None:
        definitions = definitions_from(MESSAGES, 'wpt_msgs')
        definitions['demo_msgs/msg/Note'] = 'string text\n'
        self.bag = BagWriter(path, definitions=definitions)

    def header(self, stamp_ns: int) -> Any:
        time = self.bag.message_type('builtin_interfaces/msg/Time')
        stamp = time(sec=stamp_ns // 10**9, nanosec=stamp_ns % 10**9)
        return self.bag.message_type('std_msgs/msg/Header')(stamp=stamp, frame_id='front')

    def write(self, topic: str, kind: str, make: Callable[[Any, int], Any], **qos: Any) -> None:
        writer, of = self.bag.add_topic(topic, kind, **qos), self.bag.message_type(kind)
        for stamp_ns in STAMPS_NS:
            writer.write(stamp_ns, make(of, stamp_ns))


def record_tape(path: Path) -> Path:
    """0.7 s at 10 Hz: pictures, odometry, a latched name, a plan, and two that nobody knows."""
    tape = Tape(path)
    jpeg = encode_jpeg(np.full((8, 8, 3), 90, np.uint8), 90)
    make, header = tape.bag.message_type, tape.header
    vector, nothing = make('geometry_msgs/msg/Vector3'), np.zeros(36)
    place = make('geometry_msgs/msg/Pose')(
        make('geometry_msgs/msg/Point')(0.0, 0.0, 0.0),
        make('geometry_msgs/msg/Quaternion')(0.0, 0.0, 0.0, 1.0),
    )
    pose = make('geometry_msgs/msg/PoseWithCovariance')(place, nothing)

    def odometry(kind: Any, ns: int) -> Any:
        twist = make('geometry_msgs/msg/Twist')(vector(ns * 1e-9, 0.0, 0.0), vector(0, 0, 0))
        covered = make('geometry_msgs/msg/TwistWithCovariance')(twist, nothing)
        return kind(header(ns), 'base_link', pose, covered)

    with tape.bag:
        tape.write(
            f'/{PICTURES.name}',
            PICTURES.type_name,
            lambda kind, ns: kind(header(ns), 'jpeg', jpeg),
        )
        tape.write('/odometry', topics.ODOMETRY.type_name, odometry)
        tape.write('/road_name', 'std_msgs/msg/String', lambda kind, _: kind('A 8'), qos=LATCHED)
        flat = np.zeros(0, np.float32)
        tape.write(
            '/plan',
            topics.PLAN.type_name,
            lambda kind, ns: kind(header(ns), flat, [], 0.0, 0.0, 0.3),
        )
        tape.write('/note', 'demo_msgs/msg/Note', lambda kind, _: kind('unknown'))
    return path
