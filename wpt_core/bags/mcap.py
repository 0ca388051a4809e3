# SPDX-License-Identifier: Apache-2.0
"""Reading of mcap files, complete or truncated.

The library's reader requires the summary at the end and trusts every length; this one does
neither. A file with a complete index is indexed without unpacking it.
"""

from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from wpt_core.bags.damage import damage_notice, unreadable_message
from wpt_core.bags.mcap_index import OUTSIDE, McapIndex, index_of
from wpt_core.bags.mcap_records import HEAD, MAGIC, MESSAGE_HEAD, MalformedError, Op, unpacked
from wpt_core.bags.qos import profiles_from_text
from wpt_core.bags.storage import (
    LONGEST_MESSAGE,
    Int64Array,
    StoredTopic,
    full_type_name,
    printable,
)
from wpt_core.types import Notice

__all__ = ['McapStorage']

DEFINITION_ENCODINGS = ('ros2msg', 'ros2idl', 'omgidl')
# Messages are read in the order of their stamps, so neighbouring chunks alternate.
CACHED_CHUNKS_BYTES = 2**26


class McapStorage:
    """One mcap file as `Storage`."""

    kind = 'mcap'

    def __init__(self, path: Path, *, verify: bool = False, shown: Path | None = None) -> None:
        """Index the file; raise BagError, naming it as `shown`, if no message is readable."""
        self._path = shown or path
        self._file = path.open('rb')
        self._size = path.stat().st_size
        self._unpacked: OrderedDict[int, bytes] = OrderedDict()
        try:
            self._index(verify)
        except BaseException:
            self.close()
            raise

    def _index(self, verify: bool) -> None:
        index = index_of(self._file, self._size, careful=verify)
        rows = index.rows()
        if not verify and not index.trusted:
            index = index_of(self._file, self._size, careful=True)
            rows = index.rows()
        numbers = sorted(index.channels)
        self.topics = tuple(_topic(index, number) for number in numbers)
        self.stamps_ns: Int64Array = rows[:, 0].copy()
        self.topic_indices: Int64Array = np.searchsorted(np.array(numbers, np.int64), rows[:, 1])
        self._chunks = index.chunks
        self._rows = rows
        self.notices = self._notices(index)

    def _notices(self, index: McapIndex) -> tuple[Notice, ...]:
        if index.complete and not index.problems:
            return ()
        self._file.seek(max(0, self._size - len(MAGIC)))
        ended = self._file.read() == MAGIC
        notice = damage_notice(
            self._path,
            index.problems,
            cut=not ended,
            stamps_ns=self.stamps_ns,
            topic_indices=self.topic_indices,
        )
        return (notice,)

    def read(self, rows: Int64Array) -> Iterator[bytes]:
        for stamp, channel, chunk, start in self._rows[rows].tolist():
            try:
                content = (
                    self._message_in_file(start)
                    if chunk == OUTSIDE
                    else self._message_in_chunk(chunk, start)
                )
                if MESSAGE_HEAD.unpack_from(content)[::2] != (channel, stamp):
                    raise MalformedError('a message does not match the index')
                yield content[MESSAGE_HEAD.size :]
            except MalformedError as error:
                raise unreadable_message(self._path, str(error)) from error

    def close(self) -> None:
        self._unpacked.clear()
        self._file.close()

    def _message_in_file(self, start: int) -> bytes:
        self._file.seek(start - HEAD.size)
        _, length = HEAD.unpack(self._file.read(HEAD.size))
        if length > LONGEST_MESSAGE:
            raise MalformedError(f'a message of {length} bytes is too long')
        return self._file.read(length)

    def _message_in_chunk(self, chunk: int, start: int) -> bytes:
        content = self._content(chunk)
        head = content[start - HEAD.size : start]
        op, length = HEAD.unpack(head) if len(head) == HEAD.size else (0, 0)
        if op != Op.MESSAGE or not MESSAGE_HEAD.size <= length <= len(content) - start:
            raise MalformedError('a message is not where the index says')
        return content[start : start + length]

    def _content(self, chunk: int) -> bytes:
        if chunk in self._unpacked:
            self._unpacked.move_to_end(chunk)
            return self._unpacked[chunk]
        content = unpacked(self._file, self._chunks[chunk])
        held = sum(map(len, self._unpacked.values())) + len(content)
        while self._unpacked and held > CACHED_CHUNKS_BYTES:
            held -= len(self._unpacked.popitem(last=False)[1])
        self._unpacked[chunk] = content
        return content


def _topic(index: McapIndex, number: int) -> StoredTopic:
    channel = index.channels[number]
    schema = index.schemas.get(channel.schema_id)
    defined = schema is not None and schema.encoding in DEFINITION_ENCODINGS
    return StoredTopic(
        printable(channel.topic),
        full_type_name(printable(schema.name)) if schema else '',
        printable(channel.encoding),
        schema.text if schema and defined else '',
        profiles_from_text(channel.metadata.get('offered_qos_profiles', '')),
    )
