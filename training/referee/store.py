# SPDX-License-Identifier: Apache-2.0
"""Drives that are done stay done: one small file each, dropped when what made them changed."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

from wpt_core.types import InputError

__all__ = ['fingerprint', 'keep_json', 'kept_json', 'ready', 'write_whole']


def fingerprint(*parts: object) -> str:
    """Of everything that decides a result, by its written form."""
    return hashlib.sha256('\n'.join(map(repr, parts)).encode()).hexdigest()[:20]


def keep_json(path: Path, made_of: str, content: dict[str, object]) -> None:
    """Keep a result together with the fingerprint of what it is made of."""
    text = json.dumps({'made_of': made_of, 'result': content}, allow_nan=False)
    write_whole(path, lambda aside: aside.write_text(text, encoding='utf-8'))


def kept_json(path: Path, made_of: str) -> dict[str, object] | None:
    """What was kept, or None where nothing usable is there or it is made of something else."""
    try:
        found = json.loads(path.read_text(encoding='utf-8'))
    except (OSError, ValueError):
        return None
    if not isinstance(found, dict) or found.get('made_of') != made_of:
        return None
    result = found.get('result')
    return result if isinstance(result, dict) else None


def write_whole(path: Path, write: Callable[[Path], object]) -> None:
    """Let `write` fill a file aside, which then takes the name: whole or not there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f'.{path.stem}.part{path.suffix}')
    write(aside)
    aside.replace(path)


def ready(out: Path) -> None:
    """Make the folder and try it, so that a place that cannot be written is known now."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        probe = out / '.probe'
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise InputError(
            f'--out {out}: cannot write there ({error.strerror}); name a folder that you own.'
        ) from error
