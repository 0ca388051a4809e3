# SPDX-License-Identifier: Apache-2.0
"""Opening databases that end too early, page by whole page.

SQLite fills the missing part of the last page with zeros and goes on. That would turn the end of a
cut recording into messages full of zeros, so here a file ends where its last whole page ends.
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


# Made with type(), for the names of these methods are SQLite's and not ours.
_File: Any = type('_File', (apsw.VFSFile,), {'xFileSize': _whole_pages_bytes})


def _opened(_: apsw.VFS, name: str | apsw.URIFilename | None, flags: list[int]) -> apsw.VFSFile:
    file: apsw.VFSFile = _File('', name, flags)
    return file


_WholePages: Any = type('_WholePages', (apsw.VFS,), {'xOpen': _opened})
_registered = _WholePages(VFS_NAME, base='')


def is_cut(path: Path) -> bool:
    """Is the file shorter than its own header says?"""
    with path.open('rb') as file:
        head = file.read(HEAD_BYTES)
    if len(head) < HEAD_BYTES:
        return True
    counted = head[24:28] == head[92:96]  # else an old writer left the number of pages stale
    pages = int.from_bytes(head[28:32], 'big') if counted else 0
    return path.stat().st_size < pages * _page_size(head)


def open_database(path: Path, *, cut: bool) -> apsw.Connection:
    """Read only and immutable: nothing is locked, replayed or written beside a recording."""
    base = apsw.Connection(
        f'{path.resolve().as_uri()}?immutable=1',
        flags=apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI,
        vfs=VFS_NAME,
    )
    base.execute('PRAGMA trusted_schema = OFF')
    base.execute('PRAGMA cell_size_check = ON')
    if cut:
        # The one way to have SQLite open a file that is shorter than it should be.
        base.execute('PRAGMA writable_schema = ON')
    return base


def _page_size(head: bytes) -> int:
    size = int.from_bytes(head[16:18], 'big')
    return 65536 if size == 1 else max(size, 512)
