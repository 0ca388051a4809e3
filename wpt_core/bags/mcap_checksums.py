# SPDX-License-Identifier: Apache-2.0
"""Checksums of mcap files: of each chunk, of the data, and of the summary.

The library writes 0, which means that there is none.
"""

import struct
import zlib
from pathlib import Path
from typing import BinaryIO

from wpt_core.bags.mcap_records import HEAD, MAGIC, Op, Record, chunk_header, records, unpacked

__all__ = ['add_checksums', 'checksum_problems']

_CRC = struct.Struct('<I')
_FOOTER = struct.Struct('<QQI')
"""Start of the summary, start of its offsets, checksum."""
_BEFORE_CRC = 16
_CHUNK_CRC = 24
_STEP_BYTES = 2**20


def add_checksums(path: Path) -> None:
    """Write all checksums into a complete file."""
    with path.open('r+b') as file:
        end = path.stat().st_size - len(MAGIC)
        found = list(records(file, len(MAGIC), end))
        for record in found:
            if record.op == Op.CHUNK:
                content = unpacked(file, chunk_header(file, record, whole=True))
                _put(file, record.start + _CHUNK_CRC, zlib.crc32(content))
        (data_end,) = (record for record in found if record.op == Op.DATA_END)
        _put(file, data_end.start, _crc(file, 0, data_end.start - HEAD.size))
        footer = found[-1]
        _put(file, footer.start + _BEFORE_CRC, _summary_crc(file, footer))


def checksum_problems(
    file: BinaryIO, data_end: Record | None, footer: Record, *, thorough: bool
) -> list[str]:
    """Return the checksum mismatches of a file; includes the data section if `thorough`."""
    file.seek(footer.start)
    *_, summary_crc = _FOOTER.unpack(file.read(_FOOTER.size).ljust(_FOOTER.size, b'\0'))
    problems = []
    if file.read(len(MAGIC)) != MAGIC or footer.length != _FOOTER.size:
        problems.append('its last bytes are not the end of an mcap file')
    if summary_crc and _summary_crc(file, footer) != summary_crc:
        problems.append('its summary does not match its checksum')
    if summary_crc and data_end is None:
        problems.append('the end of its data section is missing')
    if data_end is not None and thorough:
        file.seek(data_end.start)
        (data_crc,) = _CRC.unpack(file.read(_CRC.size))
        if data_crc and _crc(file, 0, data_end.start - HEAD.size) != data_crc:
            problems.append('its data does not match its checksum')
    return problems


def _summary_crc(file: BinaryIO, footer: Record) -> int:
    """CRC of the summary and of the footer up to the checksum."""
    file.seek(footer.start)
    summary_start, *_ = _FOOTER.unpack(file.read(_FOOTER.size).ljust(_FOOTER.size, b'\0'))
    return _crc(file, summary_start or footer.start - HEAD.size, footer.start + _BEFORE_CRC)


def _crc(file: BinaryIO, start: int, stop: int) -> int:
    file.seek(min(start, stop))
    crc, left = 0, max(0, stop - start)
    while step := file.read(min(left, _STEP_BYTES)):
        crc, left = zlib.crc32(step, crc), left - len(step)
    return crc


def _put(file: BinaryIO, offset: int, crc: int) -> None:
    file.seek(offset)
    file.write(_CRC.pack(crc))
