# SPDX-License-Identifier: Apache-2.0
"""Files and folders that are complete or absent, even when the writing process is killed."""

import os
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

from wpt_core.types import InputError

__all__ = ['publish_folder', 'replacing', 'replacing_folder', 'writable_folder', 'write_atomic']


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary path that is renamed to `path` when the block ends without an error.

    An error deletes it and leaves an earlier `path` as it was; the mode of an earlier `path` is
    kept. Missing folders are created. Several processes may write the same `path`; the last one
    wins.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # The suffix stays last because some writers choose the format by it.
    temporary = path.with_name(f'.{path.stem}.{os.getpid()}.part{path.suffix}')
    try:
        yield temporary
        if path.exists():
            temporary.chmod(path.stat().st_mode)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_atomic(path: Path, content: str | bytes) -> None:
    """Write a file atomically; text as UTF-8."""
    with replacing(path) as temporary:
        temporary.write_bytes(content.encode() if isinstance(content, str) else content)


def writable_folder(folder: Path, option: str) -> None:
    """Create the folder and test that it is writable; else raise InputError naming the option.

    Call it before long work, so that missing permissions are reported immediately.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f'.probe.{os.getpid()}'
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise InputError(
            f'{option} {folder}: cannot write there ({error.strerror}); name a folder that you own'
        ) from error


@contextmanager
def replacing_folder(folder: Path, names: Collection[str]) -> Iterator[Path]:
    """Yield a temporary folder for files of these names that becomes `folder` on success.

    An existing folder stays until then, and is replaced only if it holds no other files. Raise
    InputError otherwise, and when the folder cannot be written.
    """
    _check_replaceable(folder, names)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(mkdtemp(prefix=f'.{folder.name}.writing-', dir=folder.parent))
        try:
            fresh = temporary / folder.name
            fresh.mkdir()
            yield fresh
            publish_folder(fresh, folder, replaced=temporary / 'replaced')
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
    except OSError as error:
        raise InputError(
            f'{folder}: cannot be written ({error.strerror or error}); '
            'name a folder on a disk with room that you may write to.'
        ) from error


def _check_replaceable(folder: Path, names: Collection[str]) -> None:
    if folder.is_dir():
        others = sorted(path.name for path in folder.iterdir() if path.name not in names)
        if others:
            raise InputError(
                f'{folder}: holds {others[0]!r}, which would be lost; '
                'name a new folder, or one that was written like this before.'
            )
    elif folder.exists():
        raise InputError(f'{folder}: is a file; name a folder.')


def publish_folder(fresh: Path, folder: Path, *, replaced: Path) -> None:
    """Rename `fresh` to `folder`; an earlier `folder` moves to `replaced`, or back on an error.

    At most two renames, so that at any time `folder` is complete or absent.
    """
    if folder.exists():
        folder.rename(replaced)
    try:
        fresh.rename(folder)
    except OSError:
        if replaced.exists():
            replaced.rename(folder)
        raise
