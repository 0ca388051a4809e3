# SPDX-License-Identifier: Apache-2.0
"""Open loop: plans along drives of an expert, compared as in open-loop papers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.processes.pool import work
from training.referee.arena import Arena, Case, outcome_fingerprint
from training.referee.outcome import HeldOut
from training.referee.rows import Row, file_name
from wpt_core.geometry import inverse, transform_points
from wpt_core.metrics import (
    OPEN_LOOP_SAMPLING,
    CollisionRates,
    Footprint,
    HorizonFigures,
    JitteredCollisionRates,
    OpenLoopCase,
    Reliability,
    Tracks,
    Trajectory,
    collision_rates,
    displacement_errors,
    jittered_collision_rates,
    laplace_coverage,
    laplace_mixture_nll,
    laplace_nll,
    trajectory_mae_m,
)
from wpt_core.types import Pose2, plan_times_s

__all__ = [
    'FIRST_SEED',
    'HeldOutJob',
    'Likelihood',
    'OpenLoopFigures',
    'cases_of',
    'held_out_jobs',
    'open_loop_figures',
    'plan_all',
]

FloatArray = NDArray[np.float64]

FIRST_SEED = 2000
"""First seed of held-out drives, in the split of the closed-loop drives."""
_MAE_HORIZONS_S = (3.0, 6.0, 10.0)
_JITTER_M = 0.01
_JITTER_RUNS = 10
_MARGIN_S = 0.1


@dataclass(frozen=True, slots=True)
class HeldOutJob:
    """One drive of the expert and the rows that plan along it."""

    case: Case
    rows: tuple[Row, ...]

    def fingerprint(self, arena: Arena, row: Row) -> str:
        return outcome_fingerprint(arena, row, self.case, HeldOut)

    def path(self, folder: Path, row: Row) -> Path:
        """Return the file of the plans of one row."""
        return folder / file_name(row.name) / f'{self.case.file_stem}.npz'


def held_out_jobs(
    scenarios: Sequence[tuple[str, str]], rows: Sequence[Row], drives: int
) -> list[HeldOutJob]:
    """Spread drives over (suite, scenario), with a new seed when all have been used."""
    count = len(scenarios)
    planning = tuple(row for row in rows if row.plans)
    numbers = [k * count // drives if drives < count else k for k in range(drives)]
    return [
        HeldOutJob(Case(*scenarios[number % count], FIRST_SEED + number // count), planning)
        for number in numbers
    ]


def plan_all(
    arena: Arena, jobs: Sequence[HeldOutJob], folder: Path, *, processes: int, fresh: bool
) -> dict[str, list[HeldOut]]:
    """Return plans by row in the order of the jobs; written ones are reused unless `fresh`."""
    found: dict[tuple[Case, str], HeldOut] = {}
    missing: list[HeldOutJob] = []
    for job in jobs:
        for row in job.rows:
            path, needed = job.path(folder, row), job.fingerprint(arena, row)
            kept = None if fresh else HeldOut.load(path, needed)
            if kept is not None:
                found[job.case, row.name] = kept
        left = tuple(row for row in job.rows if (job.case, row.name) not in found)
        if left:
            missing.append(HeldOutJob(job.case, left))
    plan = partial(_plan, arena)
    for job, plans in work(plan, missing, processes=processes, title='open loop'):
        for row in job.rows:
            if row.name in plans:
                plans[row.name].save(job.path(folder, row), job.fingerprint(arena, row))
                found[job.case, row.name] = plans[row.name]
    names = dict.fromkeys(row.name for job in jobs for row in job.rows)
    return {
        name: [found[job.case, name] for job in jobs if (job.case, name) in found]
        for name in names
    }


def _plan(arena: Arena, job: HeldOutJob) -> dict[str, HeldOut]:
    return arena.plan_along(job.rows, job.case)


@dataclass(frozen=True, slots=True)
class Likelihood:
    """Calibration of the Laplace scales, over x and y at 0.5, 1.0, ... 3.0 s."""

    chosen_nats: float
    """NLL of the most probable hypothesis, mean over samples and coordinates."""
    mixture_nats: float
    """Joint NLL of the mixture of all hypotheses, per coordinate."""
    reliability: tuple[tuple[str, Reliability], ...]
    """Coverage for each axis and horizon, by name."""


@dataclass(frozen=True, slots=True)
class OpenLoopFigures:
    """Open-loop metrics of one row over all its cases."""

    cases: int
    displacement: HorizonFigures
    collisions: CollisionRates
    jittered: JitteredCollisionRates
    mae_m: tuple[tuple[float, int, float], ...]
    """Horizon in s, number of cases with a truth that long, and the error."""
    likelihood: Likelihood | None
    """None for rows without scales."""


def cases_of(drive: HeldOut) -> Iterator[OpenLoopCase]:
    """Yield plan, truth and other road users in `base_link` of each sample, at time 0."""
    times_s = plan_times_s()
    best = drive.probabilities.argmax(axis=1)
    for sample, step in enumerate(drive.steps):
        away_s = drive.times_s - drive.times_s[step]
        origin = Pose2(*(float(value) for value in drive.poses[step]))
        ahead = slice(int(step), int(np.searchsorted(away_s, times_s[-1] + _MARGIN_S)))
        yield OpenLoopCase(
            plan=Trajectory(
                times_s,
                drive.positions_m[sample, best[sample]],
                drive.yaws_rad[sample, best[sample]],
            ),
            truth=Trajectory(
                away_s[ahead],
                transform_points(inverse(origin), drive.poses[ahead, :2]),
                drive.poses[ahead, 2] - origin.yaw_rad,
            ),
            tracks=_tracks(drive, ahead, origin, away_s),
        )


def _tracks(drive: HeldOut, ahead: slice, origin: Pose2, away_s: FloatArray) -> Tracks:
    others = drive.others[ahead]
    turn = Pose2(0.0, 0.0, -origin.yaw_rad)
    numbers = transform_points(inverse(origin), others[..., :2])
    return Tracks(
        away_s[ahead],
        np.concatenate([numbers, others[..., 2:] - origin.yaw_rad], axis=-1),
        transform_points(turn, drive.velocities_mps[ahead]),
        drive.present[ahead],
        drive.sizes_m,
        drive.agents,
    )


def open_loop_figures(drives: Sequence[HeldOut], *, learned: bool) -> OpenLoopFigures:
    """Compute all metrics of one row from at least one drive."""
    each = [list(cases_of(drive)) for drive in drives]
    cases = [case for drive in each for case in drive]
    length_m, width_m, ahead_m = (float(value) for value in drives[0].footprint)
    footprint = Footprint(length_m, width_m, ahead_m)
    return OpenLoopFigures(
        cases=len(cases),
        displacement=displacement_errors(cases),
        collisions=collision_rates(cases, footprint),
        jittered=jittered_collision_rates(
            cases,
            footprint,
            sigma_m=_JITTER_M,
            runs=_JITTER_RUNS,
            generator=np.random.default_rng(0),
        ),
        mae_m=tuple(_mae(cases, horizon_s) for horizon_s in _MAE_HORIZONS_S),
        likelihood=_likelihood(drives, each) if learned else None,
    )


def _mae(cases: Sequence[OpenLoopCase], horizon_s: float) -> tuple[float, int, float]:
    known = [case for case in cases if case.truth.times_s[-1] >= horizon_s - 1e-6]
    if not known:
        return horizon_s, 0, float('nan')
    times_s = np.arange(1, round(2 * horizon_s) + 1) * 0.5
    return horizon_s, len(known), trajectory_mae_m(known, times_s)


def _likelihood(drives: Sequence[HeldOut], each: Sequence[Sequence[OpenLoopCase]]) -> Likelihood:
    pairs = [_errors(drive, cases) for drive, cases in zip(drives, each, strict=True)]
    errors = np.concatenate([error for error, _ in pairs])
    scales = np.concatenate([scale for _, scale in pairs])
    probabilities = np.concatenate([drive.probabilities for drive in drives])
    rows = np.arange(len(probabilities))
    best = probabilities.argmax(axis=1)
    count, hypotheses = errors.shape[:2]
    flat = (count, hypotheses, -1)
    coordinates = errors[0, 0].size
    mixture = laplace_mixture_nll(errors.reshape(flat), scales.reshape(flat), probabilities)
    return Likelihood(
        chosen_nats=float(laplace_nll(errors[rows, best], scales[rows, best]).mean()),
        mixture_nats=float(mixture.mean() / coordinates),
        reliability=tuple(
            (
                f'{axis} at {horizon_s:g} s',
                laplace_coverage(
                    errors[rows, best, step - 1, index], scales[rows, best, step - 1, index]
                ),
            )
            for index, axis in enumerate('xy')
            for horizon_s, step in zip(
                OPEN_LOOP_SAMPLING.horizons_s, OPEN_LOOP_SAMPLING.steps, strict=True
            )
        ),
    )


def _errors(drive: HeldOut, cases: Sequence[OpenLoopCase]) -> tuple[FloatArray, FloatArray]:
    """Return errors and scales (C, H, T, 2) of all hypotheses at the sampling times."""
    at_s = OPEN_LOOP_SAMPLING.times_s
    truth = np.array([case.truth.at(at_s).positions_m for case in cases])
    times_s = plan_times_s()
    plans = np.array(
        [
            [
                Trajectory(times_s, where, yaws).at(at_s).positions_m
                for where, yaws in zip(positions, turns, strict=True)
            ]
            for positions, turns in zip(drive.positions_m, drive.yaws_rad, strict=True)
        ]
    )
    return plans - truth[:, None], _interpolated(drive.scales_m.astype(np.float64), at_s)


def _interpolated(scales: FloatArray, at_s: FloatArray) -> FloatArray:
    """Interpolate (C, H, P, 2) on the plan's times linearly to (C, H, T, 2)."""
    times_s = plan_times_s()
    right = np.clip(np.searchsorted(times_s, at_s), 1, len(times_s) - 1)
    share = (at_s - times_s[right - 1]) / (times_s[right] - times_s[right - 1])
    before, after = scales[:, :, right - 1], scales[:, :, right]
    mixed: FloatArray = before + share[:, None] * (after - before)
    return mixed
