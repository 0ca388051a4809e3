# SPDX-License-Identifier: Apache-2.0
"""Which code made a drive? What other code made is not taken for a result of this one."""

import ast
import hashlib
from functools import lru_cache
from pathlib import Path

import wpt_core

__all__ = ['code_digest']

_ROOMS = ('geometry', 'metrics', 'model', 'planning', 'sensing', 'types', 'vehicle')
_IDLE = ('wpt_sim/films', 'wpt_sim/ride', 'wpt_core/model/runtime/onnx')
"""Parts of them that no drive runs through."""
_TRAINING = (
    'referee/drives.py',
    'referee/held_out.py',
    'referee/held_out_plans.py',
    'referee/result.py',
    'referee/rows.py',
    'simulators/proving_ground/disturbance.py',
    'simulators/proving_ground/student_driver.py',
)


@lru_cache(maxsize=1)
def code_digest() -> str:
    """Of all code that a drive runs through; comments and layout do not count."""
    root = Path(str(wpt_core.__file__)).parents[1]
    files = [root / 'wpt_core' / 'pipeline.py']
    files += [root / 'training' / name for name in _TRAINING]
    for folder in (*(root / 'wpt_core' / room for room in _ROOMS), root / 'wpt_sim'):
        files += sorted(folder.rglob('*.py'))
    summed = hashlib.sha256()
    for file in files:
        if not file.relative_to(root).as_posix().startswith(_IDLE):
            summed.update(ast.dump(ast.parse(file.read_bytes())).encode())
    return summed.hexdigest()[:16]
