# SPDX-License-Identifier: Apache-2.0
"""Errors, which explain themselves in one sentence, and notices, which the caller logs."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from enum import Enum

__all__ = ['BagError', 'InputError', 'Level', 'Notice', 'WptError', 'unknown_name']


class WptError(Exception):
    """Base class of errors whose message is one sentence for the user."""


class InputError(WptError):
    """An unusable input; the message names the field and the accepted values."""


class BagError(WptError):
    """A bag that cannot be read or written; the message names the file and what is readable."""


def unknown_name(what: str, name: str, known: Iterable[str], *, where: str = '') -> InputError:
    """Return the error for a name that is not in `known`, with the closest match.

    `what` names the setting.
    """
    names = tuple(known)
    expected = f'expected one of {", ".join(names)}'
    similar = get_close_matches(name, names, n=1)
    if similar:
        expected = f'did you mean {similar[0]!r}? E{expected[1:]}'
    return InputError(f'{what}: unknown name {name!r}{where}; {expected}.')


class Level(Enum):
    """Severity of a notice."""

    INFO = 'info'
    WARNING = 'warning'
    ERROR = 'error'


@dataclass(frozen=True, slots=True)
class Notice:
    """One report: `code` is stable and machine readable, `text` is one sentence."""

    level: Level
    code: str
    text: str
