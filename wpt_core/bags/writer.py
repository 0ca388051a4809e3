# SPDX-License-Identifier: Apache-2.0
"""Writing of bags that the ROS 2 tools open: complete or absent."""

import re
import shutil
import sqlite3
import struct
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp
from types import TracebackType
from typing import Any, Literal

from rosbags.interfaces import Connection
from rosbags.rosbag2 import CompressionFormat, CompressionMode, StoragePlugin, Writer
from rosbags.serde import SerdeError
from rosbags.typesys.store import Typestore

from wpt_core.bags.definitions import (
    DEFAULT_DISTRIBUTION,
    full_definition,
    type_hash,
    typestore_for,
)
from wpt_core.bags.info import TopicInfo
from wpt_core.bags.mcap_checksums import add_checksums
from wpt_core.bags.message_arrays import arrays_of, check_arrays
from wpt_core.bags.metadata import METADATA, name_distribution
from wpt_core.bags.qos import TopicQos, rosbags_qos
from wpt_core.bags.reader import Bag, RawMessage
from wpt_core.files import publish_folder
from wpt_core.types import BagError, InputError

__all__ = ['BagWriter', 'TopicWriter', 'copy_messages', 'topics_not_copied']

# Version 9 differs only in the spelling of QoS, which Humble cannot read.
METADATA_VERSION: Literal[8] = 8
STORAGES = {'mcap': StoragePlugin.MCAP, 'sqlite3': StoragePlugin.SQLITE3}
COMPRESSIONS = ('none', 'zstd')
BAG_SUFFIXES = ('.mcap', '.db3', '.zstd')
TOPIC_NAME = re.compile(r'/[A-Za-z_][A-Za-z0-9_]*(/[A-Za-z_][A-Za-z0-9_]*)*', re.A)
LAST_STAMP_NS = 2**63 - 1
# Raised by the library for messages whose fields do not fit their type.
UNFIT = (
    SerdeError,
    AssertionError,
    AttributeError,
    BufferError,
    LookupError,
    NotImplementedError,
    TypeError,
    ValueError,
    struct.error,
)
UNWRITABLE = (OSError, sqlite3.Error)


class BagWriter:
    """Writes one bag; the folder appears when the `with` block ends without an error.

    with BagWriter('episode_3') as bag:
        topic = bag.add_topic('/imu', 'sensor_msgs/msg/Imu')
        topic.write(stamp_ns, message)
    """

    def __init__(
        self,
        path: Path | str,
        storage: Literal['mcap', 'sqlite3'] = 'mcap',
        *,
        definitions: Mapping[str, str] | None = None,
        distribution: str = DEFAULT_DISTRIBUTION,
        compression: Literal['none', 'zstd'] = 'none',
        overwrite: bool = False,
    ) -> None:
        """Prepare a bag at `path`; parent folders are created.

        `definitions`: type name to .msg text, for messages that the distribution does not define.
        `overwrite`: replace an existing bag on success; nothing but a bag is ever replaced.
        """
        _check_choices(storage, compression)
        self.path = Path(path)
        self._overwrite = overwrite
        self._distribution = distribution
        self._store = typestore_for(definitions or {}, distribution)
        _refuse_target(self.path, overwrite=overwrite)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            prefix = f'.{self.path.name}.writing-'
            self._temporary = Path(mkdtemp(prefix=prefix, dir=self.path.parent))
        except OSError as error:
            raise self._unwritable(error) from error
        # The library names the file after its folder, ros2 bag after folder and part.
        self._folder = self._temporary / f'{self.path.name}_0'
        self._writer = Writer(
            self._folder, version=METADATA_VERSION, storage_plugin=STORAGES[storage]
        )
        if compression == 'zstd':
            self._writer.set_compression(CompressionMode.STORAGE, CompressionFormat.ZSTD)
        self._topics: set[str] = set()
        self._open()

    def _open(self) -> None:
        try:
            self._writer.open()
        except UNWRITABLE as error:
            self.discard()
            raise self._unwritable(error) from error

    def message_type(self, type_name: str) -> type[Any]:
        """Return the message class of this type; raise BagError if it is unknown."""
        if type_name not in self._store.types:
            raise BagError(
                f'{self.path}: type {type_name} is not defined by ROS 2 '
                f'{self._distribution.capitalize()}; pass its definition'
            )
        return self._store.types[type_name]

    def add_topic(
        self, name: str, type_name: str, *, qos: TopicQos | tuple[TopicQos, ...] = ()
    ) -> 'TopicWriter':
        """Add a topic with its QoS; default: reliable, depth 10."""
        if not _is_topic_name(name):
            raise BagError(
                f'{self.path}: {name!r} is not a topic name; expected one like /front/image'
            )
        if name in self._topics:
            raise BagError(f'{self.path}: topic {name} was added before')
        self.message_type(type_name)
        profiles = (qos,) if isinstance(qos, TopicQos) else qos or (TopicQos(),)
        try:
            connection = self._writer.add_connection(
                name,
                type_name,
                msgdef=full_definition(self._store, type_name),
                rihs01=type_hash(self._store, type_name),
                offered_qos_profiles=[rosbags_qos(profile) for profile in profiles],
            )
        except UNWRITABLE as error:
            raise self._unwritable(error) from error
        self._topics.add(name)
        return TopicWriter(self, connection, self._store)

    def close(self) -> None:
        """Finish the bag and rename it to its path."""
        try:
            self._writer.close()
            for file in self._folder.glob('*.mcap'):
                add_checksums(file)
            name_distribution(self._folder, self._distribution)
            self._publish()
        except UNWRITABLE as error:
            raise self._unwritable(error) from error
        finally:
            self.discard()

    def discard(self) -> None:
        """Delete the unfinished bag; does nothing after `close`."""
        with suppress(*UNWRITABLE):
            self._writer.abort()
        shutil.rmtree(self._temporary, ignore_errors=True)

    def __enter__(self) -> 'BagWriter':
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.discard()

    def _publish(self) -> None:
        _refuse_target(self.path, overwrite=self._overwrite)
        publish_folder(self._folder, self.path, replaced=self._temporary / 'replaced')

    def _unwritable(self, error: BaseException) -> BagError:
        reason = getattr(error, 'strerror', None) or error
        return BagError(f'{self.path} cannot be written: {reason}')

    def _write(self, connection: Connection, stamp_ns: int, data: bytes | memoryview) -> None:
        if not 0 <= stamp_ns <= LAST_STAMP_NS:
            raise BagError(
                f'{self.path}: stamp_ns of a message on {connection.topic} must be from 0 to '
                f'2^63 - 1, not {stamp_ns}'
            )
        try:
            self._writer.write(connection, int(stamp_ns), data)
        except UNWRITABLE as error:
            raise self._unwritable(error) from error


