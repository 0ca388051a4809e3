# SPDX-License-Identifier: Apache-2.0
"""Content of a recording for the planner: images, intrinsics, odometry, driving commands."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ament_index_python.packages import get_package_share_directory

from wpt_core.bags import Bag, TopicInfo, definitions_from
from wpt_core.types import Camera, Command, InputError, Rig
from wpt_ros import topics
from wpt_ros.conversions.cameras import intrinsics_of
from wpt_ros.conversions.commands import command_of
from wpt_ros.conversions.images import RawCompressedImage, RawImage
from wpt_ros.conversions.motion import ego_of
from wpt_ros.replays.driven_path import DrivenPath
from wpt_ros.topics import Topic

__all__ = ['LEAST_S', 'Source', 'open_bag', 'open_source', 'stamp_ns']

LEAST_S = 1.0
"""Least odometry after the first image: the shortest horizon of the figures."""
_PICTURES = ('sensor_msgs/msg/Image', 'sensor_msgs/msg/CompressedImage')


@dataclass(frozen=True, eq=False, slots=True)
class Source:
    """One recording that can be replayed."""

    bag: Path
    name: str
    rig: Rig
    """With the intrinsics of the recording."""
    camera: Camera
    """The anchor: the first camera of the rig that has images."""
    compressed: bool
    anchors_ns: tuple[int, ...]
    """Stamps of its images, increasing."""
    driven: DrivenPath
    commands: tuple[tuple[float, Command], ...]
    """Driving commands with their times."""
    seconds: float
    notices: tuple[str, ...]
    """Damage of the bag."""

    @property
    def picture(self) -> Topic:
        """Return the image topic of the anchor."""
        topic = topics.COMPRESSED if self.compressed else topics.IMAGE
        return topic.of(self.camera.name)

    def command_at(self, stamp_s: float) -> Command:
        """Return the newest command that has not expired; else KEEP."""
        said = [one for one in self.commands if one[0] <= stamp_s + 1e-6]
        holds_s = topics.DRIVING_COMMAND.stale_after_s or 0.0
        return said[-1][1] if said and stamp_s - said[-1][0] <= holds_s else Command.KEEP


def open_bag(path: Path) -> Bag:
    """Open a bag, with definitions of our own messages that the bag may lack."""
    share = Path(get_package_share_directory('wpt_msgs'))
    return Bag.open(path, definitions=definitions_from(share / 'msg', 'wpt_msgs'))


def open_source(path: Path, rig: Rig, *, name: str) -> Source:
    """Read the recording; raise InputError or BagError if the planner cannot use it."""
    with open_bag(path) as bag:
        recorded = {one.name: one for one in bag.info.topics if one.count}
        compressed, anchor = _seeing(path, rig, recorded)
        _require_odometry(path, recorded)
        lenses = _with_lenses(bag, rig, recorded)
        source = Source(
            bag=path,
            name=name,
            rig=lenses,
            camera=next(one for one in lenses.cameras if one.name == anchor),
            compressed=compressed,
            anchors_ns=_anchors_ns(bag, anchor, compressed=compressed),
            driven=_driven(bag),
            commands=_commands(bag, recorded),
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
    """Return a stamp in nanoseconds."""
    return int(stamp.sec) * 10**9 + int(stamp.nanosec)


def _seeing(path: Path, rig: Rig, recorded: Mapping[str, TopicInfo]) -> tuple[bool, str]:
    """Return whether more cameras have compressed images than raw ones, and the first of them."""
    found = {
        compressed: [name for name in rig.names if f'/{topic.of(name).name}' in recorded]
        for compressed, topic in ((True, topics.COMPRESSED), (False, topics.IMAGE))
    }
    compressed = len(found[True]) >= len(found[False])
    if not found[compressed]:
        pictures = sorted(name for name, one in recorded.items() if one.type_name in _PICTURES)
        there = f'its pictures are on {", ".join(pictures)}' if pictures else 'it has no pictures'
        raise InputError(
            f'{path}: no pictures of a camera of the rig ({", ".join(rig.names)}) on topics like '
            f'/{topics.COMPRESSED.of(rig.names[0]).name}; {there}; give the rig file of the car '
            'by --rig, or for other names --mapping'
        )
    return compressed, found[compressed][0]


def _require_odometry(path: Path, recorded: Mapping[str, TopicInfo]) -> None:
    topic = topics.ODOMETRY
    found = recorded.get(f'/{topic.name}')
    if found is None or found.type_name != topic.type_name:
        raise InputError(
            f'{path}: no odometry ({topic.type_name}) on /{topic.name}, and without a speed there '
            f'is no plan; its topics are {", ".join(sorted(recorded))}; '
            'for other names give --mapping'
        )


def _with_lenses(bag: Bag, rig: Rig, recorded: Mapping[str, TopicInfo]) -> Rig:
    """A recorded lens goes before that of the rig."""
    cameras = []
    for camera in rig.cameras:
        name = f'/{topics.CAMERA_INFO.of(camera.name).name}'
        told = next(bag.messages([name]), None) if name in recorded else None
        lens = camera.intrinsics if told is None else intrinsics_of(told.message)
        cameras.append(replace(camera, intrinsics=lens))
    return Rig(tuple(cameras))


def _driven(bag: Bag) -> DrivenPath:
    messages = bag.messages([f'/{topics.ODOMETRY.name}'])
    return DrivenPath.of([ego_of(one.message) for one in messages])


def _commands(bag: Bag, recorded: Mapping[str, TopicInfo]) -> tuple[tuple[float, Command], ...]:
    topic = topics.DRIVING_COMMAND
    found = recorded.get(f'/{topic.name}')
    if found is None or found.type_name != topic.type_name:
        return ()
    messages = bag.messages([found.name])
    return tuple((one.stamp_ns * 1e-9, command_of(one.message)) for one in messages)


def _anchors_ns(bag: Bag, camera: str, *, compressed: bool) -> tuple[int, ...]:
    kind = RawCompressedImage if compressed else RawImage
    topic = topics.COMPRESSED if compressed else topics.IMAGE
    messages = bag.raw_messages([f'/{topic.of(camera).name}'])
    return tuple(sorted({stamp_ns(kind.of(message.data).stamp) for message in messages}))
