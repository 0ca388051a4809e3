# SPDX-License-Identifier: Apache-2.0
"""How large is a picture, and is all of it there? Told without decoding it."""

from itertools import chain

import numpy as np
from numpy.typing import NDArray

from wpt_core.types import InputError

__all__ = ['MAX_PIXELS', 'check_size_px', 'compressed_size_px']

MAX_PIXELS = 2**26
"""Twice an 8K picture. A few bytes can announce thousands of times that, and fill the memory."""
_PNG = b'\x89PNG\r\n\x1a\n'
_JPEG = b'\xff\xd8\xff'
_FRAMES = frozenset(chain(range(0xC0, 0xC4), range(0xC5, 0xC8), range(0xC9, 0xCC), (0xCD, 0xCE)))
"""Markers after which a JPEG states its size."""
_PADDING = 64
"""Some cameras fill up their packets after a picture's end."""


def check_size_px(width_px: int, height_px: int) -> None:
    """InputError unless there are pixels, and not absurdly many."""
    if min(width_px, height_px) < 1 or width_px * height_px > MAX_PIXELS:
        raise InputError(
            f'a picture of {width_px} x {height_px} pixels is none: expected at least one pixel '
            f'and at most {MAX_PIXELS}; check the driver of the camera'
        )


def compressed_size_px(data: NDArray[np.uint8]) -> tuple[int, int]:
    """Width and height of a whole JPEG or PNG, as its header says; else InputError."""
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
    """Goes from chunk to chunk: OpenCV takes the memory that a chunk asks for, up to 2 GB."""
    place = len(_PNG)
    while place + 12 <= len(content):
        length = int.from_bytes(content[place : place + 4], 'big')
        if bytes(content[place + 4 : place + 8]) == b'IEND':
            return length == 0
        place += 12 + length
    return False


def _png_size_px(head: bytes) -> tuple[int, int] | None:
    """The first chunk must be the header."""
    if head[12:16] != b'IHDR' or len(head) < 24:
        return None
    return int.from_bytes(head[16:20], 'big'), int.from_bytes(head[20:24], 'big')


def _jpeg_size_px(content: memoryview) -> tuple[int, int] | None:
    """From the first frame header; sections before it are skipped by their own lengths."""
    place = 2
    while place + 9 <= len(content) and content[place] == 0xFF:
        marker = content[place + 1]
        if marker == 0xFF:  # Fill bytes may stand before any marker.
            place += 1
            continue
        if marker in _FRAMES:
            height_px = int.from_bytes(content[place + 5 : place + 7], 'big')
            return int.from_bytes(content[place + 7 : place + 9], 'big'), height_px
        place += 2 + int.from_bytes(content[place + 2 : place + 4], 'big')
    return None
