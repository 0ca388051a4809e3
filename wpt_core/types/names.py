# SPDX-License-Identifier: Apache-2.0
"""A name that was misspelt is answered with the names there are, the most similar one first."""

from collections.abc import Iterable
from difflib import get_close_matches

from wpt_core.types.errors import InputError

__all__ = ['unknown_name']


def unknown_name(what: str, name: str, known: Iterable[str], *, where: str = '') -> InputError:
    """The error for a name that is none of `known`; `what` names the setting."""
    names = tuple(known)
    expected = f'expected one of {", ".join(names)}'
    similar = get_close_matches(name, names, n=1)
    if similar:
        expected = f'did you mean {similar[0]!r}? E{expected[1:]}'
    return InputError(f'{what}: unknown name {name!r}{where}; {expected}.')
