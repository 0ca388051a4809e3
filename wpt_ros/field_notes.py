# SPDX-License-Identifier: Apache-2.0
"""The sentence below each field of a dataclass: the one text for parameters, help and pages."""

import ast
import inspect
from dataclasses import is_dataclass
from functools import cache

__all__ = ['field_notes']


@cache
def field_notes(kind: type) -> dict[str, str]:
    """Name of a field to its sentence, on one line; fields without one are left out."""
    notes = {}
    for base in reversed(kind.__mro__):
        if is_dataclass(base):
            notes.update(_own_notes(base))
    return notes


def _own_notes(kind: type) -> dict[str, str]:
    body = ast.parse(inspect.getsource(kind)).body[0]
    assert isinstance(body, ast.ClassDef)
    notes = {}
    for line, below in zip(body.body, body.body[1:], strict=False):
        if isinstance(line, ast.AnnAssign) and isinstance(below, ast.Expr):
            assert isinstance(line.target, ast.Name)
            notes[line.target.id] = ' '.join(str(ast.literal_eval(below.value)).split())
    return notes
