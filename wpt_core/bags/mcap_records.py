# SPDX-License-Identifier: Apache-2.0
"""Iteration over the records of an mcap file that trusts no length written in it."""

import struct
import zlib
from collections.abc import Iterator
from enum import IntEnum
from typing import BinaryIO, NamedTuple

from lz4.frame import LZ4FrameDecompressor  # type: ignore[import-untyped]  # it has no types

from wpt_core.bags.compression import ZstdDecompressor, ZstdError, most_unpacked
from wpt_core.bags.storage import LONGEST_MESSAGE, LONGEST_RECORD

__all__ = [
    'HEAD',
    'MAGIC',
    'MESSAGE_HEAD',
    'ChunkHeader',
    'CutError',
    'MalformedError',
    'Op',
    'Record',
    'chunk_header',
    'fields',
    'records',
    'unpacked',
]

MAGIC = b'\x89MCAP0\r\n'
HEAD = struct.Struct('<BQ')
CHUNK_HEAD = struct.Struct('<QQQI')
"""First stamp, last stamp, size of the content, checksum."""
MESSAGE_HEAD = struct.Struct('<HIQQ')
"""Channel, sequence number, receive time, publish time."""


class Op(IntEnum):
    """Opcodes of the records used here."""

    HEADER = 0x01
    FOOTER = 0x02
    SCHEMA = 0x03
    CHANNEL = 0x04
    MESSAGE = 0x05
    CHUNK = 0x06
    MESSAGE_INDEX = 0x07
    DATA_END = 0x0F


class Record(NamedTuple):
    """Position of a record's content in its stream."""

    op: int
    start: int
    length: int


class MalformedError(Exception):
    """Content that violates the format."""


class CutError(MalformedError):
    """The stream ends, or becomes invalid, inside a record."""

    def __init__(self, record: Record | None) -> None:
        super().__init__('the file ends inside a record')
        self.record = record
        """The truncated record with its remaining length, if its head exists."""


def records(stream: BinaryIO, start: int, end: int) -> Iterator[Record]:
    """Yield the records from `start` to `end`; raise CutError when one does not fit."""
    position = start
    while position < end:
        stream.seek(position)
        head = stream.read(HEAD.size)
        if len(head) < HEAD.size:
            raise CutError(None)
        op, length = HEAD.unpack(head)
        position += HEAD.size
        if not op:
            raise CutError(None)  # not an opcode: zeros of a preallocated file
        if length > end - position:
            raise CutError(Record(op, position, end - position))
        yield Record(op, position, length)
        position += length


class Fields:
    """Reads the fields of a record in turn; raise MalformedError beyond its end."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.position = 0

    def sized(self) -> bytes:
        return self.take(int.from_bytes(self.take(4), 'little'))

    def text(self) -> str:
        return self.sized().decode(errors='replace')

    def pairs(self) -> dict[str, str]:
        inner = Fields(self.sized())
        pairs = {}
        while inner.position < len(inner.content):
            key = inner.text()
            pairs[key] = inner.text()
        return pairs

    def take(self, count: int) -> bytes:
        taken = self.content[self.position : self.position + count]
        if len(taken) < count:
            raise MalformedError('a field reaches beyond its record')
        self.position += count
        return taken


def fields(stream: BinaryIO, record: Record) -> Fields:
    """Return the content of a descriptive record (neither chunk nor message)."""
    if record.length > LONGEST_RECORD:
        raise MalformedError(f'a record of {record.length} bytes is too long')
    stream.seek(record.start)
    return Fields(stream.read(record.length))


class ChunkHeader(NamedTuple):
    """Position and compression of the content of a chunk."""

    start: int
    packed_size: int
    size: int
    crc: int
    compression: str
    whole: bool
    """False for the truncated chunk at the end of a file."""


def chunk_header(stream: BinaryIO, record: Record, *, whole: bool) -> ChunkHeader:
    """Return the header of a chunk; of a truncated one if `whole` is False."""
    stream.seek(record.start)
    head = Fields(stream.read(min(record.length, CHUNK_HEAD.size + 4 + 32 + 8)))
    _, _, size, crc = CHUNK_HEAD.unpack(head.take(CHUNK_HEAD.size))
    compression = head.text()
    packed_size = int.from_bytes(head.take(8), 'little')
    available = record.length - head.position
    if whole and packed_size > available:
        raise MalformedError('a chunk reaches beyond its record')
    return ChunkHeader(
        record.start + head.position, min(packed_size, available), size, crc, compression, whole
    )


def unpacked(stream: BinaryIO, chunk: ChunkHeader) -> bytes:
    """Return the content of a chunk, of a truncated one as much as possible."""
    most = most_unpacked(chunk.packed_size) if chunk.compression else LONGEST_MESSAGE
    if max(chunk.size, chunk.packed_size) > most:
        raise MalformedError(f'a chunk of {chunk.size} bytes is too long')
    stream.seek(chunk.start)
    content = _decompress(stream.read(chunk.packed_size), chunk.compression, chunk.size)
    if not chunk.whole:
        return content
    if len(content) != chunk.size:
        raise MalformedError(f'a chunk of {chunk.size} bytes holds {len(content)}')
    if chunk.crc and zlib.crc32(content) != chunk.crc:
        raise MalformedError('a chunk does not match its checksum')
    return content


def _decompress(packed: bytes, compression: str, size: int) -> bytes:
    """Unpack at most one byte more than announced, so that a small file cannot fill the memory."""
    try:
        if compression == '':
            return packed
        if compression == 'zstd':
            return bytes(ZstdDecompressor().decompress(packed, size + 1))
        if compression == 'lz4':
            return bytes(LZ4FrameDecompressor().decompress(packed, size + 1))
    except (ZstdError, RuntimeError, EOFError) as error:
        raise MalformedError(f'a chunk cannot be decompressed ({error})') from error
    raise MalformedError(f'chunks compressed with {compression!r} cannot be read')
