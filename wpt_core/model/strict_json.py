# SPDX-License-Identifier: Apache-2.0
"""Strict reading of JSON from outside; each defect is reported in one sentence."""

import json
import math
from collections.abc import Collection
from pathlib import Path

from wpt_core.files import write_atomic
from wpt_core.types import InputError

__all__ = ['Section', 'read_json', 'write_json']

_MOST_BYTES = 1_000_000
_REMEDY = 'copy the folder again from its source, or export it again with this version'


class Section:
    """A JSON object with exactly these fields; raise InputError otherwise."""

    def __init__(self, where: str, value: object, names: Collection[str]) -> None:
        self.where = where
        if not isinstance(value, dict):
            raise self.error(f'expected an object with {", ".join(names)}, got {_short(value)}')
        if unknown := [name for name in value if name not in names]:
            raise self.error(f'unknown field {unknown[0]!r}; expected {", ".join(names)}')
        if missing := [name for name in names if name not in value]:
            raise self.error(f'the field {missing[0]!r} is missing')
        self._values: dict[str, object] = value

    def error(self, what: str) -> InputError:
        """Return the error for a defect found by the caller."""
        return InputError(f'{self.where}: {what}; {_REMEDY}.')

    def value(self, name: str) -> object:
        return self._values[name]

    def integer(self, name: str, least: int, most: int) -> int:
        value = self._values[name]
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise self.error(
                f'{name} must be a whole number from {least} to {most}, got {_short(value)}'
            )
        return value

    def number(self, name: str, least: float, most: float) -> float:
        return self._number(name, self._values[name], least, most)

    def numbers(self, name: str, count: int, most: float) -> tuple[float, ...]:
        """`count` numbers, none larger in magnitude than `most`."""
        values = self._values[name]
        if not isinstance(values, list) or len(values) != count:
            raise self.error(f'{name} must be {count} numbers, got {_short(values)}')
        return tuple(self._number(name, value, -most, most) for value in values)

    def text(self, name: str) -> str:
        value = self._values[name]
        if not isinstance(value, str):
            raise self.error(f'{name} must be text, got {_short(value)}')
        return value

    def list_of(self, name: str) -> list[object]:
        value = self._values[name]
        if not isinstance(value, list):
            raise self.error(f'{name} must be a list, got {_short(value)}')
        return value

    def section(self, name: str, names: Collection[str]) -> 'Section':
        return Section(f'{self.where}: {name}', self._values[name], names)

    def _number(self, name: str, value: object, least: float, most: float) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.error(f'{name} must hold numbers, got {_short(value)}')
        if not least <= value <= most:
            raise self.error(f'{name} must lie in {least:g} to {most:g}, got {_short(value)}')
        return float(value)


def read_json(path: Path) -> object:
    """Return the document in this file of less than 1 MB; raise InputError otherwise."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise InputError(f'{path}: expected less than 1 MB of JSON; {_REMEDY}.')
        return json.loads(
            path.read_text(encoding='utf-8'),
            parse_constant=_refuse_constant,
            object_pairs_hook=_refuse_repetition,
        )
    except OSError as error:
        raise InputError(
            f'{path}: cannot be read ({error.strerror}); name a folder that contains this file.'
        ) from error
    except (ValueError, RecursionError) as error:
        raise InputError(f'{path}: invalid JSON ({error}); {_REMEDY}.') from error


def write_json(path: Path, document: object) -> None:
    """Write indented JSON; raise ValueError for NaN and infinities."""
    text = json.dumps(document, indent=2, allow_nan=False, ensure_ascii=False)
    write_atomic(path, text + '\n')


def _refuse_constant(word: str) -> object:
    raise ValueError(f'{word} is not a JSON number')


def _refuse_repetition(pairs: list[tuple[str, object]]) -> dict[str, object]:
    document = dict(pairs)
    if len(document) != len(pairs):
        raise ValueError('a field is repeated')
    return document


def _short(value: object) -> str:
    if isinstance(value, int) and not math.log10(abs(value) + 1) < 20:
        return 'a huge number'
    text = repr(value)
    return text if len(text) <= 40 else f'{text[:37]}...'
