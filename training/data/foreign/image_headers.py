# SPDX-License-Identifier: Apache-2.0
"""How large is a compressed picture, and is all of it there? Told without decoding it."""

from itertools import chain

import numpy as np
from numpy.typing import NDArray

__all__ = ['compressed_size']

_PNG = b'\x89PNG\r\n\x1a\n'
_JPEG = b'\xff\xd8\xff'
_FRAMES = frozenset(chain(range(0xC0, 0xC4), range(0xC5, 0xC8), range(0xC9, 0xCC), (0xCD, 0xCE)))
"""Markers after which a JPEG states its size."""
_PADDING = 64
"""Some cameras fill up their packets after a picture's end."""


def compressed_size(data: NDArray[np.uint8]) -> tuple[int, int] | str:
    """Width and height of a whole JPEG or PNG; or what is wrong with it."""
    content = data.tobytes()
    if content.startswith(_PNG):
        if b'IEND' not in content[-_PADDING:]:
            return f'the PNG of {len(content)} bytes is cut off'
        return int.from_bytes(content[16:20], 'big'), int.from_bytes(content[20:24], 'big')
    if content.startswith(_JPEG):
        if b'\xff\xd9' not in content[-_PADDING:]:
            return f'the JPEG of {len(content)} bytes is cut off'
        return _jpeg_size(content) or f'the JPEG of {len(content)} bytes has no header'
    return f'its {len(content)} bytes are neither JPEG nor PNG'


def _jpeg_size(content: bytes) -> tuple[int, int] | None:
    """From the first frame header; sections before it are skipped by their own lengths."""
    place = 2
    while place + 9 <= len(content) and content[place] == 0xFF:
        marker = content[place + 1]
        if marker == 0xFF:  # Fill bytes may stand before any marker.
            place += 1
            continue
        if marker in _FRAMES:
            height = int.from_bytes(content[place + 5 : place + 7], 'big')
            return int.from_bytes(content[place + 7 : place + 9], 'big'), height
        place += 2 + int.from_bytes(content[place + 2 : place + 4], 'big')
    return None
