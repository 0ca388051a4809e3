# SPDX-License-Identifier: Apache-2.0
"""Which code made a drive? What other code made is not taken for a result of this one."""

import ast
import hashlib
from functools import lru_cache
from pathlib import Path

import training
import wpt_core

__all__ = ['code_digest']

_ROOMS = ('geometry', 'metrics', 'model', 'planning', 'sensing', 'types', 'vehicle', 'world')
_IDLE = ('world/films', 'world/pictures', 'world/ride', 'model/runtime/onnx')
"""Parts of them that no drive runs through."""
_SCHOOL = (
    'referee/disturbance.py',
    'referee/drives.py',
    'referee/held_out.py',
    'referee/held_out_plans.py',
    'referee/result.py',
    'referee/rows.py',
    'simulators/student_driver.py',
)


@lru_cache(maxsize=1)
def code_digest() -> str:
    """Of all code that a drive runs through; comments and layout do not count."""
    core, school = (Path(str(package.__file__)).parent for package in (wpt_core, training))
    files = [core / 'pipeline.py', *(school / name for name in _SCHOOL)]
    for room in _ROOMS:
        files += sorted((core / room).rglob('*.py'))
    summed = hashlib.sha256()
    for file in files:
        if not file.as_posix().startswith(tuple(f'{core.as_posix()}/{part}' for part in _IDLE)):
            summed.update(ast.dump(ast.parse(file.read_bytes())).encode())
    return summed.hexdigest()[:16]
