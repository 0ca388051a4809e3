# SPDX-License-Identifier: Apache-2.0
"""A folder that is made aside and appears whole."""

import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

from wpt_core.types import InputError

__all__ = ['made_aside']


@contextmanager
def made_aside(folder: Path, names: Collection[str]) -> Iterator[Path]:
    """A place to write files of these names to, which becomes `folder` when all went well.

    A folder that is there already stays until then, and is only ever replaced if it holds nothing
    but such files: InputError otherwise, and where the place cannot be written to.
    """
    _check_replaceable(folder, names)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        aside = Path(mkdtemp(prefix=f'.{folder.name}.writing-', dir=folder.parent))
        try:
            fresh = aside / folder.name
            fresh.mkdir()
            yield fresh
            _publish(fresh, folder, replaced=aside / 'replaced')
        finally:
            shutil.rmtree(aside, ignore_errors=True)
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


def _publish(fresh: Path, folder: Path, *, replaced: Path) -> None:
    """Two renames at most, so that at every moment a whole folder or none is there."""
    if folder.exists():
        folder.rename(replaced)
    try:
        fresh.rename(folder)
    except OSError:
        if replaced.exists():
            replaced.rename(folder)
        raise
