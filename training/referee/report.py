# SPDX-License-Identifier: Apache-2.0
"""The report: what was driven, how it went, and what it may be compared with."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from training.referee.open_loop import OpenLoopFigures
from training.referee.report_open_loop import open_loop_text
from training.referee.result import DriveResult
from training.referee.summary import SuiteSummary, summarise, text_of_mean
from training.referee.tables import markdown_table
from wpt_sim.suites import find

__all__ = ['Findings', 'closed_loop_table', 'report']


@dataclass(frozen=True, eq=False)
class Findings:
    """Everything that was found out, rows and suites in the order of the tables."""

    rows: tuple[str, ...]
    suites: tuple[str, ...]
    seeds: tuple[int, ...]
    closed: Mapping[tuple[str, str], Sequence[DriveResult]]
    """By row and suite."""
    open_loop: Mapping[str, OpenLoopFigures] = field(default_factory=dict)
    """By row."""
    robustness: Mapping[str, Sequence[DriveResult]] = field(default_factory=dict)
    """By condition, all of one row on one suite; the first is undisturbed."""

    def summary(self, row: str, suite: str) -> SuiteSummary:
        return summarise(self.closed[row, suite])


def closed_loop_table(found: Findings) -> str:
    """Rows by suites."""
    heads = (
        *('suite', 'driver', 'passed by seed', 'mean', 'share of all'),
        *('score', 'efficiency', 'comfort'),
    )
    lines = []
    for suite in found.suites:
        for row in found.rows:
            one = found.summary(row, suite)
            lines.append(
                (
                    suite,
                    row,
                    ', '.join(map(str, one.passes)),
                    one.passes_text,
                    one.share_text,
                    _score(found, row, suite),
                    '-' if one.efficiency is None else f'{one.efficiency:.0%}',
                    f'{one.comfort:.2f}',
                )
            )
    return markdown_table(heads, lines, numbers=(6, 7))


def _score(found: Findings, row: str, suite: str) -> str:
    """The driving score, beside the expert's where the expert drove; only routes have one."""
    if suite != 'routes':
        return '-'
    one = found.summary(row, suite)
    text = text_of_mean(one.scores, most=100.0)
    if 'expert' not in found.rows or row == 'expert':
        return text
    best = found.summary('expert', suite).mean_score
    return f'{text} ({one.mean_score / best:.0%} of the expert)' if best else text


def report(found: Findings, *, model: str, pictures: Mapping[str, Sequence[str]]) -> str:
    """The whole page; `pictures` are file names by the heading that they belong to."""
    sections = [
        ('Closed loop', _closed_loop(found)),
        ('Imitation beside driving', _beside(found)),
        ('Robustness', _robustness(found)),
        ('Open loop', open_loop_text(found.open_loop)),
        ('Failures', _failures(found)),
    ]
    parts = [f'# Evaluation of {model}', _about(found)]
    for title, lines in sections:
        shown = '\n\n'.join(_link(name) for name in pictures.get(title, ()))
        body = '\n\n'.join(lines)
        if body or shown:
            parts += [f'## {title}', *(part for part in (body, shown) if part)]
    return '\n\n'.join(parts) + '\n'


def _link(name: str) -> str:
    title = name.rsplit('/', 1)[-1].rsplit('.', 1)[0].replace('_', ' ')
    return f'[{title}]({name})' if name.endswith('.mp4') else f'![{title}]({name})'


def _about(found: Findings) -> str:
    seeds = ', '.join(map(str, found.seeds))
    return (
        'Made by `./wpt evaluate`. Students see six cameras, their own speed, the command and the '
        'nominal delay of the steering; a cruise control keeps the speed. Car, delay, wind, road '
        f'and look are drawn anew for every drive; seeds {seeds} of the evaluation split. '
        'Intervals are 95 %: of means, Student over the seeds; of shares, Wilson over all drives.'
    )


def _closed_loop(found: Findings) -> Iterator[str]:
    for suite in found.suites:
        yield f'`{suite}` passes when it {find(suite).rule}.'
    yield closed_loop_table(found)


def _beside(found: Findings) -> Iterator[str]:
    """Whether open-loop error ranks the rows as driving does."""
    rows = [row for row in found.rows if row in found.open_loop]
    if not rows:
        return
    heads = ('driver', 'MAE to 3 s [m]', 'L2 at 3 s [m]', *(f'{s} passed' for s in found.suites))
    yield (
        "Open-loop error against the expert, who drives well, says little about one's own "
        'driving; the two belong side by side.'
    )
    yield markdown_table(
        heads,
        [
            (
                row,
                f'{found.open_loop[row].mae_m[0][2]:.3f}',
                f'{found.open_loop[row].displacement.at[-1]:.3f}',
                *(found.summary(row, suite).share_text for suite in found.suites),
            )
            for row in rows
        ],
        numbers=(1, 2),
    )


def _robustness(found: Findings) -> Iterator[str]:
    if not found.robustness:
        return
    first = next(iter(found.robustness.values()))[0]
    yield f'{first.row} on `{first.suite}`; only what the line names is changed.'
    lines = []
    for name, results in found.robustness.items():
        one = summarise(results)
        offsets = sorted(abs(result.final_offset_m) for result in results)
        lines.append((name, one.passes_text, one.share_text, f'{offsets[len(offsets) // 2]:.2f}'))
    heads = ('disturbance', 'passed', 'share of all', 'median final offset [m]')
    yield markdown_table(heads, lines, numbers=(3,))


def _failures(found: Findings) -> Iterator[str]:
    lines = [
        (result.row, result.suite, result.scenario, str(result.seed), '; '.join(result.reasons))
        for row in found.rows
        for suite in found.suites
        for result in found.closed[row, suite]
        if not result.passed and row not in ('constant_velocity', 'straight')
    ]
    if not lines:
        yield 'No drive failed.'
        return
    yield markdown_table(('driver', 'suite', 'scenario', 'seed', 'why'), lines, numbers=(3,))
