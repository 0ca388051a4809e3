# SPDX-License-Identifier: Apache-2.0
"""Size and completeness of encoded images, without decoding them."""

from itertools import chain

import numpy as np
from numpy.typing import NDArray

from wpt_core.types import InputError

__all__ = ['MAX_PIXELS', 'check_size_px', 'compressed_size_px']

MAX_PIXELS = 2**26
"""Twice an 8K image. A few bytes can announce far more and exhaust the memory."""
_PNG = b'\x89PNG\r\n\x1a\n'
_JPEG = b'\xff\xd8\xff'
_FRAMES = frozenset(chain(range(0xC0, 0xC4), range(0xC5, 0xC8), range(0xC9, 0xCC), (0xCD, 0xCE)))
"""JPEG markers that are followed by the image size."""
_PADDING = 64
"""Some cameras pad their packets after the end of the image."""


def check_size_px(width_px: int, height_px: int) -> None:
    """Raise InputError unless the number of pixels is within the limits."""
    if min(width_px, height_px) < 1 or width_px * height_px > MAX_PIXELS:
        raise InputError(
            f'an image of {width_px} x {height_px} pixels is invalid: expected at least one pixel '
            f'and at most {MAX_PIXELS}; check the driver of the camera'
        )


def compressed_size_px(data: NDArray[np.uint8]) -> tuple[int, int]:
    """Return width and height of a complete JPEG or PNG; raise InputError otherwise."""
    content = data.data
    head = bytes(content[:24])
    if head.startswith(_PNG):
        kind, whole, size_px = 'PNG', _is_whole_png(content), _png_size_px(head)
    elif head.startswith(_JPEG):
        whole = b'\xff\xd9' in bytes(content[-_PADDING:])
        kind, size_px = 'JPEG', _jpeg_size_px(content)
    else:
        raise InputError(
            f'its {len(content)} bytes are neither JPEG nor PNG; publish one of these, or raw'
        )
    if not whole:
        raise InputError(f'the {kind} of {len(content)} bytes is cut off; look for lost packets')
    if size_px is None:
        raise InputError(
            f'the {kind} of {len(content)} bytes has no header that states its size; '
            'check the driver of the camera'
        )
    check_size_px(*size_px)
    return size_px


def _is_whole_png(content: memoryview) -> bool:
    """Walk the chunks, because OpenCV allocates what a chunk claims, up to 2 GB."""
    offset = len(_PNG)
    while offset + 12 <= len(content):
        length = int.from_bytes(content[offset : offset + 4], 'big')
        if bytes(content[offset + 4 : offset + 8]) == b'IEND':
            return length == 0
        offset += 12 + length
    return False


def _png_size_px(head: bytes) -> tuple[int, int] | None:
    """Return the size from the first chunk, which must be the header."""
    if head[12:16] != b'IHDR' or len(head) < 24:
        return None
    return int.from_bytes(head[16:20], 'big'), int.from_bytes(head[20:24], 'big')


def _jpeg_size_px(content: memoryview) -> tuple[int, int] | None:
    """Return the size from the first frame header; earlier segments are skipped."""
    offset = 2
    while offset + 9 <= len(content) and content[offset] == 0xFF:
        marker = content[offset + 1]
        if marker == 0xFF:  # Fill bytes may stand before any marker.
            offset += 1
            continue
        if marker in _FRAMES:
            height_px = int.from_bytes(content[offset + 5 : offset + 7], 'big')
            return int.from_bytes(content[offset + 7 : offset + 9], 'big'), height_px
        offset += 2 + int.from_bytes(content[offset + 2 : offset + 4], 'big')
    return None
