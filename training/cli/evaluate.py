# SPDX-License-Identifier: Apache-2.0
"""Evaluate students: let them drive, let them plan, disturb them, and write down what came of it.

    ./wpt evaluate --model models/student --suites lane_centre lane_change routes --seeds 3
    ./wpt evaluate --rows BC=runs/bc/student --model-name on-policy
    ./wpt evaluate --suites lane_centre --scenarios straight_08_left --seeds 1 --films 0

What is done is kept in the output folder, so an evaluation that was stopped goes on where it was.
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
    """Closed loop, open loop and robustness of students, as tables, plots and films."""

    model: Path = Path('models/student')
    """Folder of the artifact that everything is about."""
    model_name: str = 'student'
    """What its row is called in the tables."""
    rows: tuple[str, ...] = ()
    """More students to compare with, as name=folder."""
    references: tuple[str, ...] = ('expert', 'constant_velocity')
    """Drivers of the arena to compare with."""
    arena: str = 'proving_ground'
    """World to drive in."""
    suites: tuple[str, ...] = ()
    """Of the arena; all if none is named."""
    scenarios: tuple[str, ...] = ()
    """Only these of the suites; all if none is named."""
    seeds: int = 3
    """How many times each scenario is drawn anew."""
    first_seed: int = FIRST_SEED
    """Of the first time. Tune on other seeds than those that are reported."""
    open_loop: int = 24
    """Held-out drives to plan on; 0 leaves the open loop out."""
    robustness: str | None = None
    """Suite to disturb the model on; by default the first one, and '' leaves it out."""
    robustness_seeds: int = 1
    films: int = 3
    """Of the model's worst failures."""
    processes: int = 2
    """Drives at a time, each on one core."""
    fresh: bool = False
    """Drive everything anew, also what is kept."""
    record: bool = False
    """Write the figures into the manifest of the model."""
    publish: Path | None = None
    """Write how each drive ended into this folder; `results` is what the documentation shows."""
    out: Path = Path('out/evaluate')

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
    """Do everything, print the table, write `report.md` in the output folder.

    `command` is the source that result files name.
    """
    arena = find_arena(config.arena)
    # Every error of the options is found before the first drive.
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
    """Drivers without a network, other students, and last the model."""
    rows = (
        *references(config.references, arena.drivers),
        *parse_rows(config.rows),
        student_row(config.model_name, config.model),
    )
    places = [file_name(row.name) for row in rows]
    for row, place in zip(rows, places, strict=True):
        if places.count(place) > 1:
            raise InputError(f'row {row.name!r}: another row has that name; give it another one.')
    return rows


def _scenarios(config: Evaluate, arena: Arena, suites: Sequence[str]) -> list[tuple[str, str]]:
    """Suite and name of all scenarios of these suites, or of the named ones."""
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
                '`./wpt world --list` shows those of the proving ground.'
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
            f'\nstopped; what is done is kept in {config.out}: the same command goes on there.',
            file=sys.stderr,
        )
        raise
