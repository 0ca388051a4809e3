# SPDX-License-Identifier: Apache-2.0
"""Tables are valid Markdown; pages keep everything but their generated tables."""

from pathlib import Path

import pytest

from wpt_core.files import GeneratedTables, markdown_table
from wpt_core.types import InputError

PAGE = 'before\n<!-- made from nothing: {} -->\nold\n<!-- end -->\nafter\n'
TABLES = GeneratedTables('nothing', {'one': lambda: '| 1 |', 'two': lambda: '| 2 |'})


def test_aligned_tables_have_lines_of_one_length() -> None:
    rows = [('x|y', '1'), ('long name', '12345')]
    assert markdown_table(('a', 'number'), rows, numbers=(1,)).splitlines() == [
        '| a         | number |',
        '| --------- | -----: |',
        r'| x\|y      |      1 |',
        '| long name |  12345 |',
    ]


def test_other_tables_have_no_padding() -> None:
    table = markdown_table(('a', 'b'), [('x|y', 'long sentence')], numbers=(0,), aligned=False)
    assert table == '| a | b |\n| --: | --- |\n| x\\|y | long sentence |'


def test_only_the_tables_of_the_source_are_renewed() -> None:
    other = '<!-- made from something: one -->\nold\n<!-- end -->\n'
    page = TABLES.renewed(PAGE.format('one') + other + PAGE.format('two'))
    new = PAGE.replace('old', '\n| {} |\n')
    assert page == new.format('one', 1) + other + new.format('two', 2)
    assert TABLES.renewed(page) == page


def test_an_unknown_table_is_refused() -> None:
    with pytest.raises(InputError, match="no table 'three'; expected one of one, two"):
        TABLES.renewed(PAGE.format('three'))


def test_only_outdated_pages_are_written(tmp_path: Path) -> None:
    pages = [tmp_path / 'a.md', tmp_path / 'b.md']
    pages[0].write_text(TABLES.renewed(PAGE.format('one')))
    pages[1].write_text(PAGE.format('two'))
    assert TABLES.outdated(pages) == [pages[1]]
    assert TABLES.write(pages) == [pages[1]]
    assert TABLES.outdated(pages) == []
    assert '| 2 |' in pages[1].read_text()
