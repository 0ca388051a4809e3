# SPDX-License-Identifier: Apache-2.0
"""Hand-made mcap files, valid and invalid."""

import struct

MAGIC = b'\x89MCAP0\r\n'


def record(op: int, content: bytes) -> bytes:
    return struct.pack('<BQ', op, len(content)) + content


def sized(content: bytes) -> bytes:
    return struct.pack('<I', len(content)) + content


def schema(name: str, text: str, encoding: str = 'ros2msg', *, number: int = 1) -> bytes:
    parts = (name.encode(), encoding.encode(), text.encode())
    return record(3, struct.pack('<H', number) + b''.join(map(sized, parts)))


def channel(topic: str, encoding: str = 'cdr', *, number: int = 1) -> bytes:
    parts = (topic.encode(), encoding.encode(), b'')
    return record(4, struct.pack('<HH', number, number) + b''.join(map(sized, parts)))


def message(data: bytes, stamp_ns: int = 5) -> bytes:
    return record(5, struct.pack('<HIQQ', 1, 0, stamp_ns, stamp_ns) + data)


def chunk(packed: bytes, size: int, compression: str, *, crc: int = 0) -> bytes:
    head = struct.pack('<QQQI', 0, 9, size, crc) + sized(compression.encode())
    return record(6, head + struct.pack('<Q', len(packed)) + packed)


HEAD = MAGIC + record(1, sized(b'ros2') + sized(b''))
FOOTER = record(2, bytes(20)) + MAGIC
STRING = schema('std_msgs/msg/String', 'string data\n') + channel('/text')
HELLO = message(b'\x00\x01\x00\x00' + struct.pack('<I', 3) + b'hi\x00')
