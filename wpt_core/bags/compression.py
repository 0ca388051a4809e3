# SPDX-License-Identifier: Apache-2.0
"""Zstandard decompression, and limits on the size of unpacked data.

The module comes from the standard library, else from the package that rosbags requires.
"""

import sys
from pathlib import Path

if sys.version_info >= (3, 14):
    from compression.zstd import ZstdDecompressor, ZstdError
else:
    from backports.zstd import ZstdDecompressor, ZstdError

from wpt_core.bags.storage import LONGEST_MESSAGE

__all__ = [
    'HARMLESS_BYTES',
    'ZstdDecompressor',
    'ZstdError',
    'decompress_file',
    'decompressed',
    'most_unpacked',
]

# Compressed data may claim any size. An empty image shrinks to a thousandth, so the ratio is
# limited only above a harmless size.
HARMLESS_BYTES = 2**26
LARGEST_RATIO = 100
STEP_BYTES = 2**20


def most_unpacked(packed_bytes: int) -> int:
    """Return the largest accepted size of unpacked data."""
    return min(LONGEST_MESSAGE, max(HARMLESS_BYTES, LARGEST_RATIO * packed_bytes))


def decompressed(packed: bytes) -> bytes:
    """Unpack one complete frame of an accepted size; raise ZstdError otherwise."""
    decompressor = ZstdDecompressor()
    content = decompressor.decompress(packed, most_unpacked(len(packed)))
    if not decompressor.eof:
        raise ZstdError('the compressed data is truncated or too long')
    return bytes(content)


def decompress_file(packed: Path, target: Path, *, most_bytes: int) -> bool:
    """Unpack as much of one frame as possible; return False if its end is missing or too far."""
    decompressor = ZstdDecompressor()
    written = 0
    with packed.open('rb') as source, target.open('wb') as sink:
        try:
            while not decompressor.eof and written < most_bytes:
                step = source.read(STEP_BYTES) if decompressor.needs_input else b''
                if not step and decompressor.needs_input:
                    return False
                written += sink.write(decompressor.decompress(step, STEP_BYTES))
        except ZstdError:
            return False
    return bool(decompressor.eof)
