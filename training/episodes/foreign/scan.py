# SPDX-License-Identifier: Apache-2.0
"""Scan of a recording: times and faults of images, motion, commands."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from training.episodes.foreign.images import image_fault
from training.episodes.foreign.mapping import Mapping
from training.episodes.foreign.odometry import ODOMETRY, ODOMETRY_TYPES, row_of
from wpt_core.bags import Bag, Message
from wpt_core.types import Command, InputError, Rig

__all__ = ['Recording', 'Stream', 'scan', 'stamp_of', 'topic_types']

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False, slots=True)
class Stream:
    """Messages of one topic in the order of the recording."""

    stamps_s: FloatArray
    """(N,) on the clock of the mapping, since the start of the recording."""
    recorded_s: FloatArray
    """(N,) time of recording, since the start."""
    faults: dict[int, str]
    """Reason by message number, of images only."""


@dataclass(frozen=True, eq=False, slots=True)
class Recording:
    """Data of a recording without the images."""

    images: dict[str, Stream]
    """Streams by camera, the anchor first."""
    motion: Stream
    rows: FloatArray
    """(N, 13) of `motion`: position, quaternion, linear and angular velocity."""
    twist: bool
    """Whether the velocities of `rows` are used."""
    commands: Stream
    requested: tuple[Command, ...]
    """Command of each message of `commands`."""


@dataclass(slots=True)
class _Growing:
    stamps_s: list[float] = field(default_factory=list)
    recorded_s: list[float] = field(default_factory=list)
    faults: dict[int, str] = field(default_factory=dict)

    def stream(self) -> Stream:
        return Stream(np.array(self.stamps_s), np.array(self.recorded_s), self.faults)


def topic_types(bag: Bag) -> dict[str, str]:
    """Return types by topic."""
    return {topic.name: topic.type_name for topic in bag.info.topics}


def stamp_of(message: Message, clock: str, start_ns: int) -> float:
    """Return the time on the clock of the mapping, since `start_ns`."""
    header_ns = 0
    if clock == 'header':
        stamp = message.message.header.stamp
        header_ns = stamp.sec * 10**9 + stamp.nanosec
    # Some drivers leave the stamp of the header at zero.
    return ((header_ns or message.stamp_ns) - start_ns) * 1e-9


def scan(bag: Bag, mapping: Mapping, *, rig: Rig) -> Recording:
    """Read all messages once; InputError for wrong types of odometry or commands."""
    types = topic_types(bag)
    _check(bag, mapping, types)
    wanted = {source.image: source.name for source in mapping.cameras if source.name in rig.names}
    lenses = {camera.name: camera.intrinsics for camera in rig.cameras}
    topics = [*wanted, mapping.odometry, *([mapping.command] if mapping.command else [])]
    growing = {topic: _Growing() for topic in topics}
    rows: list[tuple[float, ...]] = []
    requested: list[Command] = []
    start_ns = bag.info.start_ns or 0
    for message in bag.messages(topics):
        stream = growing[message.topic]
        recorded_s = (message.stamp_ns - start_ns) * 1e-9
        stream.stamps_s.append(stamp_of(message, mapping.clock, start_ns))
        stream.recorded_s.append(recorded_s)
        if name := wanted.get(message.topic):
            size_px = lenses[name].width_px, lenses[name].height_px
            if fault := image_fault(message.message, types[message.topic], size_px):
                stream.faults[len(stream.stamps_s) - 1] = fault
        elif message.topic == mapping.odometry:
            rows.append(row_of(message.message, types[message.topic]))
        else:
            requested.append(_command(bag, message))
    return Recording(
        {wanted[topic]: growing[topic].stream() for topic in wanted},
        growing[mapping.odometry].stream(),
        np.array(rows, np.float64).reshape(-1, 13),
        types[mapping.odometry] == ODOMETRY and mapping.speed_from == 'twist',
        growing[mapping.command].stream() if mapping.command else _Growing().stream(),
        tuple(requested),
    )


def _check(bag: Bag, mapping: Mapping, types: dict[str, str]) -> None:
    expected: list[tuple[str, tuple[str, ...]]] = [(mapping.odometry, ODOMETRY_TYPES)]
    if mapping.command:
        expected.append((mapping.command, ('wpt_msgs/msg/DrivingCommand',)))
    for topic, fitting in expected:
        if types.get(topic) not in fitting:
            found = f'is a {types[topic]}' if topic in types else 'is not in the recording'
            candidates = [name for name in types if types[name] in fitting]
            raise InputError(
                f'{bag.info.path}: {topic} must be a {" or ".join(fitting)}, but {found}; topics '
                f'of that kind: {", ".join(candidates) or "none"}; correct {mapping.path}'
            )


def _command(bag: Bag, message: Message) -> Command:
    number = int(message.message.command)
    if number not in list(Command):
        raise InputError(
            f'{bag.info.path}: {message.topic} has the command {number}; '
            f'expected one of {", ".join(f"{c.value} {c.name}" for c in Command)}'
        )
    return Command(number)
