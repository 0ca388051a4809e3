# SPDX-License-Identifier: Apache-2.0
"""Closed loop: every row drives every case, in parallel, and the worst failures are filmed."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tqdm import tqdm

from training.processes.pool import work
from training.referee.arena import UNDISTURBED, Arena, Case, made_of
from training.referee.outcome import DriveResult
from training.referee.rows import Row, file_name
from training.referee.store import keep_json, kept_json

__all__ = ['FIRST_SEED', 'Job', 'drive_all', 'film_all', 'jobs_of', 'worst_failures']

FIRST_SEED = 1000
"""Of the closed-loop seeds. The split, not the number, separates them from training."""


@dataclass(frozen=True, slots=True)
class Job:
    """One drive to judge."""

    row: Row
    case: Case

    def made_of(self, arena: Arena) -> str:
        return made_of(arena, self.row, self.case, DriveResult)

    def place(self, drives: Path) -> Path:
        """Where the outcome is kept."""
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
    """All combinations, of (suite, scenario); the scenario varies fastest."""
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
    """Results in the order of the jobs; kept ones are not driven again, unless `fresh`."""
    results: dict[Job, DriveResult] = {}
    if not fresh:
        for job in jobs:
            kept = kept_json(job.place(drives), job.made_of(arena))
            if kept is not None:
                results[job] = DriveResult.of_json(kept)
    missing = [job for job in jobs if job not in results]
    for job, result in work(partial(_drive, arena), missing, processes=processes, title=title):
        keep_json(job.place(drives), job.made_of(arena), result.as_json())
        results[job] = result
    return [results[job] for job in jobs]


def _drive(arena: Arena, job: Job) -> DriveResult:
    return arena.drive(job.row, job.case)


def worst_failures(driven: Sequence[tuple[Job, DriveResult]], count: int) -> list[Job]:
    """Failed drives, no scenario twice: shortest completion first, then largest final offset."""
    failed = sorted(
        (pair for pair in driven if not pair[1].passed),
        key=lambda pair: (pair[1].completion, -abs(pair[1].final_offset_m)),
    )
    first_of: dict[tuple[str, str], Job] = {}
    for job, _ in failed:
        first_of.setdefault((job.case.suite, job.case.scenario), job)
    return list(first_of.values())[:count]


def film_all(arena: Arena, jobs: Sequence[Job], folder: Path) -> list[Path]:
    """Drive again with a video each; equal jobs have equal outcomes."""
    films = []
    for job in tqdm(jobs, desc='filming', disable=None):
        path = folder / f'{job.case.file_stem}.mp4'
        arena.film(job.row, job.case, path)
        films.append(path)
    return films
