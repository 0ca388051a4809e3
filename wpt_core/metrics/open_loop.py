# SPDX-License-Identifier: Apache-2.0
"""Open-loop metrics: distance of plans from the expert's trajectory, and their collisions.

They do not measure driving: open-loop error has ranked policies in the reverse order of their
closed-loop driving (arXiv 2504.19077), so it never stands alone in a table.

Collision rates are exact. The published code draws boxes on a raster of 0.5 m; in VAD's the others
are shifted by half a cell (0.25 m), so its rates are not comparable with these.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from wpt_core.geometry import overlaps
from wpt_core.metrics.arrays import BoolArray, FloatArray
from wpt_core.metrics.horizon import OPEN_LOOP_SAMPLING, HorizonFigures, Sampling
from wpt_core.metrics.trajectory import Footprint, Tracks, Trajectory
from wpt_core.types import InputError

__all__ = [
    'NUSCENES_EGO',
    'CollisionRates',
    'JitteredCollisionRates',
    'OpenLoopCase',
    'collision_rates',
    'displacement_errors',
    'jittered_collision_rates',
    'trajectory_mae_m',
]

NUSCENES_EGO = Footprint(length_m=4.084, width_m=1.85, centre_ahead_m=0.5)
"""Ego footprint of the common nuScenes planning code."""


@dataclass(frozen=True, eq=False, slots=True)
class OpenLoopCase:
    """One plan with the expert's trajectory and the tracks, in one frame and on one clock."""

    plan: Trajectory
    truth: Trajectory
    tracks: Tracks


def displacement_errors(
    cases: Sequence[OpenLoopCase], sampling: Sampling = OPEN_LOOP_SAMPLING
) -> HorizonFigures:
    """Return the L2 distance between plan and truth, mean over the cases, in metres."""
    _require(cases)
    errors_m = [_distances_m(case, sampling.times_s) for case in cases]
    return HorizonFigures.of_steps(np.mean(errors_m, axis=0), sampling, unit='m')


def trajectory_mae_m(cases: Sequence[OpenLoopCase], times_s: ArrayLike) -> float:
    """Return the mean absolute error over cases, times and both axes, in metres."""
    _require(cases)
    errors_m = [
        np.abs(case.plan.at(times_s).positions_m - case.truth.at(times_s).positions_m).mean()
        for case in cases
    ]
    return float(np.mean(errors_m))


@dataclass(frozen=True, slots=True)
class CollisionRates:
    """Share of cases whose ego box touches another box, in percent.

    If `expert_excluded`, samples at which the expert's own box touches another (annotation error,
    or a box too large) count as free and stay in the denominator, as published.
    """

    percent: HorizonFigures
    cases: int
    expert_excluded: bool
    expert_samples: int
    """Samples at which the expert's box touches another, excluded or not."""


def collision_rates(
    cases: Sequence[OpenLoopCase],
    footprint: Footprint = NUSCENES_EGO,
    *,
    sampling: Sampling = OPEN_LOOP_SAMPLING,
    exclude_expert: bool = True,
) -> CollisionRates:
    """Return the collision rates of the plans, in both conventions."""
    _require(cases)
    samples = [_sampled(case, sampling.times_s) for case in cases]
    expert = np.array([_touches(case.truth, case.tracks, footprint) for case in samples])
    plans = np.array([_touches(case.plan, case.tracks, footprint) for case in samples])
    return CollisionRates(
        _percent(plans, expert & exclude_expert, sampling),
        len(cases),
        exclude_expert,
        int(np.count_nonzero(expert)),
    )


@dataclass(frozen=True, slots=True)
class JitteredCollisionRates:
    """Collision rates of the same plans with position noise, one draw per run, in percent."""

    sigma_m: float
    runs: tuple[HorizonFigures, ...]
    mean: HorizonFigures
    deviation: HorizonFigures
    """Standard deviation between the runs (n - 1); smaller differences are not significant."""


def jittered_collision_rates(
    cases: Sequence[OpenLoopCase],
    footprint: Footprint = NUSCENES_EGO,
    *,
    sigma_m: float,
    runs: int,
    generator: np.random.Generator,
    sampling: Sampling = OPEN_LOOP_SAMPLING,
    exclude_expert: bool = True,
) -> JitteredCollisionRates:
    """Return collision rates with N(0, sigma) added to each sampled position on both axes.

    Headings are unchanged. A rate that changes under a centimetre of noise is not a property of
    the planner.
    """
    _require(cases)
    if not (np.isfinite(sigma_m) and sigma_m >= 0.0):
        raise InputError(f'sigma_m must be a finite distance of 0 m or more, not {sigma_m}.')
    if runs < 2:
        raise InputError(f'runs must be at least 2 to show a deviation, not {runs}.')
    samples = [_sampled(case, sampling.times_s) for case in cases]
    ignored = exclude_expert & np.array(
        [_touches(case.truth, case.tracks, footprint) for case in samples]
    )
    rates = []
    for _ in range(runs):
        moved = [
            _touches(_jittered(case.plan, sigma_m, generator), case.tracks, footprint)
            for case in samples
        ]
        rates.append(_percent(np.array(moved), ignored, sampling))
    return JitteredCollisionRates(
        sigma_m, tuple(rates), _across(rates, np.mean), _across(rates, _deviation)
    )


def _require(cases: Sequence[OpenLoopCase]) -> None:
    if not cases:
        raise InputError('cases must hold at least one open-loop case.')


def _distances_m(case: OpenLoopCase, times_s: FloatArray) -> FloatArray:
    away_m = case.plan.at(times_s).positions_m - case.truth.at(times_s).positions_m
    return np.hypot(away_m[:, 0], away_m[:, 1])


def _sampled(case: OpenLoopCase, times_s: FloatArray) -> OpenLoopCase:
    return OpenLoopCase(case.plan.at(times_s), case.truth.at(times_s), case.tracks.at(times_s))


def _touches(ego: Trajectory, tracks: Tracks, footprint: Footprint) -> BoolArray:
    """Return (S,): at which times the ego box touches a present box."""
    boxes = footprint.boxes(ego.positions_m[:, None], ego.yaws_rad[:, None])
    touching: BoolArray = overlaps(boxes, tracks.boxes) & tracks.present
    return np.asarray(touching.any(axis=1))


def _percent(plans: BoolArray, ignored: BoolArray, sampling: Sampling) -> HorizonFigures:
    per_step = 100.0 * (plans & ~ignored).mean(axis=0)
    return HorizonFigures.of_steps(per_step, sampling, unit='%')


def _jittered(motion: Trajectory, sigma_m: float, generator: np.random.Generator) -> Trajectory:
    noise_m = generator.normal(0.0, sigma_m, motion.positions_m.shape)
    return Trajectory(motion.times_s, motion.positions_m + noise_m, motion.yaws_rad)


def _deviation(values: FloatArray, axis: int) -> FloatArray:
    return np.asarray(np.std(values, axis=axis, ddof=1))


def _across(runs: Sequence[HorizonFigures], summary: Callable[..., FloatArray]) -> HorizonFigures:
    """Summarise several runs per horizon."""
    at = summary(np.array([run.at for run in runs]), axis=0)
    mean_up_to = summary(np.array([run.mean_up_to for run in runs]), axis=0)
    first = runs[0]
    return HorizonFigures(
        first.unit, first.horizons_s, tuple(map(float, at)), tuple(map(float, mean_up_to))
    )
