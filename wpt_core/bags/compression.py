# SPDX-License-Identifier: Apache-2.0
"""Zstandard: from the standard library where it is, else from the package rosbags needs too."""

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

# What is compressed may claim any size. A picture without content shrinks to a thousandth, so a
# ratio counts only beyond a size that nobody would miss.
HARMLESS_BYTES = 2**26
LARGEST_RATIO = 100
STEP_BYTES = 2**20


def most_unpacked(packed_bytes: int) -> int:
    """To how many bytes so many may unpack."""
    return min(LONGEST_MESSAGE, max(HARMLESS_BYTES, LARGEST_RATIO * packed_bytes))


def decompressed(packed: bytes) -> bytes:
    """One whole frame of a sensible size; ZstdError otherwise."""
    decompressor = ZstdDecompressor()
    content = decompressor.decompress(packed, most_unpacked(len(packed)))
    if not decompressor.eof:
        raise ZstdError('the compressed data is cut off or absurdly long')
    return bytes(content)


def decompress_file(packed: Path, target: Path, *, most_bytes: int) -> bool:
    """Unpack as much of one frame as can be had; False if its end is missing or too far."""
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
