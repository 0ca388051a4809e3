# SPDX-License-Identifier: Apache-2.0
"""The whole verb, with a student that has learnt nothing."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
import tyro

from training.cli.evaluate import Evaluate, evaluate, main
from training.referee.arena import Case
from training.referee.proving_ground import ProvingGround
from training.referee.results import load_outcomes
from training.referee.rows import student_row
from wpt_core.model import Student, preset
from wpt_core.model.artifact import Origin, save_artifact
from wpt_core.sensing import surround_rig
from wpt_core.types import InputError
from wpt_sim.suites import find_scenario, find_suite


@pytest.fixture(scope='module')
def artifact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp('models') / 'student'
    student = Student(preset('debug')).eval()
    save_artifact(folder, student, surround_rig(), origin=Origin('none', 'none'))
    return folder


@pytest.fixture
def config(artifact: Path, tmp_path: Path) -> Evaluate:
    return Evaluate(
        model=artifact,
        references=('expert', 'constant_velocity'),
        suites=('lane_centre',),
        scenarios=('straight_08_left',),
        seeds=1,
        open_loop=1,
        robustness='',
        films=1,
        processes=1,
        out=tmp_path / 'out',
    )


@pytest.mark.slow
def test_everything_is_there_and_an_evaluation_goes_on_where_it_stopped(
    config: Evaluate, capsys: pytest.CaptureFixture[str]
) -> None:
    published = config.out / 'results'
    found = evaluate(replace(config, publish=published), './wpt evaluate')
    assert found.rows == ('expert', 'constant_velocity', 'student')
    assert found.summary('expert', 'lane_centre').passes == (1,)
    assert found.summary('student', 'lane_centre').passes == (0,)
    assert found.open_loop['student'].likelihood is not None

    printed = capsys.readouterr().out
    assert '| lane_centre | student ' in printed
    text = (config.out / 'report.md').read_text('utf-8')
    for name in ('offset_over_time.png', 'reliability.png', 'plans_over_the_camera.png'):
        assert f']({name})' in text
        assert (config.out / name).stat().st_size > 5000
    film = config.out / 'films' / 'lane_centre-straight_08_left-1000.mp4'
    assert f'](films/{film.name})' in text
    assert film.stat().st_size > 10_000
    assert not list(config.out.rglob('.*'))

    files = {(one.row, one.table): one for one in load_outcomes(published)}
    assert len(files) == 3 + 2  # the suite, and the open loop without the expert
    assert files['student', 'lane_centre'].passes == {'1000': (0, 1)}
    assert len(files['student', 'open_loop'].source.weights_sha256 or '') == 64
    assert files['student', 'open_loop'].figures['mean error to 3 s, m'] > 0.0

    kept = config.out / 'drives' / 'student' / 'lane_centre' / 'straight_08_left-1000.json'
    changed = json.loads(kept.read_text())
    changed['result']['comfort'] = 0.123
    kept.write_text(json.dumps(changed))
    again = evaluate(replace(config, films=0))
    # Taken from the file, so nothing was driven again.
    assert again.closed['student', 'lane_centre'][0].comfort == 0.123
    assert again.open_loop == found.open_loop


@pytest.mark.slow
def test_a_film_shows_the_drive_that_was_judged(artifact: Path) -> None:
    """An observer renders the same world and does not change it."""
    routes = find_suite('routes')
    short = replace(find_scenario(routes, 'tight_left'), duration_s=3.0)
    arena = ProvingGround(simulated=(replace(routes, scenarios=(short,)),))
    row, case = student_row('student', artifact), Case('routes', 'tight_left', 1000)
    watched: list[float] = []
    with_film = arena.drive(
        row, case, lambda world: watched.append(world.observe().frames[0].image.mean())
    )
    assert with_film == arena.drive(row, case)
    assert len(watched) == 61


@pytest.mark.parametrize(
    ('changes', 'message'),
    [
        ({'suites': ('nowhere',)}, 'suite: unknown name'),
        ({'scenarios': ('nothing',)}, 'scenario: unknown name'),
        ({'arena': 'nowhere'}, 'arena: unknown name'),
        ({'references': ('nobody',)}, 'driver: unknown name'),
        ({'robustness': 'nowhere'}, 'suite: unknown name'),
        ({'rows': ('BC',)}, 'name=folder'),
        ({'model_name': 'Expert'}, 'another row has the same name'),
        ({'model': Path('no/such/model')}, 'no/such/model'),
    ],
)
def test_what_is_not_there_is_said_before_the_first_drive(
    config: Evaluate, changes: dict[str, object], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        evaluate(replace(config, **changes))
    assert not config.out.exists()


def test_counts_have_limits(config: Evaluate) -> None:
    for name in ('seeds', 'processes', 'robustness_seeds'):
        with pytest.raises(InputError, match=f'--{name.replace("_", "-")} must be 1'):
            replace(config, **{name: 0})
    with pytest.raises(InputError, match='--first-seed must be 0 or more, not -1'):
        replace(config, first_seed=-1)


@pytest.mark.slow
def test_other_seeds_are_other_drives(config: Evaluate) -> None:
    quick = replace(config, references=(), open_loop=0, films=0)
    found = [evaluate(replace(quick, first_seed=first)) for first in (1000, 3000)]
    assert [f.seeds for f in found] == [(1000,), (3000,)]
    ((one,), (other,)) = (f.closed['student', 'lane_centre'] for f in found)
    assert (one.seed, other.seed) == (1000, 3000)
    assert one.trace != other.trace


def test_the_command_line_of_the_documentation_is_understood() -> None:
    arguments = '--model models/student --suites lane_centre lane_change routes --seeds 3'
    config = tyro.cli(Evaluate, args=arguments.split())
    assert config == Evaluate(suites=('lane_centre', 'lane_change', 'routes'))
    rows = [
        '--rows',
        'BC=runs/bc',
        'BC + perturbation=runs/perturbed',
        '--model-name',
        'on-policy',
    ]
    assert tyro.cli(Evaluate, args=rows).rows == ('BC=runs/bc', 'BC + perturbation=runs/perturbed')


def test_an_interruption_says_how_to_go_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(_config: Evaluate, _command: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr('training.cli.evaluate.evaluate', interrupted)
    with pytest.raises(KeyboardInterrupt):
        main(['--out', 'out/here'])
    assert 'completed drives are in out/here. Run the same command' in capsys.readouterr().err


def test_the_verb_passes_its_words_on() -> None:
    with pytest.raises(InputError, match='--films must be 0 or more, not -1'):
        main(['--films', '-1'])
    with pytest.raises(InputError, match="unknown name 'nowhere'"):
        main(['--suites', 'nowhere'])
