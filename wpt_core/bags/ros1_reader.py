# SPDX-License-Identifier: Apache-2.0
"""The library's ROS 1 reader with bounded memory.

The library allocates whatever length a record claims, unpacks chunks to any size, and reads the
same index as often as the file says.
"""

from bz2 import BZ2Decompressor
from collections.abc import Callable
from functools import partial
from io import BufferedReader, FileIO
from pathlib import Path
from typing import Any

from lz4.frame import LZ4FrameDecompressor  # type: ignore[import-untyped]  # it has no types
from rosbags.interfaces import (
    Connection,
    ConnectionExtRosbag1,
    MessageDefinition,
    MessageDefinitionFormat,
)
from rosbags.rosbag1 import Reader, ReaderError
from rosbags.rosbag1.reader import (
    Chunk,
    Compression,
    Header,
    IndexData,
    RecordType,
    decompressors,
)
from rosbags.typesys.msg import normalize_msgtype

from wpt_core.bags.compression import most_unpacked

__all__ = ['BoundedReader']

_UNPACKERS: dict[Callable[[bytes], bytes], Callable[[], Any]] = {
    decompressors[Compression.BZ2.value]: BZ2Decompressor,
    decompressors[Compression.LZ4.value]: LZ4FrameDecompressor,
}


class BoundedReader(Reader):
    """Raises ReaderError where the library's reader allocates without bounds."""

    def __init__(self, path: Path) -> None:
        opening: Any = _BoundedPath(path)
        super().__init__(opening)
        self._size = path.stat().st_size
        self._index_bytes = 0

    def read_chunk(self) -> Chunk:
        """As in the library, with bounded decompression."""
        chunk = super().read_chunk()
        if chunk.decompressor in _UNPACKERS:
            unpack = partial(_unpacked, _UNPACKERS[chunk.decompressor])
            return chunk._replace(decompressor=unpack)
        return chunk

    def read_connection(self) -> Connection:
        """As in the library, but accepts a topic without a name."""
        assert self.bio
        start = self.bio.tell()
        try:
            return super().read_connection()
        except IndexError:
            self.bio.seek(start)
            number = Header.read(self.bio, RecordType.CONNECTION).get_uint32('conn')
            about = Header.read(self.bio)
            text = MessageDefinition(
                MessageDefinitionFormat.MSG, about.get_string('message_definition')
            )
            kind, extra = normalize_msgtype(about.get_string('type')), ConnectionExtRosbag1('', 0)
            return Connection(number, '', kind, text, '', 0, extra, self)

    def read_index_data(self, pos: int, indexes: dict[int, list[IndexData]]) -> None:
        """As in the library; raise ReaderError once the indexes exceed the size of the file."""
        assert self.bio
        start = self.bio.tell()
        super().read_index_data(pos, indexes)
        self._index_bytes += self.bio.tell() - start
        if self._index_bytes > self._size:
            raise ReaderError('its index lists the same messages repeatedly')


class _BoundedPath:
    """The methods of a path that the library's reader uses."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def exists(self) -> bool:
        return self._path.exists()

    def open(self, _mode: str) -> BufferedReader:
        return _BoundedFile(self._path)


class _BoundedFile(BufferedReader):
    """Limits reads to the rest of the file, because Python allocates before it reads."""

    def __init__(self, path: Path) -> None:
        super().__init__(FileIO(path))
        self._size = path.stat().st_size

    def read(self, size: int | None = -1) -> bytes:
        left = max(0, self._size - self.tell())
        return super().read(left if size is None or size < 0 else min(size, left))


def _unpacked(unpacker: Callable[[], Any], packed: bytes) -> bytes:
    limit, running = most_unpacked(len(packed)), unpacker()
    content: bytes = running.decompress(packed, limit)
    if not running.eof:
        raise ReaderError(f'a chunk is truncated or unpacks to more than {limit} bytes')
    return content
