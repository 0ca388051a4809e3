# SPDX-License-Identifier: Apache-2.0
"""Markdown tables that can also be read in a terminal."""

from collections.abc import Collection, Iterable, Sequence

__all__ = ['markdown_table']


def markdown_table(
    heads: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: Collection[int] = ()
) -> str:
    """Aligned columns; those whose index is in `numbers` are flush right."""
    lines = [[cell.replace('|', r'\|') for cell in line] for line in (heads, *rows)]
    widths = [max(3, *(len(line[column]) for line in lines)) for column in range(len(heads))]

    def written(cells: Sequence[str]) -> str:
        padded = (
            cell.rjust(width) if column in numbers else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
        )
        return f'| {" | ".join(padded)} |'

    rule = [
        '-' * (width - 1) + (':' if column in numbers else '-')
        for column, width in enumerate(widths)
    ]
    return '\n'.join([written(lines[0]), written(rule), *map(written, lines[1:])])
