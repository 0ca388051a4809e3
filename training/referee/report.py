# SPDX-License-Identifier: Apache-2.0
"""The report: summaries over seeds, tables, notes on comparability."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from training.referee.arena import Suite
from training.referee.open_loop import FIRST_SEED, OpenLoopFigures
from training.referee.outcome import DriveResult
from wpt_core.files import markdown_table
from wpt_core.metrics import (
    HorizonFigures,
    Interval,
    mean_interval,
    suite_score,
    wilson_interval,
)
from wpt_core.model.manifest import Scores

__all__ = [
    'Findings',
    'SuiteSummary',
    'closed_loop_table',
    'format_mean',
    'report',
    'scores_of',
    'summarise',
]


@dataclass(frozen=True, slots=True)
class SuiteSummary:
    """Results of one row on one suite over S seeds of N scenarios."""

    drives: int
    """N."""
    passes: tuple[int, ...]
    """Passed drives of each seed."""
    scores: tuple[float, ...]
    """Driving score of each seed, 0 to 100."""
    comfort: float
    """Mean share of comfortable two-second chunks."""
    efficiency: float | None
    """Mean over drives with an efficiency."""

    @property
    def share(self) -> Interval:
        """Share of passed drives, with Wilson's interval."""
        return wilson_interval(sum(self.passes), self.drives * len(self.passes))

    @property
    def mean_passes(self) -> float:
        return float(np.mean(self.passes))

    @property
    def mean_score(self) -> float:
        return float(np.mean(self.scores))

    @property
    def passes_text(self) -> str:
        """Mean, with Student's interval for two seeds or more."""
        return f'{format_mean(self.passes, most=self.drives)} of {self.drives}'

    @property
    def share_text(self) -> str:
        share = self.share
        return f'{share.estimate:.1%} [{share.low:.1%}, {share.high:.1%}]'


def summarise(results: Sequence[DriveResult]) -> SuiteSummary:
    """Summarise drives of one row on one suite; all seeds have the same scenarios."""
    by_seed: dict[int, list[DriveResult]] = defaultdict(list)
    for result in results:
        by_seed[result.seed].append(result)
    runs = [by_seed[seed] for seed in sorted(by_seed)]
    names = [result.scenario for result in runs[0]]
    efficiencies = [result.efficiency for result in results if result.efficiency is not None]
    return SuiteSummary(
        drives=len(names),
        passes=tuple(sum(result.passed for result in run) for run in runs),
        scores=tuple(
            suite_score([result.route for result in run], names).driving_score for run in runs
        ),
        comfort=float(np.mean([result.comfort for result in results])),
        efficiency=float(np.mean(efficiencies)) if efficiencies else None,
    )


def format_mean(values: Sequence[float], *, most: float) -> str:
    """Format a mean and its 95 % interval, clipped to 0 and `most`; a single value alone."""
    if len(values) < 2:
        return f'{values[0]:.4g}'
    mean = mean_interval(values)
    return f'{mean.estimate:.1f} [{max(mean.low, 0.0):.1f}, {min(mean.high, most):.1f}]'


@dataclass(frozen=True, eq=False)
class Findings:
    """All results of an evaluation, in the order of the tables."""

    rows: tuple[str, ...]
    suites: tuple[Suite, ...]
    seeds: tuple[int, ...]
    closed: Mapping[tuple[str, str], Sequence[DriveResult]]
    """By row and suite."""
    open_loop: Mapping[str, OpenLoopFigures] = field(default_factory=dict)
    """By row."""
    robustness: Mapping[str, Sequence[DriveResult]] = field(default_factory=dict)
    """By condition, of one row on one suite; the first is undisturbed."""

    def summary(self, row: str, suite: str) -> SuiteSummary:
        return summarise(self.closed[row, suite])


