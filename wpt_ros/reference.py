# SPDX-License-Identifier: Apache-2.0
"""Tables in the documentation that are made from the code, so that they are never out of date.

    python -m wpt_ros.reference          names the pages that are out of date; exit code 1 if any
    python -m wpt_ros.reference --write  brings them up to date

A page says where: between `<!-- made from the code: NAME -->` and `<!-- end -->`.
"""

import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import fields
from pathlib import Path

from wpt_core.safety import TRANSITIONS, GateSettings
from wpt_core.types import InputError
from wpt_ros.field_notes import field_notes

__all__ = ['TABLES', 'outdated', 'renewed', 'write']

_PLACE = re.compile(
    r'(?P<begin><!-- made from the code: (?P<name>\w+) -->\n).*?(?P<end><!-- end -->)', re.DOTALL
)


def renewed(page: str) -> str:
    """The page with all its tables as the code has them; InputError names an unknown one."""

    def table(place: re.Match[str]) -> str:
        name = place['name']
        if name not in TABLES:
            raise InputError(f'no table {name!r}; expected one of {", ".join(TABLES)}')
        return f'{place["begin"]}\n{TABLES[name]()}\n\n{place["end"]}'

    return _PLACE.sub(table, page)


def outdated(docs: Path) -> list[Path]:
    """Pages whose tables are not those of the code."""
    return [
        page for page in sorted(docs.glob('*.md')) if renewed(page.read_text()) != page.read_text()
    ]


def write(docs: Path) -> list[Path]:
    """Bring pages up to date; which ones were not."""
    pages = outdated(docs)
    for page in pages:
        page.write_text(renewed(page.read_text()))
    return pages


def _gate_states() -> str:
    rows = [
        (
            'any' if len(row.of) == 5 else ', '.join(state.name for state in row.of),
            row.event.value,
            row.to.name,
        )
        for row in TRANSITIONS
    ]
    return _markdown(('in', 'when', 'then'), rows)


def _gate_settings() -> str:
    notes = field_notes(GateSettings)
    rows = [
        (f'`{field.name}`', f'{field.default:g}', notes[field.name])
        for field in fields(GateSettings)
    ]
    return _markdown(('setting', 'default', 'meaning'), rows)


def _markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ['---'] * len(head), *rows]
    return '\n'.join(f'| {" | ".join(line)} |' for line in lines)


TABLES: dict[str, Callable[[], str]] = {
    'gate_states': _gate_states,
    'gate_settings': _gate_settings,
}


def main(words: Sequence[str]) -> int:
    """See the head of this file."""
    docs = Path(__file__).resolve().parents[1] / 'docs'
    if '--write' in words:
        print('\n'.join(f'{page.name} is up to date again' for page in write(docs)))
        return 0
    pages = outdated(docs)
    print('\n'.join(f'{page.name} is out of date' for page in pages))
    return 1 if pages else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