class TopicWriter:
    """Writes the messages of one topic; created by `BagWriter.add_topic`."""

    def __init__(self, bag: BagWriter, connection: Connection, store: Typestore) -> None:
        self._bag = bag
        self._connection = connection
        self._store = store
        self._arrays = arrays_of(store, connection.msgtype)

    def write(self, stamp_ns: int, message: Any) -> None:
        """Write a message; raise BagError if its type or its fields do not fit the topic."""
        type_name, topic = self._connection.msgtype, self._connection.topic
        came = getattr(message, '__msgtype__', type(message).__name__)
        if came != type_name:
            raise BagError(f'{self._bag.path}: {topic} takes {type_name}, not {came}')
        try:
            check_arrays(message, self._arrays)
            data = self._store.serialize_cdr(message, type_name)
        except UNFIT as error:
            raise BagError(
                f'{self._bag.path}: a message on {topic} does not fit {type_name} ({error}); '
                'numbers must be in range, and arrays NumPy arrays of the type of their field'
            ) from error
        self.write_raw(stamp_ns, data)

    def write_raw(self, stamp_ns: int, data: bytes | memoryview) -> None:
        """Write a serialised message (CDR)."""
        self._bag._write(self._connection, stamp_ns, data)


def _is_topic_name(name: str) -> bool:
    """Return whether ROS 2 accepts the full name of a topic."""
    return TOPIC_NAME.fullmatch(name) is not None


def _check_choices(storage: str, compression: str) -> None:
    if storage not in STORAGES:
        raise InputError(f'storage must be one of {", ".join(STORAGES)}, not {storage!r}')
    if compression not in COMPRESSIONS:
        raise InputError(
            f'compression must be one of {", ".join(COMPRESSIONS)}, not {compression!r}'
        )
    if compression != 'none' and storage != 'mcap':
        raise InputError(f'compression {compression} needs storage mcap, not {storage}')


def _refuse_target(path: Path, *, overwrite: bool) -> None:
    if not path.name:
        raise BagError(f'{str(path)!r} is not a name for a bag')
    if not path.exists() and not path.is_symlink():
        return
    if not overwrite:
        raise BagError(f'{path} exists; choose another name or overwrite it explicitly')
    if not _is_bag(path):
        raise BagError(f'{path} is not a bag, so it is not overwritten; choose another name')


def _is_bag(path: Path) -> bool:
    """Return whether the folder contains a bag and nothing else."""
    if path.is_symlink() or not path.is_dir():
        return False
    return all(
        file.name == METADATA or (file.is_file() and file.suffix in BAG_SUFFIXES)
        for file in path.iterdir()
    )


def topics_not_copied(source: Bag) -> dict[str, str]:
    """Return the topics that `copy_messages` skips, each with the reason."""
    return {
        topic.name: why for topic in source.info.topics if (why := _why_not_copied(source, topic))
    }


def copy_messages(source: Bag, target: BagWriter) -> Iterator[RawMessage]:
    """Copy readable messages with unchanged bytes and stamps, while the result is iterated.

    Skips the topics of `topics_not_copied`. Create the target with
    `definitions=source.definitions`.
    """
    left_out = topics_not_copied(source)
    topics = {
        topic.name: target.add_topic(topic.name, topic.type_name, qos=topic.qos)
        for topic in source.info.topics
        if topic.name not in left_out
    }
    for raw in source.raw_messages(list(topics)):
        topics[raw.topic].write_raw(raw.stamp_ns, raw.data)
        yield raw


def _why_not_copied(source: Bag, topic: TopicInfo) -> str:
    if sum(other.name == topic.name for other in source.info.topics) > 1:
        return 'it has messages of several types'
    if not topic.readable:
        return f'its type {topic.type_name} is not known, and a bag must contain the definition'
    if not _is_topic_name(topic.name):
        return 'ROS 2 has no topic of this name'
    return ''
