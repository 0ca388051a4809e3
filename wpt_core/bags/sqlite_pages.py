# SPDX-License-Identifier: Apache-2.0
"""Opening of truncated databases, limited to complete pages.

SQLite fills the missing part of the last page with zeros, which would turn the end of a truncated
recording into messages full of zeros. So a file ends here at its last complete page.
"""

from pathlib import Path
from typing import Any

import apsw

__all__ = ['SQLITE_MAGIC', 'is_cut', 'open_database']

SQLITE_MAGIC = b'SQLite format 3\0'
HEAD_BYTES = 100
VFS_NAME = 'wpt-whole-pages'


def _whole_pages_bytes(file: apsw.VFSFile) -> int:
    size = apsw.VFSFile.xFileSize(file)
    if size < HEAD_BYTES:
        return 0
    return size - size % _page_size(file.xRead(HEAD_BYTES, 0))


# Created with type(), because the method names are those of SQLite.
_File: Any = type('_File', (apsw.VFSFile,), {'xFileSize': _whole_pages_bytes})


def _opened(_: apsw.VFS, name: str | apsw.URIFilename | None, flags: list[int]) -> apsw.VFSFile:
    file: apsw.VFSFile = _File('', name, flags)
    return file


_WholePages: Any = type('_WholePages', (apsw.VFS,), {'xOpen': _opened})
_registered = _WholePages(VFS_NAME, base='')


def is_cut(path: Path) -> bool:
    """Return whether the file is shorter than its header says."""
    with path.open('rb') as file:
        head = file.read(HEAD_BYTES)
    if len(head) < HEAD_BYTES:
        return True
    counted = head[24:28] == head[92:96]  # else the page count is that of an old writer, and stale
    pages = int.from_bytes(head[28:32], 'big') if counted else 0
    return path.stat().st_size < pages * _page_size(head)


def open_database(path: Path, *, cut: bool) -> apsw.Connection:
    """Open read-only and immutable: no locks, no journal replay, no files beside the bag."""
    base = apsw.Connection(
        f'{path.resolve().as_uri()}?immutable=1',
        flags=apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI,
        vfs=VFS_NAME,
    )
    base.execute('PRAGMA trusted_schema = OFF')
    base.execute('PRAGMA cell_size_check = ON')
    if cut:
        # Otherwise SQLite refuses a file that is shorter than expected.
        base.execute('PRAGMA writable_schema = ON')
    return base


def _page_size(head: bytes) -> int:
    size = int.from_bytes(head[16:18], 'big')
    return 65536 if size == 1 else max(size, 512)
