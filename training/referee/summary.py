# SPDX-License-Identifier: Apache-2.0
"""Many drives as one line: passes, driving score and comfort, with intervals over the seeds."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from training.referee.result import DriveResult
from wpt_core.metrics import Interval, mean_interval, suite_score, wilson_interval

__all__ = ['SuiteSummary', 'summarise', 'text_of_mean']


@dataclass(frozen=True, slots=True)
class SuiteSummary:
    """One row on one suite over S seeds of N scenarios."""

    drives: int
    """N."""
    passes: tuple[int, ...]
    """Of each seed."""
    scores: tuple[float, ...]
    """Driving score of each seed, 0 to 100."""
    comfort: float
    """Mean share of comfortable two-second chunks."""
    efficiency: float | None
    """Mean over the drives that have one."""

    @property
    def share(self) -> Interval:
        """Of all drives that passed, with Wilson's interval."""
        return wilson_interval(sum(self.passes), self.drives * len(self.passes))

    @property
    def mean_passes(self) -> float:
        return float(np.mean(self.passes))

    @property
    def mean_score(self) -> float:
        return float(np.mean(self.scores))

    @property
    def passes_text(self) -> str:
        """Mean with Student's interval where there are two seeds or more."""
        return f'{text_of_mean(self.passes, most=self.drives)} of {self.drives}'

    @property
    def share_text(self) -> str:
        share = self.share
        return f'{share.estimate:.1%} [{share.low:.1%}, {share.high:.1%}]'


def summarise(results: Sequence[DriveResult]) -> SuiteSummary:
    """Drives of one row on one suite, every seed through the same scenarios."""
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


def text_of_mean(values: Sequence[float], *, most: float) -> str:
    """A mean and its 95 % interval, cut to what is possible; one value stands alone."""
    if len(values) < 2:
        return f'{values[0]:.4g}'
    mean = mean_interval(values)
    return f'{mean.estimate:.1f} [{max(mean.low, 0.0):.1f}, {min(mean.high, most):.1f}]'
