# SPDX-License-Identifier: Apache-2.0
"""Interface of all storage files, and limits on what a file may claim."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from wpt_core.bags.qos import TopicQos
from wpt_core.types import Notice

__all__ = [
    'LONGEST_MESSAGE',
    'LONGEST_RECORD',
    'Int64Array',
    'Storage',
    'StoredTopic',
    'full_type_name',
    'most_messages',
    'printable',
]

Int64Array = NDArray[np.int64]

# A damaged or hostile file may claim lengths that exhaust the memory. The largest message that a
# car records is a point cloud of some tens of megabytes.
LONGEST_MESSAGE = 2**29
LONGEST_RECORD = 2**26
LONGEST_NAME = 2**8
HARMLESS_MESSAGES = 2**20


@dataclass(frozen=True, slots=True)
class StoredTopic:
    """A topic as one file describes it; `definition` is '' where the file embeds none."""

    name: str
    type_name: str
    encoding: str
    definition: str
    qos: tuple[TopicQos, ...]


def most_messages(file_bytes: int) -> int:
    """Return how many messages a file of this size may contain, however it is compressed."""
    return max(HARMLESS_MESSAGES, file_bytes)


def full_type_name(name: str) -> str:
    """`sensor_msgs/Image`, as ROS 1 and early recorders write it, is `sensor_msgs/msg/Image`."""
    package, slash, rest = name.partition('/')
    return f'{package}/msg/{rest}' if slash and '/' not in rest else name


def printable(name: str) -> str:
    """Return a name from a file without control characters, safe to print on a terminal."""
    return ''.join(
        c if c.isprintable() else '\N{REPLACEMENT CHARACTER}' for c in name[:LONGEST_NAME]
    )


class Storage(Protocol):
    """One opened file: the index of its messages in memory, the messages on disk."""

    kind: str
    """mcap, sqlite3 or rosbag1."""
    topics: tuple[StoredTopic, ...]
    stamps_ns: Int64Array
    """(M,) receive time of each message, in the order of the file."""
    topic_indices: Int64Array
    """(M,) into `topics`."""
    notices: tuple[Notice, ...]
    """Damage of the file, and which messages are in the index nevertheless."""

    def read(self, rows: Int64Array) -> Iterator[bytes]:
        """Yield the messages (CDR) with these row numbers, in the given order.

        Raise BagError at the first unreadable message.
        """

    def close(self) -> None:
        """Close the file."""
