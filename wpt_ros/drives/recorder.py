# SPDX-License-Identifier: Apache-2.0
"""Recorder of a drive: all topics as received, images as JPEG, in a bag that can be replayed."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from rclpy.node import Node
from rclpy.serialization import deserialize_message, serialize_message

from wpt_core.bags import BagWriter, TopicQos, TopicWriter, definitions_from
from wpt_core.types import InputError
from wpt_ros import topics
from wpt_ros.conversions.images import RawImage, compressed_message, frame_of
from wpt_ros.qos import Reliability, profile, type_of
from wpt_ros.topics import Quality, Topic

__all__ = ['RECORDED', 'Recorder']

RECORDED = (
    topics.ODOMETRY,
    topics.DRIVING_COMMAND,
    topics.PLAN,
    topics.PLANNER_STATUS,
    topics.WANTED,
    topics.COMMAND,
    topics.GATE_STATE,
    topics.ALERT,
    topics.PROGRESS,
)
_QUALITY = {
    Quality.SENSOR: TopicQos('best_effort', depth=5),
    Quality.RELIABLE: TopicQos('reliable', depth=10),
    Quality.LATCHED: TopicQos('reliable', 'transient_local', depth=1),
}


class Recorder:
    """Records its subscriptions until it is closed, by simulated time.

    Before the car is engaged the world node repeats its first step. Only the newest message of
    each topic is kept of that, so the bag starts with the drive.
    """

    def __init__(self, node: Node, path: Path, *, cameras: Sequence[str], messages: Path) -> None:
        """`messages`: folder with the definitions of our own types."""
        self._node = node
        self._bag = BagWriter(path, definitions=definitions_from(messages, 'wpt_msgs'))
        self._waiting: dict[str, tuple[int, TopicWriter, bytes]] | None = {}
        """Newest message by topic until the drive starts."""
        self.path = path
        for topic in RECORDED:
            keep = self._keep_progress if topic is topics.PROGRESS else self._keep
            self._subscribe(topic, partial(keep, topic.name, self._writer(topic)))
        for camera in cameras:
            info = topics.CAMERA_INFO.of(camera)
            self._subscribe(info, partial(self._keep_once, info.name, self._writer(info), []))
            picture = self._writer(topics.COMPRESSED.of(camera))
            self._subscribe(topics.IMAGE.of(camera), partial(self._keep_picture, picture, camera))

    def close(self) -> None:
        """Finish the bag, which appears in its folder."""
        self._begin()
        self._bag.close()

    def _writer(self, topic: Topic) -> TopicWriter:
        return self._bag.add_topic(f'/{topic.name}', topic.type_name, qos=_QUALITY[topic.quality])

    def _subscribe(self, topic: Topic, keep: Callable[[bytes], None]) -> None:
        quality = profile(topic.quality, Reliability.RELIABLE)
        self._node.create_subscription(
            type_of(topic.type_name), topic.name, keep, quality, raw=True
        )

    def _begin(self) -> None:
        for at_ns, writer, content in sorted(
            (self._waiting or {}).values(), key=lambda waiting: waiting[0]
        ):
            writer.write_raw(at_ns, content)
        self._waiting = None

    def _keep(self, name: str, writer: TopicWriter, content: bytes) -> None:
        now_ns = int(self._node.get_clock().now().nanoseconds)
        if self._waiting is None:
            writer.write_raw(now_ns, content)
        else:
            self._waiting[name] = (now_ns, writer, content)

    def _keep_progress(self, name: str, writer: TopicWriter, content: bytes) -> None:
        message: Any = deserialize_message(content, type_of(topics.PROGRESS.type_name))
        if message.time_s > 0.0:
            self._begin()
        self._keep(name, writer, content)

    def _keep_once(self, name: str, writer: TopicWriter, kept: list[bool], content: bytes) -> None:
        if not kept:
            kept.append(True)
            self._keep(name, writer, content)

    def _keep_picture(self, writer: TopicWriter, camera: str, content: bytes) -> None:
        with suppress(InputError):  # the planner rejects such images as well
            raw = RawImage.of(content)
            picture: Any = compressed_message(
                frame_of(camera, raw).image, stamp=_stamp(raw), frame_id=raw.frame_id
            )
            self._keep(camera, writer, serialize_message(picture))


def _stamp(raw: RawImage) -> Any:
    time = type_of('builtin_interfaces/msg/Time')
    return time(sec=raw.stamp.sec, nanosec=raw.stamp.nanosec)
