# SPDX-License-Identifier: Apache-2.0
"""Reading the bags of ROS 1, as if ROS 2 had recorded them."""

import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from rosbags.interfaces import Connection
from rosbags.rosbag1 import Reader, ReaderError
from rosbags.serde import SerdeError

from wpt_core.bags.damage import damage_notice, reason, unreadable_message
from wpt_core.bags.definitions import DEFAULT_DISTRIBUTION, full_definition, typestore_for
from wpt_core.bags.qos import TopicQos
from wpt_core.bags.storage import Int64Array, StoredTopic, plain
from wpt_core.types import BagError, Notice

__all__ = ['ROS1_MAGIC', 'Ros1Storage']

ROS1_MAGIC = b'#ROSBAG V2.0\n'
# The header of ROS 2 lost the sequence number, and the library drops it on the way.
HEADER = 'std_msgs/msg/Header'
# What the library raises on a file that is not as it should be.
UNREADABLE = (
    ReaderError,
    SerdeError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    MemoryError,
    OverflowError,
    RuntimeError,
    TypeError,
    ValueError,
    struct.error,
)


class Ros1Storage:
    """One ROS 1 bag, as `Storage`; its messages come out as CDR, with ROS 2's headers."""

    kind = 'rosbag1'
    notices: tuple[Notice, ...] = ()

    def __init__(self, path: Path) -> None:
        """Index the file; BagError if it is damaged or was not closed."""
        self._path = path
        self._reader = Reader(path)
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
        definitions = {c.msgtype: _without_header(c.msgdef.data) for c in connections}
        self._store = typestore_for(definitions, DEFAULT_DISTRIBUTION)
        self._types = [connection.msgtype for connection in connections]
        self.topics = tuple(
            StoredTopic(
                plain(c.topic), c.msgtype, 'cdr', full_definition(self._store, c.msgtype), _qos(c)
            )
            for c in connections
        )
        places = {connection.id: index for index, connection in enumerate(connections)}
        rows: list[tuple[int, int]] = []
        problems = []
        try:
            rows.extend((places[c.id], stamp) for c, stamp, _ in self._reader.messages())
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


def _without_header(text: str) -> str:
    """The definition without that of the header, which ROS 2 defines."""
    separator = '=' * 80 + '\n'
    head, *parts = text.split(separator)
    kept = [part for part in parts if not part.startswith('MSG: std_msgs/Header')]
    return separator.join([head, *kept])
