# SPDX-License-Identifier: Apache-2.0
"""Comparison of plans with the driven path: errors of each plan, and averages."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wpt_core.metrics import (
    OPEN_LOOP_SAMPLING,
    HorizonFigures,
    OpenLoopCase,
    Sampling,
    Tracks,
    Trajectory,
    displacement_errors,
    trajectory_mae_m,
)
from wpt_core.types import Action, Command, Plan
from wpt_ros.replays.driven_path import DrivenPath

__all__ = [
    'PLOT_HORIZON_S',
    'Agreement',
    'PlanSample',
    'PublishedPlan',
    'agreement',
    'agreements',
    'compare_plans',
    'worst',
]

FloatArray = NDArray[np.float64]

PLOT_HORIZON_S = 2.0
"""Horizon of the timeline plot; shorter if no longer one is known."""


@dataclass(frozen=True, eq=False, slots=True)
class PublishedPlan:
    """A published plan with its action."""

    stamp_ns: int
    """Stamp of the images."""
    plan: Plan
    action: Action
    delay_s: float
    """Delay after which the action takes effect."""


@dataclass(frozen=True, eq=False, slots=True)
class PlanSample:
    """One plan, and the path driven after its images."""

    source: int
    """Index of the recording."""
    published: PublishedPlan
    command: Command
    truth: Trajectory | None
    """Up to the longest known horizon, at least 1 s; None if the recording ends before."""
    driven_curvature_1pm: float
    """Curvature at the time the action takes effect; NaN if unknown."""

    @property
    def planned_curvature_1pm(self) -> float:
        return self.published.action.curvature_1pm

    @property
    def known_s(self) -> float:
        return float(self.truth.times_s[-1]) if self.truth is not None else 0.0

    def plan_error_m(self, at_s: float) -> tuple[float, float]:
        """Return distance and left offset of the plan from the driven position at a horizon."""
        if self.truth is None or self.known_s < at_s:
            return math.nan, math.nan
        then = np.array([at_s])
        driven, planned = self.truth.at(then), Trajectory.of_plan(self.published.plan).at(then)
        away_m = planned.positions_m[0] - driven.positions_m[0]
        yaw_rad = float(driven.yaws_rad[0])
        left_m = -math.sin(yaw_rad) * away_m[0] + math.cos(yaw_rad) * away_m[1]
        return float(np.hypot(*away_m)), float(left_m)


@dataclass(frozen=True, slots=True)
class Agreement:
    """Average errors over all samples whose future is known up to the last horizon."""

    samples: int
    displacement: HorizonFigures
    mae_m: float
    """Mean absolute error of x and y at the same times."""


def compare_plans(
    plans: Sequence[PublishedPlan],
    driven: DrivenPath,
    commands: Sequence[Command],
    *,
    source: int = 0,
) -> list[PlanSample]:
    """Return one sample for each plan, with the driving command of that time."""
    return [
        PlanSample(
            source,
            published,
            command,
            _truth(published, driven),
            driven.curvature_1pm(published.plan.stamp_s + published.delay_s),
        )
        for published, command in zip(plans, commands, strict=True)
    ]


def _truth(published: PublishedPlan, driven: DrivenPath) -> Trajectory | None:
    known_s = driven.known_s(published.plan.stamp_s)
    for sampling in _samplings():
        if known_s >= sampling.times_s[-1]:
            return driven.ahead(published.plan.stamp_s, sampling.times_s)
    return None


def _samplings() -> list[Sampling]:
    """Return the samplings of all horizons, of all but the last, and so on to the first."""
    whole = OPEN_LOOP_SAMPLING
    counts = range(len(whole.horizons_s), 0, -1)
    return [Sampling(whole.rate_hz, whole.horizons_s[:count]) for count in counts]


def agreement(samples: Sequence[PlanSample], horizon_s: float | None = None) -> Agreement | None:
    """Return averages up to the longest known horizon, or to `horizon_s`; None without samples."""
    longest_s = max((one.known_s for one in samples), default=0.0)
    sampling = next(
        (s for s in _samplings() if s.horizons_s[-1] <= (horizon_s or longest_s)), None
    )
    last_s = sampling.horizons_s[-1] if sampling is not None else 0.0
    cases = [
        OpenLoopCase(
            Trajectory.of_plan(one.published.plan), one.truth, Tracks.empty([0.0, last_s])
        )
        for one in samples
        if one.truth is not None and one.known_s >= last_s
    ]
    if sampling is None or not cases:
        return None
    return Agreement(
        len(cases), displacement_errors(cases, sampling), trajectory_mae_m(cases, sampling.times_s)
    )


def agreements(samples: Sequence[PlanSample]) -> dict[str, Agreement]:
    """Return the averages of all samples and of each driving command, up to one horizon."""
    whole = agreement(samples)
    if whole is None:
        return {}
    rows = {'all': whole}
    for command in Command:
        of_it = [one for one in samples if one.command is command]
        row = agreement(of_it, whole.displacement.horizons_s[-1])
        if row is not None:
            rows[command.name.lower()] = row
    return rows


def worst(
    samples: Sequence[PlanSample], at_s: float, *, count: int, apart_s: float
) -> list[PlanSample]:
    """Return the samples with the largest error, at least `apart_s` apart in one recording."""
    known = [one for one in samples if one.truth is not None and one.known_s >= at_s]
    chosen: list[PlanSample] = []
    for sample in sorted(known, key=lambda one: -one.plan_error_m(at_s)[0]):
        near = (
            one.source == sample.source
            and abs(one.published.plan.stamp_s - sample.published.plan.stamp_s) < apart_s
            for one in chosen
        )
        if len(chosen) < count and not any(near):
            chosen.append(sample)
    return chosen
