# SPDX-License-Identifier: Apache-2.0
"""Errors, which explain themselves in one sentence, and notices, which the caller logs."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from enum import Enum

__all__ = ['BagError', 'InputError', 'Level', 'Notice', 'WptError', 'unknown_name']


class WptError(Exception):
    """Something this package understands and can explain in one sentence."""


class InputError(WptError):
    """A value from outside is not usable; the message names the field and the accepted values."""


class BagError(WptError):
    """A recording cannot be read or written; the message names the file and what is left of it."""


def unknown_name(what: str, name: str, known: Iterable[str], *, where: str = '') -> InputError:
    """The error for a name that is none of `known`; `what` names the setting."""
    names = tuple(known)
    expected = f'expected one of {", ".join(names)}'
    similar = get_close_matches(name, names, n=1)
    if similar:
        expected = f'did you mean {similar[0]!r}? E{expected[1:]}'
    return InputError(f'{what}: unknown name {name!r}{where}; {expected}.')


class Level(Enum):
    """How much a notice matters to the person at the wheel or at the desk."""

    INFO = 'info'
    WARNING = 'warning'
    ERROR = 'error'


@dataclass(frozen=True, slots=True)
class Notice:
    """One remark: `code` is stable and machine readable, `text` is one sentence."""

    level: Level
    code: str
    text: str
