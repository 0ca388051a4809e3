# SPDX-License-Identifier: Apache-2.0
"""Bags opened for reading: content and messages in the order of their stamps."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

import numpy as np

from wpt_core.bags.compression import ZstdError, decompressed
from wpt_core.bags.definitions import DEFAULT_DISTRIBUTION, DISTRIBUTIONS
from wpt_core.bags.info import BagInfo, topic_info
from wpt_core.bags.message_types import MessageTypes
from wpt_core.bags.opening import OpenedFiles, open_files
from wpt_core.bags.storage import Int64Array
from wpt_core.types import BagError, Level, Notice

__all__ = ['Bag', 'Message', 'RawMessage']


class Message(NamedTuple):
    """A decoded message with its topic and receive time."""

    topic: str
    stamp_ns: int
    message: Any
    """A dataclass with the fields of the message; arrays are read-only NumPy arrays."""


class RawMessage(NamedTuple):
    """A serialised message (CDR) with its topic and receive time."""

    topic: str
    stamp_ns: int
    type_name: str
    data: bytes


class Bag:
    """An opened bag; use it in a `with`, or close it."""

    def __init__(
        self, path: Path, opened: OpenedFiles, types: MessageTypes, closing: ExitStack
    ) -> None:
        """Use `Bag.open` instead."""
        self._path = path
        self._opened = opened
        self._types = types
        self._closing = closing
        self._merge()
        self._info = self._make_info()

    @classmethod
    def open(
        cls,
        path: Path | str,
        *,
        definitions: Mapping[str, str] | None = None,
        distribution: str | None = None,
        verify: bool = False,
    ) -> 'Bag':
        """Open a bag's folder, or one .mcap, .db3 or (ROS 1) .bag file.

        Messages are decoded by the definitions in the bag, else by `definitions` (type name to
        text), else by `distribution`: by default the one the bag names, else Jazzy. By default a
        consistent index is trusted; `verify` reads every message instead. Damage is reported in
        `info.notices`; raise BagError if nothing is readable.
        """
        path = Path(path)
        with ExitStack() as stack:
            opened = open_files(path, stack, verify=verify)
            named = opened.metadata.distribution if opened.metadata else ''
            assumed = named if named in DISTRIBUTIONS else DEFAULT_DISTRIBUTION
            topics = list(chain.from_iterable(storage.topics for storage in opened.storages))
            types = MessageTypes(path, topics, definitions or {}, distribution or assumed)
            bag = cls(path, opened, types, stack.pop_all())
        return bag

    @property
    def info(self) -> BagInfo:
        """Content of the bag."""
        return self._info

    @property
    def definitions(self) -> dict[str, str]:
        """Type name to full definition of all types that can be decoded."""
        return self._types.definitions

    def message_type(self, type_name: str) -> type[Any]:
        """Return the message class of this type; raise BagError if it is unknown."""
        return self._types.message_type(type_name)

    def stamps_ns(self, topic: str) -> Int64Array:
        """Return the receive times of the messages on a topic, ascending."""
        return self._stamps_ns[np.isin(self._keys, self._keys_of([topic]))]

    def messages(
        self,
        topics: Collection[str] | None = None,
        *,
        start_ns: int | None = None,
        stop_ns: int | None = None,
    ) -> Iterator[Message]:
        """Yield the messages on these topics (default: all) with start_ns <= stamp < stop_ns.

        Raise BagError for a missing topic or unknown type before the first message, and at a
        damaged message.
        """
        for key in self._keys_of(topics):
            self._types.require(*self._topics[key])
        return self._decoded(self.raw_messages(topics, start_ns=start_ns, stop_ns=stop_ns))

    def raw_messages(
        self,
        topics: Collection[str] | None = None,
        *,
        start_ns: int | None = None,
        stop_ns: int | None = None,
    ) -> Iterator[RawMessage]:
        """As `messages`, but serialised; includes topics of unknown type."""
        rows = np.flatnonzero(np.isin(self._keys, self._keys_of(topics)))
        stamps_ns = self._stamps_ns[rows]
        first = 0 if start_ns is None else int(np.searchsorted(stamps_ns, start_ns))
        last = len(rows) if stop_ns is None else int(np.searchsorted(stamps_ns, stop_ns))
        return self._read(rows[first:last])

    def close(self) -> None:
        """Close the files."""
        self._closing.close()

    def __enter__(self) -> 'Bag':
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _read(self, rows: Int64Array) -> Iterator[RawMessage]:
        files = self._files[rows]
        readers = [
            storage.read(self._rows[rows[files == number]])
            for number, storage in enumerate(self._opened.storages)
        ]
        metadata = self._opened.metadata
        packed = metadata is not None and metadata.compressed == 'message'
        keys, stamps_ns = self._keys[rows].tolist(), self._stamps_ns[rows].tolist()
        for file, key, stamp_ns in zip(files.tolist(), keys, stamps_ns, strict=True):
            name, type_name = self._topics[key]
            data = next(readers[file])
            yield RawMessage(
                name, stamp_ns, type_name, self._unpacked(data, name) if packed else data
            )

    def _unpacked(self, data: bytes, topic: str) -> bytes:
        try:
            return decompressed(data)
        except ZstdError as error:
            raise BagError(f'{self._path} is damaged: a message on {topic} ({error})') from error

    def _decoded(self, messages: Iterator[RawMessage]) -> Iterator[Message]:
        for topic, stamp_ns, type_name, data in messages:
            yield Message(topic, stamp_ns, self._types.decoded(topic, type_name, data))

    def _merge(self) -> None:
        """Build one table over all files, in the order of the stamps."""
        storages = self._opened.storages
        named = [
            [(topic.name, topic.type_name) for topic in storage.topics] for storage in storages
        ]
        self._topics = sorted(set(chain.from_iterable(named)))
        places = {topic: key for key, topic in enumerate(self._topics)}
        keys, rows, files = [], [], []
        for number, storage in enumerate(storages):
            lookup = np.array([places[topic] for topic in named[number]], np.int64)
            keys.append(lookup[storage.topic_indices])
            rows.append(np.arange(len(storage.stamps_ns)))
            files.append(np.full(len(storage.stamps_ns), number))
        stamps_ns = np.concatenate([storage.stamps_ns for storage in storages])
        order = np.argsort(stamps_ns, kind='stable')
        self._stamps_ns: Int64Array = stamps_ns[order]
        self._keys: Int64Array = np.concatenate(keys)[order]
        self._files: Int64Array = np.concatenate(files)[order]
        self._rows: Int64Array = np.concatenate(rows)[order]

    def _keys_of(self, topics: Collection[str] | None) -> Int64Array:
        """Return the indices of the topics with these names; a name may have several types."""
        names = [name for name, _ in self._topics]
        if topics is None:
            return np.arange(len(names))
        if isinstance(topics, str):
            topics = [topics]
        for topic in topics:
            if topic not in names:
                raise BagError(
                    f'{self._path} has no topic {topic}; its topics are {", ".join(names)}'
                )
        return np.array([key for key, name in enumerate(names) if name in topics], np.int64)

    def _make_info(self) -> BagInfo:
        storages, stamps_ns = self._opened.storages, self._stamps_ns
        several = sorted({storage.kind for storage in storages})
        return BagInfo(
            self._path,
            ' and '.join(several),
            sum(path.stat().st_size for path in self._opened.paths if path.is_file()),
            self._types.distribution,
            int(stamps_ns[0]) if len(stamps_ns) else None,
            int(stamps_ns[-1]) if len(stamps_ns) else None,
            len(stamps_ns),
            tuple(
                topic_info(
                    name,
                    type_name,
                    stamps_ns=stamps_ns[self._keys == key],
                    qos=self._types.qos(name, type_name),
                    readable=self._types.known(name, type_name),
                )
                for key, (name, type_name) in enumerate(self._topics)
            ),
            (*self._opened.notices, *self._types.notices, *self._count_notices()),
        )

    def _count_notices(self) -> Iterator[Notice]:
        metadata, count = self._opened.metadata, len(self._stamps_ns)
        if not count:
            yield Notice(Level.WARNING, 'bag.empty', f'{self._path} contains no message')
        alone = self._path.is_file() and metadata is not None and len(metadata.files) > 1
        damaged = any(notice.level is Level.ERROR for notice in self._opened.notices)
        if metadata and not alone and not damaged and metadata.message_count != count:
            yield Notice(
                Level.WARNING,
                'bag.count',
                f'{self._path}: metadata.yaml lists {metadata.message_count} messages, '
                f'{count} were found',
            )
