# SPDX-License-Identifier: Apache-2.0
"""Files that are complete or absent, even when the process that writes them is killed."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from wpt_core.types import InputError

__all__ = ['replacing', 'writable_folder', 'write_atomic']


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A file beside `path` to write to, renamed to `path` when the block ends without an error.

    An error deletes it and leaves an earlier `path` as it was; the mode of an earlier `path` is
    kept. Missing folders are made. Several processes may write the same `path`: the last one wins.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # The suffix stays last, because some writers choose the format by it.
    aside = path.with_name(f'.{path.stem}.{os.getpid()}.part{path.suffix}')
    try:
        yield aside
        if path.exists():
            aside.chmod(path.stat().st_mode)
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


def write_atomic(path: Path, content: str | bytes) -> None:
    """Write a whole file; text as UTF-8."""
    with replacing(path) as aside:
        aside.write_bytes(content.encode() if isinstance(content, str) else content)


def writable_folder(folder: Path, option: str) -> None:
    """Make the folder and write to it; InputError names the option that it was given by.

    Called before long work, so that a folder without permission is reported at once.
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
