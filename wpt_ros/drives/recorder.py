# SPDX-License-Identifier: Apache-2.0
"""A drive as a bag: every wire as it came, pictures as JPEG, so that it can be replayed."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from rclpy.node import Node
from rclpy.serialization import serialize_message

from wpt_core.bags import BagWriter, TopicQos, TopicWriter, definitions_from
from wpt_core.types import InputError
from wpt_ros import wires
from wpt_ros.conversions.images import RawImage, RawStamp, compressed_message, frame_of
from wpt_ros.lifecycle.quality import Reliability, profile, type_of
from wpt_ros.wires import Quality, Wire

__all__ = ['RECORDED', 'Recorder']

RECORDED = (
    wires.ODOMETRY,
    wires.DRIVING_COMMAND,
    wires.PLAN,
    wires.PLANNER_STATUS,
    wires.WANTED,
    wires.COMMAND,
    wires.GATE_STATE,
    wires.ALERT,
    wires.PROGRESS,
)
_QUALITY = {
    Quality.SENSOR: TopicQos('best_effort', depth=5),
    Quality.SURE: TopicQos('reliable', depth=10),
    Quality.KEPT: TopicQos('reliable', 'transient_local', depth=1),
}


class Recorder:
    """Writes what its node hears until it is closed; messages get the time of the drive."""

    def __init__(self, node: Node, path: Path, *, cameras: Sequence[str], messages: Path) -> None:
        """`messages`: folder with the definitions of our own types."""
        self._node = node
        self._newest: dict[str, RawStamp] = {}
        self._bag = BagWriter(path, definitions=definitions_from(messages, 'wpt_msgs'))
        self.path = path
        for wire in RECORDED:
            topic = self._topic(wire)
            self._hear(wire, partial(self._keep, topic))
        for camera in cameras:
            info = wires.CAMERA_INFO.of(camera)
            self._hear(info, partial(self._keep_once, self._topic(info), []))
            picture = self._topic(wires.COMPRESSED.of(camera))
            self._hear(wires.IMAGE.of(camera), partial(self._keep_picture, picture, camera))

    def close(self) -> None:
        """The bag appears."""
        self._bag.close()

    def _topic(self, wire: Wire) -> TopicWriter:
        return self._bag.add_topic(f'/{wire.name}', wire.type_name, qos=_QUALITY[wire.quality])

    def _hear(self, wire: Wire, keep: Callable[[bytes], None]) -> None:
        quality = profile(wire.quality, Reliability.RELIABLE)
        self._node.create_subscription(type_of(wire.type_name), wire.name, keep, quality, raw=True)

    def _keep(self, topic: TopicWriter, content: bytes) -> None:
        topic.write_raw(self._now_ns(), content)

    def _keep_once(self, topic: TopicWriter, kept: list[bool], content: bytes) -> None:
        if not kept:
            kept.append(True)
            self._keep(topic, content)

    def _keep_picture(self, topic: TopicWriter, camera: str, content: bytes) -> None:
        with suppress(InputError):  # what the planner refuses is not worth keeping either
            self._keep_sound(topic, camera, RawImage.of(content))

    def _keep_sound(self, topic: TopicWriter, camera: str, raw: RawImage) -> None:
        if raw.stamp == self._newest.get(camera):  # the first step of a drive is shown repeatedly
            return
        self._newest[camera] = raw.stamp
        frame = frame_of(camera, raw)
        message: Any = compressed_message(frame.image, stamp=_stamp(raw), frame_id=camera)
        topic.write_raw(self._now_ns(), serialize_message(message))

    def _now_ns(self) -> int:
        return int(self._node.get_clock().now().nanoseconds)


def _stamp(raw: RawImage) -> Any:
    time = type_of('builtin_interfaces/msg/Time')
    return time(sec=raw.stamp.sec, nanosec=raw.stamp.nanosec)
