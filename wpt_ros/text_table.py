# SPDX-License-Identifier: Apache-2.0
"""Aligned tables for a terminal."""

from collections.abc import Collection, Iterable, Iterator, Sequence

__all__ = ['text_table']


def text_table(
    heads: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: Collection[int] = ()
) -> Iterator[str]:
    """Yield lines with aligned columns; columns whose index is in `numbers` are flush right."""
    lines = [heads, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(heads))]
    for line in lines:
        cells = (
            cell.rjust(width) if column in numbers else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        yield '  ' + '  '.join(cells).rstrip()
