# SPDX-License-Identifier: Apache-2.0
"""Closed loop: drives of all rows on all cases, in parallel, and videos of failures."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tqdm import tqdm

from training.processes.pool import work
from training.referee.arena import UNDISTURBED, Arena, Case, outcome_fingerprint
from training.referee.outcome import DriveResult, load_json, save_json
from training.referee.rows import Row, file_name

__all__ = ['FIRST_SEED', 'Job', 'drive_all', 'film_all', 'jobs_of', 'worst_failures']

FIRST_SEED = 1000
"""First closed-loop seed. The split, not the number, separates drives from training."""


@dataclass(frozen=True, slots=True)
class Job:
    """One drive of an evaluation."""

    row: Row
    case: Case

    def fingerprint(self, arena: Arena) -> str:
        return outcome_fingerprint(arena, self.row, self.case, DriveResult)

    def path(self, drives: Path) -> Path:
        """Return the file of the outcome."""
        case, folder = self.case, drives / file_name(self.row.name)
        if case.condition != UNDISTURBED:
            folder = folder / file_name(case.condition)
        return folder / case.suite / f'{case.scenario}-{case.seed}.json'


def jobs_of(
    rows: Sequence[Row],
    scenarios: Sequence[tuple[str, str]],
    seeds: Sequence[int],
    conditions: Sequence[str] = (UNDISTURBED,),
) -> list[Job]:
    """Return all combinations with (suite, scenario); the scenario varies fastest."""
    return [
        Job(row, Case(suite, scenario, seed, condition))
        for condition in conditions
        for row in rows
        for seed in seeds
        for suite, scenario in scenarios
    ]


def drive_all(
    arena: Arena, jobs: Sequence[Job], drives: Path, *, processes: int, fresh: bool, title: str
) -> list[DriveResult]:
    """Return results in the order of the jobs; written ones are reused unless `fresh`."""
    results: dict[Job, DriveResult] = {}
    if not fresh:
        for job in jobs:
            kept = load_json(job.path(drives), job.fingerprint(arena))
            if kept is not None:
                results[job] = DriveResult.of_json(kept)
    missing = [job for job in jobs if job not in results]
    for job, result in work(partial(_drive, arena), missing, processes=processes, title=title):
        save_json(job.path(drives), job.fingerprint(arena), result.as_json())
        results[job] = result
    return [results[job] for job in jobs]


def _drive(arena: Arena, job: Job) -> DriveResult:
    return arena.drive(job.row, job.case)


def worst_failures(driven: Sequence[tuple[Job, DriveResult]], count: int) -> list[Job]:
    """Return failed drives of different scenarios, least completion and largest offset first."""
    failed = sorted(
        (pair for pair in driven if not pair[1].passed),
        key=lambda pair: (pair[1].completion, -abs(pair[1].final_offset_m)),
    )
    first_of: dict[tuple[str, str], Job] = {}
    for job, _ in failed:
        first_of.setdefault((job.case.suite, job.case.scenario), job)
    return list(first_of.values())[:count]


def film_all(arena: Arena, jobs: Sequence[Job], folder: Path) -> list[Path]:
    """Repeat the drives and write a video of each."""
    films = []
    for job in tqdm(jobs, desc='filming', disable=None):
        path = folder / f'{job.case.file_stem}.mp4'
        arena.film(job.row, job.case, path)
        films.append(path)
    return films
