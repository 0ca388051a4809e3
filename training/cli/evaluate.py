# SPDX-License-Identifier: Apache-2.0
"""Evaluate students in closed loop, open loop and under disturbances; write a report.

    ./wpt evaluate --model models/student --suites lane_centre lane_change routes --seeds 3
    ./wpt evaluate --rows BC=runs/bc/student --model-name on-policy
    ./wpt evaluate --suites lane_centre --scenarios straight_08_left --seeds 1 --films 0

Completed drives are kept in the output folder; run the same command to continue.
"""

import shlex
import sys
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import tyro

from training.referee.arena import Arena, find_arena, find_suite
from training.referee.closed_loop import (
    FIRST_SEED,
    Job,
    drive_all,
    film_all,
    jobs_of,
    worst_failures,
)
from training.referee.open_loop import held_out_jobs, open_loop_figures, plan_all
from training.referee.outcome import DriveResult, HeldOut
from training.referee.plots import illustrate
from training.referee.report import Findings, closed_loop_table, report, scores_of
from training.referee.results import outcomes_of, write_outcomes
from training.referee.rows import Row, file_name, parse_rows, references, student_row
from wpt_core.files import writable_folder, write_atomic
from wpt_core.model.artifact import replace_scores
from wpt_core.types import InputError

__all__ = ['Evaluate', 'evaluate', 'main']

K = TypeVar('K', bound=Hashable)


@dataclass(frozen=True)
class Evaluate:
    """Options of an evaluation."""

    model: Path = Path('models/student')
    """Artifact to evaluate."""
    model_name: str = 'student'
    """Name of its row in the tables."""
    rows: tuple[str, ...] = ()
    """Further students to compare with, as name=folder."""
    references: tuple[str, ...] = ('expert', 'constant_velocity')
    """Drivers without a network to compare with."""
    arena: str = 'proving_ground'
    """Arena to drive in."""
    suites: tuple[str, ...] = ()
    """Suites to drive in closed loop; empty: all of the arena."""
    scenarios: tuple[str, ...] = ()
    """Drive only these scenarios of the suites; empty: all."""
    seeds: int = 3
    """Drives of each scenario, each with another seed."""
    first_seed: int = FIRST_SEED
    """First seed. Use other seeds for tuning than for reported results."""
    open_loop: int = 24
    """Held-out drives of the expert for open-loop planning; 0: none."""
    robustness: str | None = None
    """Suite for the robustness table; by default the first one, '': none."""
    robustness_seeds: int = 1
    """Drives of each scenario and disturbance."""
    films: int = 3
    """Videos of the model's worst failures."""
    processes: int = 2
    """Parallel drives, each on one core."""
    fresh: bool = False
    """Repeat drives that were kept from an earlier evaluation."""
    record: bool = False
    """Write the scores into the manifest of the model."""
    publish: Path | None = None
    """Write result files of all drives into this folder; the documentation shows `results`."""
    out: Path = Path('out/evaluate')
    """Folder of the report and of kept drives."""

    def __post_init__(self) -> None:
        for name, least in (
            ('seeds', 1),
            ('first_seed', 0),
            ('robustness_seeds', 1),
            ('processes', 1),
            ('open_loop', 0),
            ('films', 0),
        ):
            if getattr(self, name) < least:
                option = name.replace('_', '-')
                raise InputError(f'--{option} must be {least} or more, not {getattr(self, name)}.')


