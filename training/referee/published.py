# SPDX-License-Identifier: Apache-2.0
"""Result tables in README and docs, generated from the files in `results`.

    python -m training.referee.published          names the pages that are not current; exit code 1
    python -m training.referee.published --write  brings them up to date

Tables are between `<!-- made from results: NAME -->` and `<!-- end -->`.
"""

import sys
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from training.referee.arena import find_arena, find_suite
from training.referee.report import format_mean
from training.referee.results import Outcomes, load_outcomes
from wpt_core.files import GeneratedTables, markdown_table
from wpt_core.metrics import suite_score

__all__ = ['TABLES', 'pages', 'tables']

_ROOT = Path(__file__).resolve().parents[2]
_ARENA = find_arena('proving_ground')
_REFERENCES = ('expert', 'constant_velocity')
_SUITES = ('lane_centre', 'lane_change', 'routes')
_TRANSCRIBED = '†'

Files = Sequence[Outcomes]


def tables(results: Path) -> GeneratedTables:
    """Return all tables of the result files in a folder."""
    files = load_outcomes(results)
    return GeneratedTables('results', {name: partial(TABLES[name], files) for name in TABLES})


def pages(root: Path) -> list[Path]:
    """Return the pages that may have tables."""
    return [root / 'README.md', *sorted((root / 'docs').glob('*.md'))]


def _references(files: Files) -> str:
    """Table of drivers without a network on all suites."""
    heads = ('driver', *(_suite_head(name) for name in _SUITES), 'driving score', 'efficiency')
    lines = [
        (
            f'`{row}`',
            *(_passes(_one(files, row, suite)) for suite in _SUITES),
            *_route_figures(_one(files, row, 'routes')),
        )
        for row in _REFERENCES
    ]
    return markdown_table(heads, lines)


def _students(files: Files) -> str:
    """Table of all drivers on the lane suites, with the open-loop error."""
    heads = ('driver', *(_suite_head(name) for name in _SUITES[:2]), 'open-loop error to 3 s')
    rows = dict.fromkeys(one.row for one in files if one.table in _SUITES[:2])
    ordered = sorted(rows, key=lambda row: (row not in _REFERENCES, row))
    lines = [
        (
            f'`{row}`',
            *(_passes(_one(files, row, suite)) for suite in _SUITES[:2]),
            _open_loop_error(_one(files, row, 'open_loop')),
        )
        for row in ordered
    ]
    shown = (*_SUITES[:2], 'open_loop')
    shown_files = [one for one in files if one.row in rows and one.table in shown]
    return _with_notes(markdown_table(heads, lines), shown_files)


def _routes(files: Files) -> str:
    """Table of driving scores on the routes."""
    heads = ('driver', _suite_head('routes'), 'driving score', 'efficiency')
    shown_files = [one for one in files if one.table == 'routes']
    lines = [(f'`{one.row}`', _passes(one), *_route_figures(one)) for one in shown_files]
    return _with_notes(markdown_table(heads, lines), shown_files)


def _robustness(files: Files) -> str:
    order = _ARENA.conditions
    shown_files = [one for one in files if one.table == 'robustness']
    shown_files.sort(key=lambda one: order.index(one.row))
    lines = [(one.row, _passes(one), _median_offset(one)) for one in shown_files]
    heads = ('disturbance', 'passed', 'median final offset, m')
    return _with_notes(markdown_table(heads, lines), shown_files)


def _open_loop(files: Files) -> str:
    shown_files = [one for one in files if one.table == 'open_loop' and one.figures]
    fullest = sorted(shown_files, key=lambda one: -len(one.figures or {}))
    names = list(dict.fromkeys(name for one in fullest for name in one.figures or {}))
    lines = [
        (f'`{one.row}`', *(f'{(one.figures or {}).get(name, "-")}' for name in names))
        for one in shown_files
    ]
    return _with_notes(markdown_table(('driver', *names), lines), shown_files)


TABLES: dict[str, Callable[[Files], str]] = {
    'references': _references,
    'students': _students,
    'routes': _routes,
    'robustness': _robustness,
    'open_loop': _open_loop,
}


def _one(files: Files, row: str, table: str) -> Outcomes | None:
    return next((one for one in files if (one.row, one.table) == (row, table)), None)


def _suite_head(name: str) -> str:
    return f'`{name}` passed, of {len(find_suite(_ARENA, name).scenarios)}'


def _passes(one: Outcomes | None) -> str:
    """Return passes by seed, and the mean with its interval if each seed has the whole suite."""
    if one is None or not one.passes:
        return '-'
    passed = [count for count, _ in one.passes.values()]
    if not _whole(one):
        text = ', '.join(f'{count} of {driven}' for count, driven in one.passes.values())
    elif len(set(passed)) > 1:
        mean = format_mean(passed, most=len(find_suite(_ARENA, one.table).scenarios))
        text = f'{", ".join(map(str, passed))}: {mean}'
    else:
        text = ', '.join(map(str, passed))
    seeds = '' if len(passed) > 1 else f' (seed {next(iter(one.passes))})'
    return text + seeds + (f' {_TRANSCRIBED}' if one.transcribed else '')


def _whole(one: Outcomes) -> bool:
    """Return whether each seed has the whole suite; early scenarios are easier."""
    if one.table not in _SUITES:
        return False
    count = len(find_suite(_ARENA, one.table).scenarios)
    return all(driven == count for _, driven in one.passes.values())


def _route_figures(one: Outcomes | None) -> tuple[str, str]:
    """Return driving score with its interval over seeds, and efficiency, of whole suites."""
    if one is None or not one.drives or not _whole(one):
        return '-', '-'
    scores = []
    for seed in one.passes:
        routes = [drive.route for drive in one.drives if str(drive.seed) == seed]
        scores.append(suite_score(routes, [route.route for route in routes]).driving_score)
    rates = [drive.efficiency for drive in one.drives if drive.efficiency is not None]
    return format_mean(scores, most=100.0), f'{np.mean(rates):.0%}' if rates else '-'


def _median_offset(one: Outcomes) -> str:
    offsets_m = [abs(drive.final_offset_m) for drive in one.drives]
    return f'{np.median(offsets_m):.2f}' if offsets_m else '-'


def _open_loop_error(one: Outcomes | None) -> str:
    error_m = (one.figures or {}).get('mean error to 3 s, m') if one is not None else None
    if one is None or error_m is None:
        return '-'
    return f'{error_m:.3f} m' + (f' {_TRANSCRIBED}' if one.transcribed else '')


def _with_notes(table: str, files: Iterable[Outcomes]) -> str:
    """Append notes on the sources of the rows to a table."""
    rows: dict[str, list[str]] = {}
    for one in files:
        if one.source.note:
            mark = f'{_TRANSCRIBED} ' if one.transcribed else ''
            rows.setdefault(mark + one.source.note, []).append(f'`{one.row}`')
    notes = (f'{note} ({", ".join(dict.fromkeys(names))})' for note, names in rows.items())
    return '\n\n'.join([table, *notes])


def main(words: Sequence[str]) -> int:
    current = tables(_ROOT / 'results')
    update = current.write if list(words) == ['--write'] else current.outdated
    found = update(pages(_ROOT))
    for page in found:
        print(page.relative_to(_ROOT))
    return 1 if found and not words else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
