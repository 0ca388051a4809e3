# SPDX-License-Identifier: Apache-2.0
"""Closed loop: every row through every scenario and seed, in as many processes as are allowed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

from training.engine.pool import work
from training.referee.code import code_digest
from training.referee.guard import check_evaluated
from training.referee.result import DriveResult
from training.referee.rows import Row, file_name
from training.referee.store import fingerprint, keep_json, kept_json
from training.simulators.proving_ground.disturbance import UNDISTURBED, Condition
from wpt_core.sensing import surround_rig
from wpt_sim.drive import World
from wpt_sim.scenario import Scenario, Split
from wpt_sim.suites import run_scenario

__all__ = ['FIRST_SEED', 'Job', 'drive', 'drive_all', 'jobs_of']

FIRST_SEED = 1000
"""Of the closed-loop seeds. The split, not the number, is what keeps training out."""
_KEPT = tuple(field.name for field in fields(DriveResult))


@dataclass(frozen=True, slots=True)
class Job:
    """Everything that decides a drive. It names no split: the referee knows only one."""

    row: Row
    scenario: Scenario
    seed: int
    condition: Condition = UNDISTURBED

    def __post_init__(self) -> None:
        check_evaluated(self.scenario)

    @property
    def made_of(self) -> str:
        row = self.row
        return fingerprint(
            row.name, row.digest, self.scenario, self.seed, self.condition, _KEPT, code_digest()
        )

    def place(self, drives: Path) -> Path:
        """Where the result is kept."""
        folder = drives / file_name(self.row.name)
        if self.condition != UNDISTURBED:
            folder = folder / file_name(self.condition.name)
        return folder / self.scenario.suite / f'{self.scenario.name}-{self.seed}.json'


def jobs_of(
    rows: Sequence[Row],
    scenarios: Sequence[Scenario],
    seeds: Sequence[int],
    conditions: Sequence[Condition] = (UNDISTURBED,),
) -> list[Job]:
    """All combinations; the scenario runs fastest, so that a part of a run is a part of a row."""
    return [
        Job(row, scenario, seed, condition)
        for condition in conditions
        for row in rows
        for seed in seeds
        for scenario in scenarios
    ]


def drive(job: Job, observer: Callable[[World], None] | None = None) -> DriveResult:
    """One drive, judged."""
    disturbance = job.condition.disturbance.for_drive(job.seed, job.scenario.key)
    kind = job.row.kind(disturbance)
    rig = surround_rig() if kind.needs_cameras or observer is not None else None
    outcome = run_scenario(
        job.scenario, kind, job.seed, rig=rig, observer=observer, split=Split.EVALUATION
    )
    return DriveResult.of(outcome, job.row.name)


def drive_all(
    jobs: Sequence[Job], drives: Path, *, processes: int, fresh: bool, title: str
) -> list[DriveResult]:
    """Results in the order of the jobs; those that are kept are not driven again."""
    results: dict[Job, DriveResult] = {}
    if not fresh:
        for job in jobs:
            kept = kept_json(job.place(drives), job.made_of)
            if kept is not None:
                results[job] = DriveResult.of_json(kept)
    missing = [job for job in jobs if job not in results]
    for job, result in work(drive, missing, processes=processes, title=title):
        keep_json(job.place(drives), job.made_of, result.as_json())
        results[job] = result
    return [results[job] for job in jobs]