def evaluate(config: Evaluate, command: str = '') -> Findings:
    """Run the evaluation, print the closed-loop table, write `report.md` in the output folder.

    `command` is the source in result files.
    """
    arena = find_arena(config.arena)
    # All options are checked before the first drive.
    suites = config.suites or tuple(suite.name for suite in arena.suites)
    _check_scenarios(config, arena, suites)
    scenarios = _scenarios(config, arena, suites)
    disturbed = _scenarios(config, arena, _disturbed_suites(config, arena))
    rows = _rows(config, arena)
    writable_folder(config.out, '--out')

    first = config.first_seed
    seeds = tuple(range(first, first + config.seeds))
    jobs = jobs_of(rows, scenarios, seeds)
    results = _drive(config, arena, jobs, title='closed loop')
    plans = _plan(config, arena, scenarios, rows)
    robust_seeds = range(first, first + config.robustness_seeds)
    robust_jobs = jobs_of(rows[-1:], disturbed, robust_seeds, arena.conditions)
    robust = _drive(config, arena, robust_jobs, title='robustness')

    driven = dict.fromkeys(suite for suite, _ in scenarios)
    found = Findings(
        rows=tuple(row.name for row in rows),
        suites=tuple(find_suite(arena, suite) for suite in driven),
        seeds=seeds,
        closed=_by(jobs, results, lambda job: (job.row.name, job.case.suite)),
        open_loop={
            row.name: open_loop_figures(plans[row.name], learned=row.learned)
            for row in rows
            if plans.get(row.name)
        },
        robustness=_by(robust_jobs, robust, lambda job: job.case.condition),
    )
    images = illustrate(found, plans, front=arena.rig.cameras[0], out=config.out)
    own = [pair for pair in zip(jobs, results, strict=True) if pair[0].row == rows[-1]]
    films = film_all(arena, worst_failures(own, config.films), config.out / 'films')
    images['Failures'] = [path.relative_to(config.out).as_posix() for path in films]
    text = report(found, model=str(config.model), about=arena.about, images=images)
    write_atomic(config.out / 'report.md', text)
    if config.record:
        replace_scores(config.model, scores_of(found, config.model_name))
    if config.publish is not None:
        for outcomes in outcomes_of(found, rows, command, code_digest=arena.code_digest()):
            write_outcomes(config.publish, outcomes)
    print(closed_loop_table(found))
    print(f'\nreport: {config.out / "report.md"}')
    return found


def _rows(config: Evaluate, arena: Arena) -> tuple[Row, ...]:
    """Return reference drivers, other students, and last the model."""
    rows = (
        *references(config.references, arena.drivers),
        *parse_rows(config.rows),
        student_row(config.model_name, config.model),
    )
    file_names = [file_name(row.name) for row in rows]
    for row, name in zip(rows, file_names, strict=True):
        if file_names.count(name) > 1:
            raise InputError(
                f'row {row.name!r}: another row has the same name; choose another name.'
            )
    return rows


def _scenarios(config: Evaluate, arena: Arena, suites: Sequence[str]) -> list[tuple[str, str]]:
    """Return (suite, scenario) of all scenarios of the suites, or of the selected ones."""
    named = config.scenarios
    return [
        (suite, scenario)
        for suite in suites
        for scenario in find_suite(arena, suite).scenarios
        if not named or scenario in named
    ]


def _disturbed_suites(config: Evaluate, arena: Arena) -> tuple[str, ...]:
    """None where the arena knows no disturbance."""
    if config.robustness is not None:
        return (config.robustness,) if config.robustness else ()
    return (arena.suites[0].name,) if len(arena.conditions) > 1 else ()


def _check_scenarios(config: Evaluate, arena: Arena, suites: Sequence[str]) -> None:
    known = {name for suite in suites for name in find_suite(arena, suite).scenarios}
    for name in config.scenarios:
        if name not in known:
            raise InputError(
                f'scenario: unknown name {name!r} in {", ".join(suites)}; '
                '`./wpt world --list` lists those of the proving ground.'
            )


def _drive(
    config: Evaluate, arena: Arena, jobs: Sequence[Job], *, title: str
) -> list[DriveResult]:
    return drive_all(
        arena,
        jobs,
        config.out / 'drives',
        processes=config.processes,
        fresh=config.fresh,
        title=title,
    )


def _plan(
    config: Evaluate, arena: Arena, scenarios: Sequence[tuple[str, str]], rows: Sequence[Row]
) -> dict[str, list[HeldOut]]:
    if not config.open_loop:
        return {}
    return plan_all(
        arena,
        held_out_jobs(scenarios, rows, config.open_loop),
        config.out / 'held_out',
        processes=config.processes,
        fresh=config.fresh,
    )


def _by(
    jobs: Sequence[Job], results: Sequence[DriveResult], key: Callable[[Job], K]
) -> dict[K, list[DriveResult]]:
    grouped: dict[K, list[DriveResult]] = {}
    for job, result in zip(jobs, results, strict=True):
        grouped.setdefault(key(job), []).append(result)
    return grouped


def main(argv: Sequence[str]) -> None:
    """The verb `evaluate`."""
    config = tyro.cli(Evaluate, prog='wpt evaluate', args=list(argv), description=__doc__)
    try:
        evaluate(config, shlex.join(['./wpt', 'evaluate', *argv]))
    except KeyboardInterrupt:
        print(
            f'\nstopped; completed drives are in {config.out}. Run the same command to continue.',
            file=sys.stderr,
        )
        raise
