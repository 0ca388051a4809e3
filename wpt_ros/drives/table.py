# SPDX-License-Identifier: Apache-2.0
"""Tables and summaries of judged drives."""

from collections.abc import Iterator, Sequence

import numpy as np

from wpt_core.metrics import (
    SuiteScore,
    mean_interval,
    over_seeds,
    suite_score,
    wilson_interval,
)
from wpt_ros.text_table import text_table
from wpt_sim.scenario import Rule
from wpt_sim.suites import SUITES, Outcome, suite_section

__all__ = ['drive_table', 'over_seeds_summary', 'scenario_list', 'suites_page', 'summary']


def scenario_list() -> Iterator[str]:
    """Yield every suite with its rule, and every scenario with its summary."""
    for suite in SUITES:
        yield f'{suite.name} ({len(suite.scenarios)})'
        yield f'  passes when it {suite.rule}'
        rows = [(s.name, s.ability.value, s.summary) for s in suite.scenarios]
        yield from text_table(('scenario', 'ability', 'what happens'), rows)
        yield ''


def suites_page() -> str:
    """Return the page docs/suites.md."""
    head = '# The suites\n\nMade by `./wpt world --markdown`; the rules are those of the code.\n\n'
    return head + '\n\n'.join(suite_section(suite) for suite in SUITES)


def drive_table(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Yield a table with one row per drive."""
    heads = ('scenario', 'ability', 'result', 'score', 'comfort', 'measured')
    yield from text_table(heads, map(_row, outcomes), numbers=(3, 4))


def _row(outcome: Outcome) -> tuple[str, ...]:
    scored = outcome.scenario.rule is Rule.ROUTE
    return (
        outcome.scenario.name,
        outcome.scenario.ability.value,
        'passed' if outcome.passed else 'FAILED',
        f'{outcome.route.score:.0f}' if scored else '-',
        f'{outcome.comfort:.2f}',
        '; '.join(outcome.verdict.reasons),
    )


def summary(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Yield the summary of one seed."""
    first = outcomes[0]
    passed = sum(outcome.passed for outcome in outcomes)
    share = wilson_interval(passed, len(outcomes))
    yield ''
    yield (
        f'{first.driver} on {first.scenario.suite}, seed {first.seed}: '
        f'{passed} of {len(outcomes)} passed '
        f'(95 % interval {share.low:.0%} to {share.high:.0%}), '
        f'mean comfort {_mean_comfort(outcomes):.2f}'
    )
    if first.scenario.rule is Rule.ROUTE:
        score = _score(outcomes)
        costs = ', '.join(f'{count} × {kind.value}' for kind, count in score.infractions)
        yield f'driving score {score.driving_score:.1f}; infractions: {costs or "none"}'


def over_seeds_summary(runs: Sequence[Sequence[Outcome]]) -> Iterator[str]:
    """Yield means over the seeds, each with its 95 % interval (Student)."""
    first = runs[0][0]
    passes = [sum(outcome.passed for outcome in run) for run in runs]
    yield f'{first.driver} on {first.scenario.suite}, {len(runs)} seeds'
    counts = ', '.join(map(str, passes))
    yield f'  passed of {len(runs[0])}: {counts}; mean {mean_interval(passes)}'
    yield f'  comfort: {mean_interval([_mean_comfort(run) for run in runs])}'
    if first.scenario.rule is Rule.ROUTE:
        scores = over_seeds([_score(run) for run in runs])
        yield f'  driving score: {scores.driving_score}'


def _mean_comfort(outcomes: Sequence[Outcome]) -> float:
    return float(np.mean([outcome.comfort for outcome in outcomes]))


def _score(outcomes: Sequence[Outcome]) -> SuiteScore:
    routes = [outcome.route for outcome in outcomes]
    return suite_score(routes, [route.route for route in routes])
