# SPDX-License-Identifier: Apache-2.0
"""What an artifact's manifest says about how well it drives."""

from training.referee.report import Findings
from wpt_core.model.manifest import Scores

__all__ = ['scores_of']


def scores_of(found: Findings, row: str) -> Scores:
    """Figures of one row: passes by seed, driving score, open-loop errors, robustness."""
    scores: dict[str, dict[str, str | float]] = {}
    for suite in found.suites:
        one = found.summary(row, suite)
        scores[suite] = {
            'passed_by_seed': ', '.join(map(str, one.passes)),
            'drives_a_seed': one.drives,
            'seeds': ', '.join(map(str, found.seeds)),
        }
        if suite == 'routes':
            scores[suite]['driving_score'] = round(one.mean_score, 2)
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
