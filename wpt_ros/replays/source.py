# SPDX-License-Identifier: Apache-2.0
"""What a recording has for the planner: pictures, lenses, motion, commands; or why it has not."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ament_index_python.packages import get_package_share_directory

from wpt_core.bags import Bag, TopicInfo, definitions_from
from wpt_core.types import Camera, Command, InputError, Rig
from wpt_ros import wires
from wpt_ros.conversions.commands import command_of
from wpt_ros.conversions.images import RawCompressedImage, RawImage
from wpt_ros.conversions.lenses import intrinsics_of
from wpt_ros.conversions.motion import ego_of
from wpt_ros.replays.driven_path import DrivenPath
from wpt_ros.wires import Wire

__all__ = ['LEAST_S', 'Source', 'open_bag', 'open_source', 'stamp_ns']

LEAST_S = 1.0
"""Of odometry after the first picture: the shortest horizon of the figures."""
_PICTURES = ('sensor_msgs/msg/Image', 'sensor_msgs/msg/CompressedImage')


@dataclass(frozen=True, eq=False, slots=True)
class Source:
    """One recording that can be replayed."""

    bag: Path
    name: str
    rig: Rig
    """With the lenses of the recording."""
    camera: Camera
    """The first of the rig that has sent pictures; it is the anchor."""
    compressed: bool
    anchors_ns: tuple[int, ...]
    """Stamps of its pictures, rising."""
    driven: DrivenPath
    commands: tuple[tuple[float, Command], ...]
    """When each was said."""
    seconds: float
    notices: tuple[str, ...]
    """What is damaged in it."""

    @property
    def picture(self) -> Wire:
        """Of the anchor."""
        wire = wires.COMPRESSED if self.compressed else wires.IMAGE
        return wire.of(self.camera.name)

    def command_at(self, stamp_s: float) -> Command:
        """The newest one, as long as it holds; else to keep the lane."""
        said = [one for one in self.commands if one[0] <= stamp_s + 1e-6]
        holds_s = wires.DRIVING_COMMAND.stale_after_s or 0.0
        return said[-1][1] if said and stamp_s - said[-1][0] <= holds_s else Command.KEEP


def open_bag(path: Path) -> Bag:
    """Our own messages are understood also where the recording does not define them."""
    share = Path(get_package_share_directory('wpt_msgs'))
    return Bag.open(path, definitions=definitions_from(share / 'msg', 'wpt_msgs'))


def open_source(path: Path, rig: Rig, *, name: str) -> Source:
    """InputError or BagError, in one sentence, where the planner could do nothing with it."""
    with open_bag(path) as bag:
        topics = {topic.name: topic for topic in bag.info.topics if topic.count}
        compressed, anchor = _seeing(path, rig, topics)
        _require_odometry(path, topics)
        lenses = _with_lenses(bag, rig, topics)
        source = Source(
            bag=path,
            name=name,
            rig=lenses,
            camera=next(one for one in lenses.cameras if one.name == anchor),
            compressed=compressed,
            anchors_ns=_anchors_ns(bag, anchor, compressed=compressed),
            driven=_driven(bag),
            commands=_commands(bag, topics),
            seconds=bag.info.duration_s,
            notices=tuple(notice.text for notice in bag.info.notices),
        )
    known_s = max(source.driven.known_s(ns * 1e-9) for ns in source.anchors_ns)
    if known_s < LEAST_S:
        raise InputError(
            f'{path}: too short; expected a picture of {anchor} with {LEAST_S:g} s of odometry '
            f'after it at least (3 s for all figures), got {max(0.0, known_s):.2f} s'
        )
    return source


def stamp_ns(stamp: Any) -> int:
    """Of a header."""
    return int(stamp.sec) * 10**9 + int(stamp.nanosec)


def _seeing(path: Path, rig: Rig, topics: Mapping[str, TopicInfo]) -> tuple[bool, str]:
    """Compressed pictures or raw ones, whichever more cameras sent; and the first such camera."""
    found = {
        compressed: [name for name in rig.names if f'/{wire.of(name).name}' in topics]
        for compressed, wire in ((True, wires.COMPRESSED), (False, wires.IMAGE))
    }
    compressed = len(found[True]) >= len(found[False])
    if not found[compressed]:
        pictures = sorted(name for name, topic in topics.items() if topic.type_name in _PICTURES)
        there = f'its pictures are on {", ".join(pictures)}' if pictures else 'it has no pictures'
        raise InputError(
            f'{path}: no pictures of a camera of the rig ({", ".join(rig.names)}) on topics like '
            f'/{wires.COMPRESSED.of(rig.names[0]).name}; {there}; give the rig file of the car '
            'by --rig, or for other names --mapping'
        )
    return compressed, found[compressed][0]


def _require_odometry(path: Path, topics: Mapping[str, TopicInfo]) -> None:
    wire = wires.ODOMETRY
    topic = topics.get(f'/{wire.name}')
    if topic is None or topic.type_name != wire.type_name:
        raise InputError(
            f'{path}: no odometry ({wire.type_name}) on /{wire.name}, and without a speed there '
            f'is no plan; its topics are {", ".join(sorted(topics))}; '
            'for other names give --mapping'
        )


def _with_lenses(bag: Bag, rig: Rig, topics: Mapping[str, TopicInfo]) -> Rig:
    """A recorded lens goes before that of the rig."""
    cameras = []
    for camera in rig.cameras:
        topic = f'/{wires.CAMERA_INFO.of(camera.name).name}'
        told = next(bag.messages([topic]), None) if topic in topics else None
        lens = camera.intrinsics if told is None else intrinsics_of(told.message)
        cameras.append(replace(camera, intrinsics=lens))
    return Rig(tuple(cameras))


def _driven(bag: Bag) -> DrivenPath:
    messages = bag.messages([f'/{wires.ODOMETRY.name}'])
    return DrivenPath.of([ego_of(one.message) for one in messages])


def _commands(bag: Bag, topics: Mapping[str, TopicInfo]) -> tuple[tuple[float, Command], ...]:
    wire = wires.DRIVING_COMMAND
    topic = topics.get(f'/{wire.name}')
    if topic is None or topic.type_name != wire.type_name:
        return ()
    messages = bag.messages([topic.name])
    return tuple((one.stamp_ns * 1e-9, command_of(one.message)) for one in messages)


def _anchors_ns(bag: Bag, camera: str, *, compressed: bool) -> tuple[int, ...]:
    kind = RawCompressedImage if compressed else RawImage
    wire = wires.COMPRESSED if compressed else wires.IMAGE
    messages = bag.raw_messages([f'/{wire.of(camera).name}'])
    return tuple(sorted({stamp_ns(kind.of(message.data).stamp) for message in messages}))
