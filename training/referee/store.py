# SPDX-License-Identifier: Apache-2.0
"""Outcomes kept on disk, one small file each, reused while everything they depend on is equal."""

import ast
import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from wpt_core.files import write_atomic

__all__ = ['digest_of_code', 'fingerprint', 'keep_json', 'kept_json']


def fingerprint(*parts: object) -> str:
    """Of everything that decides a result, by its `repr`."""
    return hashlib.sha256('\n'.join(map(repr, parts)).encode()).hexdigest()[:20]


def digest_of_code(files: Iterable[Path]) -> str:
    """Of Python files; comments and layout do not count."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(ast.dump(ast.parse(file.read_bytes())).encode())
    return digest.hexdigest()[:16]


def keep_json(path: Path, made_of: str, content: dict[str, object]) -> None:
    """Keep a result together with the fingerprint of what it depends on."""
    write_atomic(path, json.dumps({'made_of': made_of, 'result': content}, allow_nan=False))


def kept_json(path: Path, made_of: str) -> dict[str, object] | None:
    """The kept result; None if it is missing, damaged, or has another fingerprint."""
    try:
        found = json.loads(path.read_text(encoding='utf-8'))
    except (OSError, ValueError):
        return None
    if not isinstance(found, dict) or found.get('made_of') != made_of:
        return None
    result = found.get('result')
    return result if isinstance(result, dict) else None
