# SPDX-License-Identifier: Apache-2.0
"""Reading of ROS 1 bags, with messages converted to ROS 2."""

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
from wpt_core.bags.storage import Int64Array, StoredTopic, printable
from wpt_core.types import BagError, Notice

__all__ = ['ROS1_MAGIC', 'Ros1Storage']

ROS1_MAGIC = b'#ROSBAG V2.0\n'
# The ROS 2 header has no sequence number; the library drops it in the conversion.
HEADER = 'std_msgs/msg/Header'
SEPARATOR = '=' * 80 + '\n'
# Raised by the library for invalid files.
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
"""Fields of types, by type name."""


class Ros1Storage:
    """One ROS 1 bag as `Storage`; messages are CDR with ROS 2 headers."""

    kind = 'rosbag1'
    notices: tuple[Notice, ...] = ()

    def __init__(self, path: Path) -> None:
        """Index the file; raise BagError if it is damaged or was not closed."""
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
                printable(c.topic),
                c.msgtype,
                'cdr',
                full_definition(self._store, c.msgtype),
                _qos(c),
            )
            for c in connections
        )
        index_of = {connection.id: index for index, connection in enumerate(connections)}
        rows = array('q')
        problems = []
        try:
            for connection, stamp, _ in self._reader.messages():
                rows.extend((index_of[connection.id], stamp))
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
        """As in `Storage`, for rows in ascending order."""
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
    """Return the definitions in the bag, except those that ROS 2 has with the same layout.

    ROS 2 renames some fields: D, K, R and P of CameraInfo are d, k, r and p.
    """
    texts = {c.msgtype: _without(c.msgdef.data, {HEADER}) for c in connections}
    own = typestore_for(texts, DEFAULT_DISTRIBUTION).fielddefs
    standard = typestore_for({}, DEFAULT_DISTRIBUTION).fielddefs
    same = {name for name in own if name in standard and _same_layout(own, name, standard)}
    return {name: _without(text, same) for name, text in texts.items() if name not in same}


def _without(text: str, names: set[str]) -> str:
    """Return the definition without the appended definitions of these types."""
    head, *parts = text.split(SEPARATOR)
    kept = [part for part in parts if _name_of(part) not in names]
    return SEPARATOR.join([head, *kept])


def _name_of(part: str) -> str:
    """Return the name of the type that a part of a definition defines."""
    return normalize_msgtype(part.partition('\n')[0].removeprefix('MSG:').strip())


def _same_layout(own: Fields, name: str, standard: Fields, other: str = '') -> bool:
    """Return whether two types have the same binary layout."""
    fields, others = own[name][1], standard[other or name][1]
    return len(fields) == len(others) and all(
        _same_field_layout(own, one, standard, two)
        for (_, one), (_, two) in zip(fields, others, strict=True)
    )


def _same_field_layout(own: Fields, one: FieldDesc, standard: Fields, two: FieldDesc) -> bool:
    if one[0] == Nodetype.NAME and two[0] == Nodetype.NAME:
        return _same_layout(own, one[1], standard, two[1])
    if one[0] in (Nodetype.ARRAY, Nodetype.SEQUENCE) and one[0] == two[0]:
        (inner, size), (inner_two, size_two) = one[1], two[1]
        return size == size_two and _same_field_layout(own, inner, standard, inner_two)
    return one == two
