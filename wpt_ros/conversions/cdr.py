# SPDX-License-Identifier: Apache-2.0
"""Reader for CDR: the fields of a serialised message, without deserialising all of it."""

import struct
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from wpt_core.types import InputError

__all__ = ['CdrReader']

_HEAD_BYTES = 4
_MOST_STRING_BYTES = 4096
_ORDERS = MappingProxyType({b'\x00\x00': '>', b'\x00\x01': '<'})
"""By the first two bytes; the next two are options that these forms do not use."""


class CdrReader:
    """Reads the fields of one message in their order.

    Raises InputError, naming message and field, if the bytes end too early.
    """

    def __init__(self, content: bytes, message: str) -> None:
        self._content, self._message, self._place = content, message, _HEAD_BYTES
        order = _ORDERS.get(content[:2])
        if order is None or len(content) < _HEAD_BYTES:
            raise InputError(
                f'a {message} of {len(content)} bytes begins with {content[:2].hex() or "nothing"}'
                ', expected plain CDR (0000 or 0001); use an RMW that sends it'
            )
        self._int32 = struct.Struct(f'{order}i')
        self._uint32 = struct.Struct(f'{order}I')

    def int32(self, field: str) -> int:
        value: int = self._int32.unpack_from(self._content, self._take(4, field, align=4))[0]
        return value

    def uint32(self, field: str) -> int:
        value: int = self._uint32.unpack_from(self._content, self._take(4, field, align=4))[0]
        return value

    def octet(self, field: str) -> int:
        return self._content[self._take(1, field)]

    def string(self, field: str) -> str:
        """Return the text up to its first zero byte; invalid UTF-8 is replaced, as in rclpy."""
        size = self.uint32(field)
        start = self._take(size, field)
        if size > _MOST_STRING_BYTES:
            raise InputError(
                f'the {field} of a {self._message} has {size} bytes, expected at most '
                f'{_MOST_STRING_BYTES}; check its publisher'
            )
        content = self._content[start : start + size]
        return content.partition(b'\0')[0].decode('utf-8', 'replace')

    def octets(self, field: str) -> NDArray[np.uint8]:
        """Return (N,), a read-only view of the message."""
        size = self.uint32(field)
        return np.frombuffer(self._content, np.uint8, size, self._take(size, field))

    def _take(self, size: int, field: str, *, align: int = 1) -> int:
        """Return the start of the next field; alignment counts from the end of the header."""
        start = self._place + -(self._place - _HEAD_BYTES) % align
        self._place = start + size
        if self._place > len(self._content):
            raise InputError(
                f'a {self._message} of {len(self._content)} bytes ends within its {field}, which '
                f'needs {size} from byte {start} on; look for lost packets or another type'
            )
        return start
