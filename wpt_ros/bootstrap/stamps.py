# SPDX-License-Identifier: Apache-2.0
"""Stamps: files that say what was finished, written last, so that half-done work is seen."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

__all__ = ['fingerprint', 'is_stamped', 'stamp']


def fingerprint(*texts: str, files: Iterable[Path] = ()) -> str:
    """One hash of texts and of the names and contents of files."""
    digest = hashlib.sha256()
    for text in texts:
        digest.update(text.encode() + b'\0')
    for file in sorted(files):
        digest.update(file.name.encode() + b'\0' + file.read_bytes() + b'\0')
    return digest.hexdigest()


def is_stamped(stamp_file: Path, print_: str) -> bool:
    """Whether this very work was finished."""
    return stamp_file.is_file() and stamp_file.read_text().strip() == print_


def stamp(stamp_file: Path, print_: str) -> None:
    """Say that the work is finished, in one step: there is never half a stamp."""
    half = stamp_file.with_name(stamp_file.name + '.half')
    half.write_text(print_ + '\n')
    half.replace(stamp_file)
