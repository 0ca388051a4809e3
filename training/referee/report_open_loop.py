# SPDX-License-Identifier: Apache-2.0
"""The open-loop figures in words and tables, both conventions named."""

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from training.referee.open_loop import OpenLoopFigures
from training.referee.tables import markdown_table
from wpt_core.metrics import HorizonFigures

__all__ = ['open_loop_text']

Figures: TypeAlias = Mapping[str, OpenLoopFigures]
"""By row."""


def open_loop_text(figures: Figures) -> Iterator[str]:
    """Paragraphs and tables; none without figures."""
    if not figures:
        return
    counts = ', '.join(f'{row}: {one.cases}' for row, one in figures.items())
    yield (
        'Planned on held-out drives of the expert that nobody trained on, seeds 2000 and up of '
        f'the evaluation split; moments compared: {counts}. "At" takes the sample at the horizon '
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


def _horizon_rows(figures: Figures) -> Iterator[tuple[str, ...]]:
    def written(one: HorizonFigures, digits: int) -> list[str]:
        return [f'{value:.{digits}f}' for value in (*one.at, *one.mean_up_to)]

    for row, one in figures.items():
        yield row, 'L2 [m]', *written(one.displacement, 3)
        yield row, 'collisions [%]', *written(one.collisions.percent, 2)
        noise = f'± between runs, {one.jittered.sigma_m * 100:g} cm jitter [%]'
        yield row, noise, *written(one.jittered.deviation, 2)


def _mae_table(figures: Figures) -> str:
    first = next(iter(figures.values()))
    heads = ('driver', *(f'MAE to {h:g} s [m] (moments)' for h, _, _ in first.mae_m))
    return markdown_table(
        heads,
        [
            (row, *(f'{mae:.3f} ({count})' if count else '-' for _, count, mae in one.mae_m))
            for row, one in figures.items()
        ],
        numbers=range(1, len(heads)),
    )


def _likelihood(figures: Figures) -> Iterator[str]:
    sure = {row: one.likelihood for row, one in figures.items() if one.likelihood is not None}
    if not sure:
        return
    yield (
        'Negative log likelihood of the truth in nats for each coordinate (lower is better), and '
        'how often it lies in the central Laplace intervals of the chosen hypothesis: nominal '
        'level above, observed share below. The gap is the mean distance between the two.'
    )
    yield markdown_table(
        ('driver', 'chosen hypothesis', 'all hypotheses'),
        [(row, f'{o.chosen_nats:.3f}', f'{o.mixture_nats:.3f}') for row, o in sure.items()],
        numbers=(1, 2),
    )
    levels = next(iter(sure.values())).reliability[0][1].levels
    yield markdown_table(
        ('driver', 'coordinate', *(f'{level:.0%}' for level in levels), 'gap'),
        [
            (row, what, *(f'{share:.0%}' for share in table.observed), f'{table.gap:.3f}')
            for row, one in sure.items()
            for what, table in one.reliability
        ],
        numbers=range(2, len(levels) + 3),
    )
