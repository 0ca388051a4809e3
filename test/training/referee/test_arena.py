# SPDX-License-Identifier: Apache-2.0
"""A new arena is one folder and one line, as docs/adding/arena.md says."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from training.cli.evaluate import Evaluate, evaluate
from training.referee import arena as arenas
from training.referee.arena import UNDISTURBED, Case, find_arena, find_suite
from training.referee.rows import Row
from wpt_core.model import Student, preset
from wpt_core.model.artifact import Origin, save_artifact
from wpt_core.sensing import surround_rig
from wpt_core.types import InputError

ANOTHER = """
from training.referee.arena import UNDISTURBED, Suite
from training.referee.outcome import DriveResult, Trace
from wpt_core.sensing import surround_rig


class Car:
    suites = (Suite('parking', 'stops', ('left', 'right'), scored=True),)
    drivers = ('expert',)
    conditions = (UNDISTURBED, 'fog')
    rig = surround_rig()
    about = 'Lots are drawn anew'

    def code_digest(self):
        return '1'

    def description(self, case):
        return repr(case)

    def drive(self, row, case):
        passed = row.name == 'expert' or case.scenario == 'left'
        return DriveResult(
            row.name, case.suite, case.scenario, 'parking', case.seed, passed, ('too far',),
            0.5, (), 50.0, 1.0, None, 0.1, 1.0, Trace((0.0,), (0.1,), (0.0,), (0.0,)),
        )

    def film(self, row, case, path):
        path.parent.mkdir(exist_ok=True)
        path.write_text(f'{row.name} in {case.scenario}')

    def plan_along(self, rows, case):
        return {}


ARENA = Car()
"""


@pytest.fixture
def another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The name of an arena in a temporary folder."""
    folder = tmp_path / 'car_park_arena'
    folder.mkdir()
    (folder / '__init__.py').write_text(ANOTHER)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(arenas.ARENAS, 'car_park', folder.name)
    yield 'car_park'
    sys.modules.pop(folder.name, None)


def test_a_new_arena_is_evaluated_without_any_other_change(
    another: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model, out = tmp_path / 'student', tmp_path / 'out'
    student = Student(preset('debug')).eval()
    save_artifact(model, student, surround_rig(), origin=Origin('none', 'none'))
    config = Evaluate(
        model=model,
        arena=another,
        references=('expert',),
        suites=('parking',),
        robustness='parking',
        seeds=2,
        films=1,
        processes=1,
        out=out,
    )
    found = evaluate(config)
    assert found.summary('expert', 'parking').passes == (2, 2)
    assert found.summary('student', 'parking').passes == (1, 1)
    assert list(found.robustness) == ['undisturbed', 'fog']
    text = (out / 'report.md').read_text()
    assert 'Lots are drawn anew; seeds 1000, 1001 of' in text
    assert '`parking` passes when it stops.' in text
    assert '(100% of the expert)' in text
    assert (out / 'films' / 'parking-right-1000.mp4').read_text() == 'student in right'
    assert '| parking | student ' in capsys.readouterr().out


@pytest.mark.parametrize('name', arenas.ARENAS)
def test_every_arena_knows_its_cases_and_refuses_others(name: str) -> None:
    arena = find_arena(name)
    assert arena.conditions[0] == UNDISTURBED
    described = {
        arena.description(Case(suite.name, scenario, seed, condition))
        for suite in arena.suites
        for scenario in suite.scenarios
        for seed in (0, 1)
        for condition in arena.conditions[:2]
    }
    once = sum(len(suite.scenarios) for suite in arena.suites)
    assert len(described) == 2 * len(arena.conditions[:2]) * once
    first = arena.suites[0]
    for case in (
        Case('nowhere', first.scenarios[0], 0),
        Case(first.name, 'nothing', 0),
        Case(first.name, first.scenarios[0], 0, 'snow on all cameras'),
    ):
        with pytest.raises(InputError, match='unknown name'):
            arena.description(case)
        with pytest.raises(InputError, match='unknown name'):
            arena.drive(Row(arena.drivers[0]), case)


def test_unknown_arenas_and_suites_are_refused_by_name() -> None:
    with pytest.raises(InputError, match="arena: unknown name 'mars'; expected one of proving"):
        find_arena('mars')
    with pytest.raises(InputError, match="suite: unknown name 'x'; expected one of lane_centre"):
        find_suite(find_arena('proving_ground'), 'x')
