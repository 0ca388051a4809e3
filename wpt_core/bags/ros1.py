# SPDX-License-Identifier: Apache-2.0
"""Reading the bags of ROS 1, as if ROS 2 had recorded them."""

import struct
from array import array
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from rosbags.interfaces import Connection, Nodetype
from rosbags.interfaces.typing import FieldDesc, Typesdict
from rosbags.rosbag1 import ReaderError
from rosbags.serde import SerdeError
from rosbags.typesys.msg import normalize_msgtype

from wpt_core.bags.damage import damage_notice, reason, unreadable_message
from wpt_core.bags.definitions import DEFAULT_DISTRIBUTION, full_definition, typestore_for
from wpt_core.bags.qos import TopicQos
from wpt_core.bags.ros1_reader import BoundedReader
from wpt_core.bags.storage import Int64Array, StoredTopic, plain
from wpt_core.types import BagError, Notice

__all__ = ['ROS1_MAGIC', 'Ros1Storage']

ROS1_MAGIC = b'#ROSBAG V2.0\n'
# The header of ROS 2 lost the sequence number, and the library drops it on the way.
HEADER = 'std_msgs/msg/Header'
SEPARATOR = '=' * 80 + '\n'
# What the library raises on a file that is not as it should be.
UNREADABLE = (
    ReaderError,
    SerdeError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    OverflowError,
    RuntimeError,
    TypeError,
    ValueError,
    struct.error,
)

Fields = Typesdict
"""The fields of types, by name."""


class Ros1Storage:
    """One ROS 1 bag, as `Storage`; its messages come out as CDR, with ROS 2's headers."""

    kind = 'rosbag1'
    notices: tuple[Notice, ...] = ()

    def __init__(self, path: Path) -> None:
        """Index the file; BagError if it is damaged or was not closed."""
        self._path = path
        self._reader = BoundedReader(path)
        try:
            self._reader.open()
            self._index(self._reader.connections)
        except UNREADABLE as error:
            self.close()
            raise BagError(
                f'{path} is a damaged ROS 1 bag ({reason(error)}); repair it with rosbag reindex'
            ) from error
        except BaseException:
            self.close()
            raise

    def _index(self, connections: list[Connection]) -> None:
        self._store = typestore_for(_definitions(connections), DEFAULT_DISTRIBUTION)
        self._types = [connection.msgtype for connection in connections]
        self.topics = tuple(
            StoredTopic(
                plain(c.topic), c.msgtype, 'cdr', full_definition(self._store, c.msgtype), _qos(c)
            )
            for c in connections
        )
        places = {connection.id: index for index, connection in enumerate(connections)}
        rows = array('q')
        problems = []
        try:
            for connection, stamp, _ in self._reader.messages():
                rows.extend((places[connection.id], stamp))
        except UNREADABLE as error:
            problems.append(reason(error))
        table: Int64Array = np.array(rows, np.int64).reshape(-1, 2)
        self.topic_indices = table[:, 0].copy()
        self.stamps_ns = table[:, 1].copy()
        if problems:
            self.notices = (self._damage(problems),)

    def _damage(self, problems: list[str]) -> Notice:
        return damage_notice(
            self._path,
            problems,
            cut=False,
            stamps_ns=self.stamps_ns,
            topic_indices=self.topic_indices,
        )

    def read(self, rows: Int64Array) -> Iterator[bytes]:
        """As promised by `Storage`, for rows in rising order."""
        wanted = iter(rows.tolist())
        row = next(wanted, None)
        try:
            for number, (connection, _, data) in enumerate(self._reader.messages()):
                if number == row:
                    yield bytes(self._store.ros1_to_cdr(data, connection.msgtype))
                    row = next(wanted, None)
        except UNREADABLE as error:
            raise unreadable_message(self._path, reason(error)) from error

    def close(self) -> None:
        if self._reader.bio is not None:
            self._reader.close()


def _qos(connection: Connection) -> tuple[TopicQos, ...]:
    latching = getattr(connection.ext, 'latching', None)
    return (TopicQos(durability='transient_local'),) if latching else ()


def _definitions(connections: list[Connection]) -> dict[str, str]:
    """Those in the bag, but for types that ROS 2 has with the same bytes and its own names.

    ROS 1 calls fields of CameraInfo D, K, R and P which ROS 2 calls d, k, r and p.
    """
    texts = {c.msgtype: _without(c.msgdef.data, {HEADER}) for c in connections}
    own = typestore_for(texts, DEFAULT_DISTRIBUTION).fielddefs
    standard = typestore_for({}, DEFAULT_DISTRIBUTION).fielddefs
    same = {name for name in own if name in standard and _alike(own, name, standard)}
    return {name: _without(text, same) for name, text in texts.items() if name not in same}


def _without(text: str, names: set[str]) -> str:
    """The definition without those of types with these names that are appended to it."""
    head, *parts = text.split(SEPARATOR)
    kept = [part for part in parts if _name_of(part) not in names]
    return SEPARATOR.join([head, *kept])


def _name_of(part: str) -> str:
    """Of the type that a part of a definition defines."""
    return normalize_msgtype(part.partition('\n')[0].removeprefix('MSG:').strip())


def _alike(own: Fields, name: str, standard: Fields, other: str = '') -> bool:
    """Do two types with these names have the same bytes?"""
    fields, others = own[name][1], standard[other or name][1]
    return len(fields) == len(others) and all(
        _alike_fields(own, one, standard, two)
        for (_, one), (_, two) in zip(fields, others, strict=True)
    )


def _alike_fields(own: Fields, one: FieldDesc, standard: Fields, two: FieldDesc) -> bool:
    if one[0] == Nodetype.NAME and two[0] == Nodetype.NAME:
        return _alike(own, one[1], standard, two[1])
    if one[0] in (Nodetype.ARRAY, Nodetype.SEQUENCE) and one[0] == two[0]:
        (inner, size), (inner_two, size_two) = one[1], two[1]
        return size == size_two and _alike_fields(own, inner, standard, inner_two)
    return one == two