def closed_loop_table(found: Findings) -> str:
    """Return the table of suites and rows."""
    heads = (
        *('suite', 'driver', 'passed by seed', 'mean', 'share of all'),
        *('score', 'efficiency', 'comfort'),
    )
    lines = []
    for suite in found.suites:
        for row in found.rows:
            one = found.summary(row, suite.name)
            lines.append(
                (
                    suite.name,
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


def _score(found: Findings, row: str, suite: Suite) -> str:
    """Format the driving score, also relative to the expert; `-` for suites without one."""
    if not suite.scored:
        return '-'
    one = found.summary(row, suite.name)
    text = format_mean(one.scores, most=100.0)
    if 'expert' not in found.rows or row == 'expert':
        return text
    best = found.summary('expert', suite.name).mean_score
    return f'{text} ({one.mean_score / best:.0%} of the expert)' if best else text


def report(found: Findings, *, model: str, about: str, images: Mapping[str, Sequence[str]]) -> str:
    """Return the page; `about` describes the arena, `images` are file names by heading."""
    sections = [
        ('Closed loop', _closed_loop(found)),
        ('Open-loop error and driving', _errors_and_passes(found)),
        ('Robustness', _robustness(found)),
        ('Open loop', _open_loop(found.open_loop)),
        ('Failures', _failures(found)),
    ]
    parts = [f'# Evaluation of {model}', _about(found, about)]
    for title, lines in sections:
        shown = '\n\n'.join(_link(name) for name in images.get(title, ()))
        body = '\n\n'.join(lines)
        if body or shown:
            parts += [f'## {title}', *(part for part in (body, shown) if part)]
    return '\n\n'.join(parts) + '\n'


def _link(name: str) -> str:
    title = name.rsplit('/', 1)[-1].rsplit('.', 1)[0].replace('_', ' ')
    return f'[{title}]({name})' if name.endswith('.mp4') else f'![{title}]({name})'


def _about(found: Findings, about: str) -> str:
    seeds = ', '.join(map(str, found.seeds))
    return (
        f'Made by `./wpt evaluate`. {about}; seeds {seeds} of the evaluation split. '
        'Intervals are 95 %: of means, Student over the seeds; of shares, Wilson over all drives.'
    )


def _closed_loop(found: Findings) -> Iterator[str]:
    for suite in found.suites:
        yield f'`{suite.name}` passes when it {suite.rule}.'
    yield closed_loop_table(found)


def _errors_and_passes(found: Findings) -> Iterator[str]:
    """Table of open-loop error and passes by row."""
    rows = [row for row in found.rows if row in found.open_loop]
    if not rows:
        return
    heads = (
        'driver',
        'MAE to 3 s [m]',
        'L2 at 3 s [m]',
        *(f'{suite.name} passed' for suite in found.suites),
    )
    yield (
        'A small open-loop error along drives of the expert does not imply good driving; '
        'compare both.'
    )
    yield markdown_table(
        heads,
        [
            (
                row,
                f'{found.open_loop[row].mae_m[0][2]:.3f}',
                f'{found.open_loop[row].displacement.at[-1]:.3f}',
                *(found.summary(row, suite.name).share_text for suite in found.suites),
            )
            for row in rows
        ],
        numbers=(1, 2),
    )


def _robustness(found: Findings) -> Iterator[str]:
    if not found.robustness:
        return
    first = next(iter(found.robustness.values()))[0]
    yield f'{first.row} on `{first.suite}`; each line changes one thing.'
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
        for result in found.closed[row, suite.name]
        if not result.passed and row not in ('constant_velocity', 'straight')
    ]
    if not lines:
        yield 'No drive failed.'
        return
    yield markdown_table(('driver', 'suite', 'scenario', 'seed', 'why'), lines, numbers=(3,))


def _open_loop(figures: Mapping[str, OpenLoopFigures]) -> Iterator[str]:
    """Open-loop section, with both conventions of the literature."""
    if not figures:
        return
    counts = ', '.join(f'{row}: {one.cases}' for row, one in figures.items())
    yield (
        'Plans along held-out drives of the expert, seeds '
        f'{FIRST_SEED} and up of the evaluation split; samples compared: {counts}. '
        '"At" takes the sample at the horizon '
        '(UniAD, WPT), "up to" the mean of all samples until it (ST-P3, VAD): '
        'figures compare only within one of the two.'
    )
    yield markdown_table(
        ('driver', 'figure', *_heads()), _horizon_rows(figures), numbers=range(2, 8)
    )
    yield _mae_table(figures)
    yield from _likelihood(figures)


def _heads() -> tuple[str, ...]:
    horizons = ('1 s', '2 s', '3 s')
    return (*(f'at {h}' for h in horizons), *(f'up to {h}' for h in horizons))


def _horizon_rows(figures: Mapping[str, OpenLoopFigures]) -> Iterator[tuple[str, ...]]:
    def written(one: HorizonFigures, digits: int) -> list[str]:
        return [f'{value:.{digits}f}' for value in (*one.at, *one.mean_up_to)]

    for row, one in figures.items():
        yield row, 'L2 [m]', *written(one.displacement, 3)
        yield row, 'collisions [%]', *written(one.collisions.percent, 2)
        noise = f'± between runs, {one.jittered.sigma_m * 100:g} cm jitter [%]'
        yield row, noise, *written(one.jittered.deviation, 2)


def _mae_table(figures: Mapping[str, OpenLoopFigures]) -> str:
    first = next(iter(figures.values()))
    heads = ('driver', *(f'MAE to {h:g} s [m] (samples)' for h, _, _ in first.mae_m))
    return markdown_table(
        heads,
        [
            (row, *(f'{mae:.3f} ({count})' if count else '-' for _, count, mae in one.mae_m))
            for row, one in figures.items()
        ],
        numbers=range(1, len(heads)),
    )


def _likelihood(figures: Mapping[str, OpenLoopFigures]) -> Iterator[str]:
    likelihoods = {
        row: one.likelihood for row, one in figures.items() if one.likelihood is not None
    }
    if not likelihoods:
        return
    yield (
        'Negative log likelihood of the truth in nats for each coordinate (lower is better), and '
        'how often it lies in the central Laplace intervals of the chosen hypothesis: nominal '
        'level above, observed share below. The gap is the mean distance between the two.'
    )
    yield markdown_table(
        ('driver', 'chosen hypothesis', 'all hypotheses'),
        [(row, f'{o.chosen_nats:.3f}', f'{o.mixture_nats:.3f}') for row, o in likelihoods.items()],
        numbers=(1, 2),
    )
    levels = next(iter(likelihoods.values())).reliability[0][1].levels
    yield markdown_table(
        ('driver', 'coordinate', *(f'{level:.0%}' for level in levels), 'gap'),
        [
            (row, what, *(f'{share:.0%}' for share in table.observed), f'{table.gap:.3f}')
            for row, one in likelihoods.items()
            for what, table in one.reliability
        ],
        numbers=range(2, len(levels) + 3),
    )


def scores_of(found: Findings, row: str) -> Scores:
    """Return scores of one row: passes by seed, driving score, open-loop errors, robustness."""
    scores: dict[str, dict[str, str | float]] = {}
    for suite in found.suites:
        one = found.summary(row, suite.name)
        scores[suite.name] = {
            'passed_by_seed': ', '.join(map(str, one.passes)),
            'drives_a_seed': one.drives,
            'seeds': ', '.join(map(str, found.seeds)),
        }
        if suite.scored:
            scores[suite.name]['driving_score'] = round(one.mean_score, 2)
    if row in found.open_loop:
        figures = found.open_loop[row]
        scores['open_loop'] = {
            'l2_average_at_1_2_3_s_m': round(figures.displacement.average_at, 3),
            'l2_average_mean_up_to_1_2_3_s_m': round(figures.displacement.average_mean_up_to, 3),
            **{f'mae_to_{to_s:g}_s_m': round(mae_m, 3) for to_s, _, mae_m in figures.mae_m},
        }
    if found.robustness:
        scores['robustness'] = {
            name: f'{sum(result.passed for result in results)} of {len(results)}'
            for name, results in found.robustness.items()
        }
    return scores
