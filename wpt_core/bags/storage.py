# SPDX-License-Identifier: Apache-2.0
"""What every kind of storage file offers, and the limits that all of them keep."""

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
    'plain',
]

Int64Array = NDArray[np.int64]

# Absurd lengths are how a damaged or hostile file asks for all the memory there is. The largest
# thing a car records is a point cloud of some tens of megabytes.
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
    """How many messages a file of this size may hold, however it is compressed."""
    return max(HARMLESS_MESSAGES, file_bytes)


def full_type_name(name: str) -> str:
    """`sensor_msgs/Image`, as ROS 1 and early recorders write it, is `sensor_msgs/msg/Image`."""
    package, slash, rest = name.partition('/')
    return f'{package}/msg/{rest}' if slash and '/' not in rest else name


def plain(name: str) -> str:
    """A name from a file, fit for one line of a terminal that obeys what it is sent."""
    return ''.join(
        c if c.isprintable() else '\N{REPLACEMENT CHARACTER}' for c in name[:LONGEST_NAME]
    )


class Storage(Protocol):
    """One opened file: an index of its messages in memory, the messages themselves on disk."""

    kind: str
    """mcap, sqlite3 or rosbag1."""
    topics: tuple[StoredTopic, ...]
    stamps_ns: Int64Array
    """(M,) when each message was recorded, in the order of the file."""
    topic_indices: Int64Array
    """(M,) into `topics`."""
    notices: tuple[Notice, ...]
    """What is wrong with the file, and what of it is in the index nevertheless."""

    def read(self, rows: Int64Array) -> Iterator[bytes]:
        """The messages (CDR) with these row numbers, in the given order.

        Raises BagError at the first message that is not readable.
        """

    def close(self) -> None:
        """Let the file go."""
