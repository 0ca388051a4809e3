# SPDX-License-Identifier: Apache-2.0
"""ROS 1 bags made by hand, also wrong ones."""

import struct

MAGIC = b'#ROSBAG V2.0\n'
U32 = struct.Struct('<I').pack
U64 = struct.Struct('<Q').pack
DEFINITION = b'string data\n'


def record(fields: dict[str, bytes], data: bytes) -> bytes:
    """Header fields by name, then the content."""
    parts = [name.encode() + b'=' + value for name, value in fields.items()]
    head = b''.join(U32(len(part)) + part for part in parts)
    return U32(len(head)) + head + U32(len(data)) + data


def message(text: bytes, stamp: bytes = U32(1) + U32(0)) -> bytes:
    """A `std_msgs/String` on connection 0."""
    return record({'op': b'\x02', 'conn': U32(0), 'time': stamp}, U32(len(text)) + text)


def chunk(packed: bytes, compression: str, size: int, offsets: list[int]) -> bytes:
    """A chunk and the index of its messages on connection 0."""
    head = {'op': b'\x05', 'compression': compression.encode(), 'size': U32(size)}
    index = {'op': b'\x04', 'ver': U32(1), 'conn': U32(0), 'count': U32(len(offsets))}
    entries = b''.join(U32(1) + U32(0) + U32(offset) for offset in offsets)
    return record(head, packed) + record(index, entries)


def bag(
    chunks: list[bytes], counts: list[int], *, topic: bytes = b'/text', repeats: int = 1
) -> bytes:
    """A whole file; with `repeats`, its index speaks of every chunk as often."""
    start = len(MAGIC) + len(_head(0, 0))
    places = [start + sum(map(len, chunks[:number])) for number in range(len(chunks))]
    described = {'topic': topic, 'type': b'std_msgs/String', 'md5sum': b'*'}
    described['message_definition'] = DEFINITION
    inner = record(described, b'')[:-4]
    connection = record({'op': b'\x07', 'conn': U32(0), 'topic': topic}, b'')[:-4] + inner
    infos = b''.join(_info(place, count) for place, count in zip(places, counts, strict=True))
    index = connection + infos * repeats
    end = start + sum(map(len, chunks))
    return MAGIC + _head(end, len(chunks) * repeats) + b''.join(chunks) + index


def _head(index_pos: int, chunks: int) -> bytes:
    fields = {'op': b'\x03', 'index_pos': U64(index_pos), 'conn_count': U32(1)}
    return record({**fields, 'chunk_count': U32(chunks)}, b'')


def _info(place: int, count: int) -> bytes:
    times = {'start_time': U32(1) + U32(0), 'end_time': U32(1) + U32(0)}
    fields = {'op': b'\x06', 'ver': U32(1), 'chunk_pos': U64(place), 'count': U32(1)}
    return record({**fields, **times}, U32(0) + U32(count))
