# SPDX-License-Identifier: Apache-2.0
"""Drives are judged like anybody's, kept, and driven anew when what made them changed."""

from dataclasses import replace
from pathlib import Path

import pytest

from training.referee import drives
from training.referee.drives import Job, drive, drive_all, jobs_of
from training.referee.films import worst_failures
from training.referee.result import DriveResult
from training.referee.rows import Row, file_name, parse_rows, references, student_row
from training.simulators.proving_ground.disturbance import UNDISTURBED, Condition, Disturbance
from wpt_core.types import InputError
from wpt_sim.drivers import CONSTANT_VELOCITY
from wpt_sim.suites import find, find_scenario, run_scenario

ROUTE = find_scenario(find('routes'), 'tight_left')
ROW = Row('constant_velocity')


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[Job]:
    """The jobs that were really driven."""
    driven: list[Job] = []

    def counting(job: Job) -> DriveResult:
        driven.append(job)
        return drive(job)

    monkeypatch.setattr(drives, 'drive', counting)
    return driven


def all_of(jobs: list[Job], folder: Path, *, fresh: bool = False) -> list[DriveResult]:
    return drive_all(jobs, folder, processes=1, fresh=fresh, title='test')


def test_a_result_is_what_the_suite_says() -> None:
    outcome = run_scenario(ROUTE, CONSTANT_VELOCITY, 1000)
    result = drive(Job(ROW, ROUTE, 1000))
    assert result.passed is outcome.passed is False
    assert result.reasons == outcome.verdict.reasons
    assert result.score == outcome.route.score
    assert result.route == outcome.route
    assert result.trace.time_s[:3] == (0.0, 0.1, 0.2)
    assert result.trace.position_error_m[5] == pytest.approx(
        outcome.log.position_error_m[10], abs=1e-4
    )


def test_a_result_survives_its_file() -> None:
    result = drive(Job(ROW, ROUTE, 1000))
    assert DriveResult.of_json(result.as_json()) == result


def test_what_is_kept_is_not_driven_again(tmp_path: Path, counted: list[Job]) -> None:
    jobs = jobs_of([ROW], [ROUTE], [1000, 1001])
    first = all_of(jobs[:1], tmp_path)
    assert len(counted) == 1
    both = all_of(jobs, tmp_path)
    assert counted == jobs
    assert both[0] == first[0]
    assert all_of(jobs, tmp_path) == both
    assert len(counted) == 2
    all_of(jobs, tmp_path, fresh=True)
    assert len(counted) == 4


def test_another_student_or_scenario_is_driven_anew(tmp_path: Path, counted: list[Job]) -> None:
    job = Job(ROW, ROUTE, 1000)
    others = [
        replace(job, row=replace(ROW, digest='other')),
        replace(job, scenario=replace(ROUTE, duration_s=5.0)),
    ]
    for one in (job, *others):
        assert one.place(tmp_path) == job.place(tmp_path)
        all_of([one], tmp_path)
    assert counted == [job, *others]


def test_a_damaged_file_is_driven_anew(tmp_path: Path, counted: list[Job]) -> None:
    job = Job(ROW, ROUTE, 1000)
    all_of([job], tmp_path)
    place = job.place(tmp_path)
    place.write_text(place.read_text()[:-40])
    all_of([job], tmp_path)
    assert len(counted) == 2


def test_conditions_have_folders_of_their_own(tmp_path: Path) -> None:
    late = Condition('100 ms extra delay', Disturbance(extra_delay_s=0.1))
    plain, disturbed = jobs_of([ROW], [ROUTE], [1000], [UNDISTURBED, late])
    assert plain.place(tmp_path).relative_to(tmp_path).as_posix() == (
        'constant_velocity/routes/tight_left-1000.json'
    )
    assert '100_ms_extra_delay' in disturbed.place(tmp_path).parts
    assert plain.made_of != disturbed.made_of


@pytest.mark.slow
def test_more_processes_give_the_same_results(tmp_path: Path) -> None:
    jobs = jobs_of([ROW], find('routes').scenarios[:3], [1000])
    alone = all_of(jobs, tmp_path / 'one')
    together = drive_all(jobs, tmp_path / 'two', processes=2, fresh=False, title='test')
    assert together == alone


def test_worst_failures_come_first_and_no_scenario_twice() -> None:
    result = drive(Job(ROW, ROUTE, 1000))
    other = find('routes').scenarios[0]

    def pair(scenario, seed: int, **changes: object) -> tuple[Job, DriveResult]:
        return Job(ROW, scenario, seed), replace(result, seed=seed, **changes)

    driven = [
        pair(ROUTE, 1000, passed=True, completion=0.0),
        pair(ROUTE, 1001, completion=0.9),
        pair(ROUTE, 1002, completion=0.3),
        pair(other, 1000, completion=0.9, final_offset_m=-3.0),
    ]
    assert worst_failures(driven, 5) == [driven[2], driven[3]]
    assert worst_failures(driven, 1) == [driven[2]]


def test_rows_that_cannot_be_are_refused(tmp_path: Path) -> None:
    assert [row.name for row in references(['expert', 'straight'])] == ['expert', 'straight']
    with pytest.raises(InputError, match='unknown name'):
        references(['nobody'])
    with pytest.raises(InputError, match='name=folder'):
        parse_rows(['BC'])
    with pytest.raises(InputError, match='nothing_here'):
        student_row('student', tmp_path / 'nothing_here')
    assert file_name('BC + perturbation') == 'bc_perturbation'
