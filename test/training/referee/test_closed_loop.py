# SPDX-License-Identifier: Apache-2.0
"""Drives are evaluated by the suite rules, stored, and repeated when an input changed."""

from dataclasses import replace
from pathlib import Path

import pytest

from training.referee.arena import Case
from training.referee.closed_loop import Job, drive_all, jobs_of, worst_failures
from training.referee.outcome import DriveResult
from training.referee.proving_ground import ARENA, ProvingGround
from training.referee.rows import Row, file_name, parse_rows, references, student_row
from wpt_core.types import InputError
from wpt_sim.drivers import CONSTANT_VELOCITY
from wpt_sim.suites import find_scenario, find_suite, run_scenario

ROUTES = find_suite('routes')
ROUTE = find_scenario(ROUTES, 'tight_left')
ROW = Row('constant_velocity')
CASE = Case('routes', 'tight_left', 1000)


class Counted(ProvingGround):
    """Keeps the jobs that were really driven."""

    driven: list[Job]

    def drive(self, row: Row, case: Case) -> DriveResult:
        self.driven.append(Job(row, case))
        return super().drive(row, case)


@pytest.fixture
def arena(monkeypatch: pytest.MonkeyPatch) -> Counted:
    monkeypatch.setattr(Counted, 'driven', [], raising=False)
    return Counted()


def all_of(
    arena: ProvingGround, jobs: list[Job], folder: Path, *, fresh: bool = False
) -> list[DriveResult]:
    return drive_all(arena, jobs, folder, processes=1, fresh=fresh, title='test')


def test_a_result_is_what_the_suite_says() -> None:
    outcome = run_scenario(ROUTE, CONSTANT_VELOCITY, 1000)
    result = ARENA.drive(ROW, CASE)
    assert result.passed is outcome.passed is False
    assert result.reasons == outcome.verdict.reasons
    assert result.score == outcome.route.score
    assert result.route == outcome.route
    assert result.trace.time_s[:3] == (0.0, 0.1, 0.2)
    assert result.trace.position_error_m[5] == pytest.approx(
        outcome.log.position_error_m[10], abs=1e-4
    )


def test_a_result_survives_its_file() -> None:
    result = ARENA.drive(ROW, CASE)
    assert DriveResult.of_json(result.as_json()) == result


def test_what_is_kept_is_not_driven_again(tmp_path: Path, arena: Counted) -> None:
    jobs = jobs_of([ROW], [('routes', 'tight_left')], [1000, 1001])
    first = all_of(arena, jobs[:1], tmp_path)
    assert len(arena.driven) == 1
    both = all_of(arena, jobs, tmp_path)
    assert arena.driven == jobs
    assert both[0] == first[0]
    assert all_of(arena, jobs, tmp_path) == both
    assert len(arena.driven) == 2
    all_of(arena, jobs, tmp_path, fresh=True)
    assert len(arena.driven) == 4


def test_another_student_or_scenario_is_driven_anew(tmp_path: Path, arena: Counted) -> None:
    job = Job(ROW, CASE)
    student = Job(replace(ROW, digest='other'), CASE)
    changed = Counted(simulated=(replace(ROUTES, scenarios=(replace(ROUTE, duration_s=5.0),)),))
    for world, one in ((arena, job), (arena, student), (changed, student), (changed, student)):
        assert one.path(tmp_path) == job.path(tmp_path)
        all_of(world, [one], tmp_path)
    assert arena.driven == [job, student, student]


def test_a_damaged_file_is_driven_anew(tmp_path: Path, arena: Counted) -> None:
    job = Job(ROW, CASE)
    all_of(arena, [job], tmp_path)
    place = job.path(tmp_path)
    place.write_text(place.read_text()[:-40])
    all_of(arena, [job], tmp_path)
    assert len(arena.driven) == 2


def test_conditions_have_folders_of_their_own(tmp_path: Path) -> None:
    late = '100 ms extra delay'
    plain, disturbed = jobs_of([ROW], [('routes', 'tight_left')], [1000], ['undisturbed', late])
    assert plain.path(tmp_path).relative_to(tmp_path).as_posix() == (
        'constant_velocity/routes/tight_left-1000.json'
    )
    assert '100_ms_extra_delay' in disturbed.path(tmp_path).parts
    assert plain.fingerprint(ARENA) != disturbed.fingerprint(ARENA)


@pytest.mark.slow
def test_more_processes_give_the_same_results(tmp_path: Path) -> None:
    jobs = jobs_of([ROW], [('routes', one.name) for one in ROUTES.scenarios[:3]], [1000])
    alone = all_of(ARENA, jobs, tmp_path / 'one')
    together = drive_all(ARENA, jobs, tmp_path / 'two', processes=2, fresh=False, title='test')
    assert together == alone


def test_worst_failures_come_first_and_no_scenario_twice() -> None:
    result = ARENA.drive(ROW, CASE)

    def pair(scenario: str, seed: int, **changes: object) -> tuple[Job, DriveResult]:
        return Job(ROW, Case('routes', scenario, seed)), replace(result, seed=seed, **changes)

    driven = [
        pair('tight_left', 1000, passed=True, completion=0.0),
        pair('tight_left', 1001, completion=0.9),
        pair('tight_left', 1002, completion=0.3),
        pair('another', 1000, completion=0.9, final_offset_m=-3.0),
    ]
    assert worst_failures(driven, 5) == [driven[2][0], driven[3][0]]
    assert worst_failures(driven, 1) == [driven[2][0]]


def test_rows_that_cannot_be_are_refused(tmp_path: Path) -> None:
    assert [row.name for row in references(['expert', 'straight'], ARENA.drivers)] == [
        'expert',
        'straight',
    ]
    with pytest.raises(InputError, match='unknown name'):
        references(['nobody'], ARENA.drivers)
    with pytest.raises(InputError, match='name=folder'):
        parse_rows(['BC'])
    with pytest.raises(InputError, match='nothing_here'):
        student_row('student', tmp_path / 'nothing_here')
    assert file_name('BC + perturbation') == 'bc_perturbation'
