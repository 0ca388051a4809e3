# SPDX-License-Identifier: Apache-2.0
"""Markdown tables, and pages whose tables are generated from code or from result files."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from wpt_core.files.atomic import write_atomic
from wpt_core.types import InputError

__all__ = ['GeneratedTables', 'markdown_table']


def markdown_table(
    heads: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    numbers: Collection[int] = (),
    aligned: bool = True,
) -> str:
    """Return a table; columns whose index is in `numbers` are right-aligned.

    `aligned` pads the cells for reading in a terminal; use False for tables with long sentences.
    """
    lines = [[cell.replace('|', r'\|') for cell in line] for line in (heads, *rows)]
    if not aligned:
        lines.insert(1, ['--:' if column in numbers else '---' for column in range(len(heads))])
        return '\n'.join(f'| {" | ".join(line)} |' for line in lines)
    widths = [max(3, *(len(line[column]) for line in lines)) for column in range(len(heads))]
    rule = [
        '-' * (width - 1) + (':' if column in numbers else '-')
        for column, width in enumerate(widths)
    ]
    lines.insert(1, rule)
    return '\n'.join(f'| {" | ".join(_padded(line, widths, numbers))} |' for line in lines)


def _padded(
    cells: Sequence[str], widths: Sequence[int], numbers: Collection[int]
) -> Iterable[str]:
    for column, (cell, width) in enumerate(zip(cells, widths, strict=True)):
        yield cell.rjust(width) if column in numbers else cell.ljust(width)


@dataclass(frozen=True)
class GeneratedTables:
    """Tables between `<!-- made from SOURCE: NAME -->` and `<!-- end -->` in Markdown pages."""

    source: str
    tables: Mapping[str, Callable[[], str]]
    """Functions that make the tables, by the NAME that pages use."""

    def renewed(self, page: str) -> str:
        """Return the page with current tables; raise InputError for an unknown name."""

        def table(place: re.Match[str]) -> str:
            name = place['name']
            if name not in self.tables:
                raise InputError(f'no table {name!r}; expected one of {", ".join(self.tables)}')
            return f'{place["begin"]}\n{self.tables[name]()}\n\n{place["end"]}'

        begin = rf'(?P<begin><!-- made from {re.escape(self.source)}: (?P<name>\w+) -->\n)'
        return re.sub(rf'{begin}.*?(?P<end><!-- end -->)', table, page, flags=re.DOTALL)

    def outdated(self, pages: Iterable[Path]) -> list[Path]:
        """Return the pages whose tables are outdated."""
        return [page for page in pages if self.renewed(text := page.read_text('utf-8')) != text]

    def write(self, pages: Iterable[Path]) -> list[Path]:
        """Update the outdated pages and return them."""
        outdated = self.outdated(pages)
        for page in outdated:
            write_atomic(page, self.renewed(page.read_text('utf-8')))
        return outdated
