# SPDX-License-Identifier: Apache-2.0
"""Index of the messages of an mcap file, from its own indexes or by reading all records."""

from array import array
from dataclasses import dataclass, field
from io import BytesIO
from typing import BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from wpt_core.bags.mcap_checksums import checksum_problems
from wpt_core.bags.mcap_records import (
    HEAD,
    MAGIC,
    MESSAGE_HEAD,
    ChunkHeader,
    CutError,
    MalformedError,
    Op,
    Record,
    chunk_header,
    fields,
    records,
    unpacked,
)
from wpt_core.bags.storage import Int64Array, most_messages

__all__ = ['OUTSIDE', 'McapIndex', 'index_of']

OUTSIDE = -1
"""Chunk number of messages outside of any chunk."""

LAST_STAMP_NS = 2**63 - 1


class Schema(NamedTuple):
    """Message type of a channel."""

    name: str
    encoding: str
    text: str


class Channel(NamedTuple):
    """One topic of one publisher."""

    schema_id: int
    topic: str
    encoding: str
    metadata: dict[str, str]


@dataclass
class McapIndex:
    """Result of one pass over the file."""

    careful: bool
    most_messages: int
    schemas: dict[int, Schema] = field(default_factory=dict)
    channels: dict[int, Channel] = field(default_factory=dict)
    chunks: list[ChunkHeader] = field(default_factory=list)
    indexed: set[int] = field(default_factory=set)
    """Chunks covered by the file's own indexes."""
    parts: list[Int64Array] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    messages: int = 0
    """Number of messages in the chunks that were unpacked."""
    complete: bool = False
    """Whether the file has a footer."""

    def rows(self) -> Int64Array:
        """Return (M, 4) in the order of the file: stamp, channel, chunk, offset of the content."""
        empty = np.empty((0, 4), np.int64)
        rows = np.concatenate([empty, *self.parts])
        known = np.isin(rows[:, 1], np.array(sorted(self.channels), np.int64))
        if not known.all():
            self.problems.append(f'{np.count_nonzero(~known)} messages belong to an unknown topic')
        rows = rows[known]
        return rows[np.lexsort((rows[:, 3], rows[:, 2]))]

    @property
    def trusted(self) -> bool:
        """Whether the index is complete, so that reading all records would find nothing else."""
        return self.complete and not self.problems and len(self.indexed) == len(self.chunks)


def index_of(stream: BinaryIO, size: int, *, careful: bool) -> McapIndex:
    """Index a file of `size` bytes; `careful` unpacks all chunks and ignores existing indexes.

    Never raises for damage: it is listed in `problems`, and the messages before it are indexed.
    """
    index = McapIndex(careful, most_messages(size))
    data_end: Record | None = None
    try:
        for record in records(stream, len(MAGIC), size):
            if record.op == Op.FOOTER:
                index.complete = True
                if not index.problems:
                    index.problems += checksum_problems(stream, data_end, record, thorough=careful)
                break
            if record.op == Op.DATA_END:
                data_end = record
            _try_record(index, stream, record, whole=True)
    except CutError as cut:
        if careful and cut.record is not None:
            _try_record(index, stream, cut.record, whole=False)
    return index


def _try_record(index: McapIndex, stream: BinaryIO, record: Record, *, whole: bool) -> None:
    try:
        _add_record(index, stream, record, whole=whole)
    except MalformedError as error:
        if whole:
            index.problems.append(f'at byte {record.start}, {error}')


def _add_record(index: McapIndex, stream: BinaryIO, record: Record, *, whole: bool) -> None:
    if record.op == Op.CHUNK:
        index.chunks.append(chunk_header(stream, record, whole=whole))
        if index.careful:
            _index_chunk(index, unpacked(stream, index.chunks[-1]), whole=whole)
    elif not whole:
        return
    elif record.op == Op.MESSAGE_INDEX and not index.careful:
        _add_message_index(index, stream, record)
    elif record.op == Op.MESSAGE:
        index.parts.append(np.array([_message(stream, record, OUTSIDE)], np.int64))
    else:
        _add_description(index, stream, record)


def _index_chunk(index: McapIndex, content: bytes, *, whole: bool) -> None:
    """Index all records of a chunk; those before a damaged one are kept."""
    stream = BytesIO(content)
    chunk = len(index.chunks) - 1
    rows = array('q')
    try:
        for record in records(stream, 0, len(content)):
            if record.op == Op.MESSAGE:
                if index.messages >= index.most_messages:
                    raise MalformedError('a chunk contains more messages than fit into the file')
                rows.extend(_message(stream, record, chunk))
                index.messages += 1
            else:
                _add_description(index, stream, record)
    except CutError as error:
        if whole:
            raise MalformedError('a chunk is invalid') from error
    finally:
        index.parts.append(np.array(rows, np.int64).reshape(-1, 4))


def _message(stream: BinaryIO, record: Record, chunk: int) -> tuple[int, int, int, int]:
    stream.seek(record.start)
    head = stream.read(MESSAGE_HEAD.size)
    if len(head) < MESSAGE_HEAD.size or record.length < MESSAGE_HEAD.size:
        raise MalformedError('a message is shorter than its head')
    channel, _, stamp, _ = MESSAGE_HEAD.unpack(head)
    if stamp > LAST_STAMP_NS:
        raise MalformedError('a message has an invalid stamp')
    return stamp, channel, chunk, record.start


def _add_message_index(index: McapIndex, stream: BinaryIO, record: Record) -> None:
    """Index one channel's messages in the previous chunk from the file's own index."""
    content = fields(stream, record)
    channel = int.from_bytes(content.take(2), 'little')
    entries: NDArray[np.uint64] = np.frombuffer(content.sized(), '<u8')
    if len(entries) % 2 or not index.chunks or (entries > LAST_STAMP_NS).any():
        raise MalformedError('a message index is invalid')
    rows = np.empty((len(entries) // 2, 4), np.int64)
    rows[:, 0] = entries[::2]
    rows[:, 1] = channel
    rows[:, 2] = len(index.chunks) - 1
    rows[:, 3] = entries[1::2]
    rows[:, 3] += HEAD.size  # from the record to its content
    index.indexed.add(len(index.chunks) - 1)
    index.parts.append(rows)


def _add_description(index: McapIndex, stream: BinaryIO, record: Record) -> None:
    if record.op == Op.SCHEMA:
        content = fields(stream, record)
        number = int.from_bytes(content.take(2), 'little')
        schema = Schema(content.text(), content.text(), content.text())
        index.schemas.setdefault(number, schema)
    elif record.op == Op.CHANNEL:
        content = fields(stream, record)
        number = int.from_bytes(content.take(2), 'little')
        schema_id = int.from_bytes(content.take(2), 'little')
        channel = Channel(schema_id, content.text(), content.text(), content.pairs())
        index.channels.setdefault(number, channel)
