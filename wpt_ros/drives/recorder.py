# SPDX-License-Identifier: Apache-2.0
"""A drive as a bag: every wire as it came, pictures as JPEG, so that it can be replayed."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from rclpy.node import Node
from rclpy.serialization import deserialize_message, serialize_message

from wpt_core.bags import BagWriter, TopicQos, TopicWriter, definitions_from
from wpt_core.types import InputError
from wpt_ros import wires
from wpt_ros.conversions.images import RawImage, compressed_message, frame_of
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
    """Writes what its node hears until it is closed; messages get the time of the drive.

    While the proving ground waits for the car to be engaged it shows its first step again and
    again. Of that only the newest message of each topic is kept, so a bag begins where the drive
    does.
    """

    def __init__(self, node: Node, path: Path, *, cameras: Sequence[str], messages: Path) -> None:
        """`messages`: folder with the definitions of our own types."""
        self._node = node
        self._bag = BagWriter(path, definitions=definitions_from(messages, 'wpt_msgs'))
        self._waiting: dict[str, tuple[int, TopicWriter, bytes]] | None = {}
        """By topic, until the drive has begun."""
        self.path = path
        for wire in RECORDED:
            keep = self._keep_progress if wire is wires.PROGRESS else self._keep
            self._hear(wire, partial(keep, wire.name, self._topic(wire)))
        for camera in cameras:
            info = wires.CAMERA_INFO.of(camera)
            self._hear(info, partial(self._keep_once, info.name, self._topic(info), []))
            picture = self._topic(wires.COMPRESSED.of(camera))
            self._hear(wires.IMAGE.of(camera), partial(self._keep_picture, picture, camera))

    def close(self) -> None:
        """The bag appears."""
        self._begin()
        self._bag.close()

    def _topic(self, wire: Wire) -> TopicWriter:
        return self._bag.add_topic(f'/{wire.name}', wire.type_name, qos=_QUALITY[wire.quality])

    def _hear(self, wire: Wire, keep: Callable[[bytes], None]) -> None:
        quality = profile(wire.quality, Reliability.RELIABLE)
        self._node.create_subscription(type_of(wire.type_name), wire.name, keep, quality, raw=True)

    def _begin(self) -> None:
        for at_ns, topic, content in sorted(
            (self._waiting or {}).values(), key=lambda waiting: waiting[0]
        ):
            topic.write_raw(at_ns, content)
        self._waiting = None

    def _keep(self, name: str, topic: TopicWriter, content: bytes) -> None:
        now_ns = int(self._node.get_clock().now().nanoseconds)
        if self._waiting is None:
            topic.write_raw(now_ns, content)
        else:
            self._waiting[name] = (now_ns, topic, content)

    def _keep_progress(self, name: str, topic: TopicWriter, content: bytes) -> None:
        message: Any = deserialize_message(content, type_of(wires.PROGRESS.type_name))
        if message.time_s > 0.0:
            self._begin()
        self._keep(name, topic, content)

    def _keep_once(self, name: str, topic: TopicWriter, kept: list[bool], content: bytes) -> None:
        if not kept:
            kept.append(True)
            self._keep(name, topic, content)

    def _keep_picture(self, topic: TopicWriter, camera: str, content: bytes) -> None:
        with suppress(InputError):  # what the planner refuses is not worth keeping either
            raw = RawImage.of(content)
            picture: Any = compressed_message(
                frame_of(camera, raw).image, stamp=_stamp(raw), frame_id=raw.frame_id
            )
            self._keep(camera, topic, serialize_message(picture))


def _stamp(raw: RawImage) -> Any:
    time = type_of('builtin_interfaces/msg/Time')
    return time(sec=raw.stamp.sec, nanosec=raw.stamp.nanosec)
