# SPDX-License-Identifier: Apache-2.0
"""Opening of bags: detects the format of each file and skips unreadable ones."""

import re
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from shutil import disk_usage
from tempfile import TemporaryDirectory

from wpt_core.bags.compression import HARMLESS_BYTES, decompress_file
from wpt_core.bags.mcap import McapStorage
from wpt_core.bags.mcap_records import MAGIC as MCAP_MAGIC
from wpt_core.bags.metadata import METADATA, Metadata, read_metadata
from wpt_core.bags.ros1 import ROS1_MAGIC, Ros1Storage
from wpt_core.bags.sqlite import SqliteStorage
from wpt_core.bags.sqlite_pages import SQLITE_MAGIC
from wpt_core.bags.storage import Storage
from wpt_core.types import BagError, Level, Notice

__all__ = ['OpenedFiles', 'open_files']

ZSTD_MAGIC = b'\x28\xb5\x2f\xfd'
MAGICS = (MCAP_MAGIC, SQLITE_MAGIC, ROS1_MAGIC)
LARGEST_FILE_RATIO = 1000
SUFFIXES = ('.mcap', '.db3', '.bag', '.mcap.zstd', '.db3.zstd')


@dataclass(frozen=True)
class OpenedFiles:
    """The storage files of a bag, in the order of recording."""

    paths: tuple[Path, ...]
    storages: tuple[Storage, ...]
    metadata: Metadata | None
    notices: tuple[Notice, ...]


def open_files(path: Path, stack: ExitStack, *, verify: bool) -> OpenedFiles:
    """Open a bag's folder, its metadata.yaml, or one storage file.

    The files are closed with `stack`. Missing or unreadable files become notices as long as
    another file is readable; raise BagError if none is.
    """
    try:
        return _open(path, stack, verify=verify)
    except OSError as error:
        raise BagError(f'{path} cannot be read: {error.strerror or error}') from error


def _open(path: Path, stack: ExitStack, *, verify: bool) -> OpenedFiles:
    if not path.exists():
        raise BagError(f'{path} does not exist; name a bag folder, or an .mcap, .db3 or .bag file')
    path = path.parent if path.name == METADATA else path
    metadata, notices = _metadata_for(path)
    files = _files_of(path, metadata) if path.is_dir() else [path]
    opened: list[Storage] = []
    errors: list[BagError] = []
    for file in files:
        try:
            opened.append(_open_file(file, stack, verify=verify))
        except BagError as error:
            errors.append(error)
    if not opened:
        raise errors[0]
    notices += [Notice(Level.ERROR, 'bag.file-lost', str(error)) for error in errors]
    notices += [notice for storage in opened for notice in storage.notices]
    return OpenedFiles(tuple(files), tuple(opened), metadata, tuple(notices))


def _metadata_for(path: Path) -> tuple[Metadata | None, list[Notice]]:
    """Return the metadata of the folder, also for one of its files; damaged metadata is
    ignored."""
    folder = path if path.is_dir() else path.parent
    if not (folder / METADATA).is_file():
        return None, []
    try:
        metadata = read_metadata(folder)
    except BagError as error:
        notice = Notice(
            Level.WARNING, 'bag.metadata', f'{error}; using the files in the folder instead'
        )
        return None, [notice] if path.is_dir() else []
    return metadata if path.is_dir() or path.name in metadata.files else None, []


def _files_of(folder: Path, metadata: Metadata | None) -> list[Path]:
    if metadata and metadata.files:
        return [folder / name for name in metadata.files]
    files = [file for file in folder.iterdir() if file.name.endswith(SUFFIXES)]
    if not files:
        raise BagError(
            f'{folder} contains no recording: expected metadata.yaml, .mcap or .db3 files'
        )
    return sorted(files, key=_natural)


def _natural(file: Path) -> list[tuple[str, int]]:
    """Sort key that places part 10 after part 9."""
    return [(text, int(digits or 0)) for text, digits in re.findall(r'(\D*)([0-9]*)', file.name)]


def _open_file(path: Path, stack: ExitStack, *, verify: bool) -> Storage:
    if not path.is_file():
        raise BagError(f"{path} is missing; its folder's {METADATA} lists it")
    head = _head(path)
    if not head.startswith(ZSTD_MAGIC):
        return _storage(path, head, stack, verify=verify, shown=path)
    target = Path(stack.enter_context(TemporaryDirectory(prefix='wpt-bag-'))) / path.stem
    most_bytes = min(
        disk_usage(target.parent).free // 2,
        max(HARMLESS_BYTES, LARGEST_FILE_RATIO * path.stat().st_size),
    )
    whole = decompress_file(path, target, most_bytes=most_bytes)
    storage = _storage(target, _head(target), stack, verify=verify, shown=path)
    if not whole and not storage.notices:
        raise BagError(
            f'{path} is damaged: its compressed data is truncated, or longer than '
            f'{most_bytes} bytes'
        )
    return storage


def _head(path: Path) -> bytes:
    with path.open('rb') as file:
        return file.read(16)


def _storage(path: Path, head: bytes, stack: ExitStack, *, verify: bool, shown: Path) -> Storage:
    storage: Storage
    if head.startswith(MCAP_MAGIC):
        storage = McapStorage(path, verify=verify, shown=shown)
    elif head.startswith(SQLITE_MAGIC):
        storage = SqliteStorage(path, verify=verify, shown=shown)
    elif head.startswith(ROS1_MAGIC):
        storage = Ros1Storage(path)
    else:
        raise _foreign(shown, head)
    stack.callback(storage.close)
    return storage


def _foreign(path: Path, head: bytes) -> BagError:
    if not head:
        return BagError(f'{path} is empty; nothing was recorded')
    if any(magic.startswith(head) for magic in MAGICS):
        return BagError(f'{path} is cut off within its first {len(head)} bytes; record it again')
    return BagError(
        f'{path} is not a recording: it begins with {head!r}; '
        'expected an mcap, sqlite3 or ROS 1 bag'
    )
