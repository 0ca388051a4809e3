# SPDX-License-Identifier: Apache-2.0
"""Imitation from end to end, with an extractor that was trained before."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from training.cli.train_student import TrainStudent, defaults, train_student
from training.engine.run_folder import RunFolder
from training.student.extractor_stage import ExtractorStage
from training.student.steering_stage import SteeringStage
from training.student.temporal_stage import TemporalStage
from wpt_core.model import Student, preset
from wpt_core.model.artifact import load_artifact, save_artifact
from wpt_core.model.manifest import Origin
from wpt_core.sensing import surround_rig
from wpt_core.types import InputError

pytestmark = pytest.mark.slow


@pytest.fixture
def config(episodes: Path, tmp_path: Path) -> TrainStudent:
    """A few steps, with the extractor of an artifact that has learned nothing."""
    torch.manual_seed(5)
    save_artifact(
        tmp_path / 'known', Student(preset('debug')), surround_rig(), origin=Origin('none', 'none')
    )
    return TrainStudent(
        preset='debug',
        data=episodes,
        out=tmp_path / 'run',
        extractor=tmp_path / 'known',
        history=TemporalStage(steps=2, batch=4, warm_up=1),
        steering=SteeringStage(steps=2, batch=4, warm_up=1),
    )


def test_the_extractor_of_an_artifact_is_taken_as_it_is(config: TrainStudent) -> None:
    assert config.extractor is not None
    known = load_artifact(config.extractor).student.state_dict()
    made = load_artifact(train_student(config)).student.state_dict()
    taken = [name for name in known if name.startswith(('extractor.', 'borders.', 'plan_scales'))]
    assert taken
    assert all(torch.equal(made[name], known[name]) for name in taken)
    assert not torch.equal(made['steering.law.4.weight'], known['steering.law.4.weight'])


def test_a_training_begins_with_the_weights_of_an_artifact(config: TrainStudent) -> None:
    known = config.extractor
    assert known is not None
    still = replace(
        config,
        extractor=None,
        start=known,
        pictures=ExtractorStage(steps=1, ahead_steps=0, batch=4, warm_up=1, learning_rate=1e-12),
        history=replace(config.history, learning_rate=1e-12),
        steering=replace(config.steering, learning_rate=1e-12),
    )
    before = load_artifact(known).student.parameters()
    after = load_artifact(train_student(still)).student.parameters()
    assert all(torch.equal(new, old) for new, old in zip(after, before, strict=True))


def test_two_processes_train_together(episodes: Path, tmp_path: Path, root: Path) -> None:
    """Both processes write and read the same files, and wait for each other."""
    run = tmp_path / 'together'
    words = [sys.executable, '-m', 'torch.distributed.run', '--nproc-per-node', '2']
    words += ['--rdzv-backend', 'c10d', '--rdzv-endpoint', 'localhost:0']
    words += ['-m', '--', 'training.cli', 'train', 'student', '--preset', 'debug']
    words += ['--data', str(episodes), '--out', str(run)]
    for stage in ('pictures', 'history', 'steering'):
        words += [f'--{stage}.steps', '2', f'--{stage}.batch', '4', f'--{stage}.warm-up', '1']
    words += ['--pictures.ahead-steps', '1']
    environment = {**os.environ, 'OMP_NUM_THREADS': '1', 'PYTHONPATH': str(root)}
    done = subprocess.run(
        words, cwd=root, env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    assert load_artifact(run / 'student').config == preset('debug')
    assert not list(run.rglob('*.part'))
    states = [RunFolder.peek(run, 'temporal').tensors[f'random.cpu.{rank}'] for rank in range(2)]
    assert not torch.equal(*states)


@pytest.mark.parametrize('option', ['extractor', 'start'])
def test_weights_of_another_size_are_refused(config: TrainStudent, option: str) -> None:
    other = replace(config, preset='mini', **{'extractor': None, option: config.extractor})
    with pytest.raises(InputError, match='the weights have other sizes'):
        train_student(other)
    assert not other.out.exists()


def test_a_folder_without_an_extractor_is_refused(config: TrainStudent, tmp_path: Path) -> None:
    (tmp_path / 'empty').mkdir()
    with pytest.raises(InputError, match='is no run with a trained extractor'):
        train_student(replace(config, extractor=tmp_path / 'empty'))
    assert not config.out.exists()


@pytest.mark.parametrize('words', [['--preset', 'debug'], ['--seed', '3', '--preset=debug']])
def test_a_try_takes_few_steps_and_few_episodes(words: list[str]) -> None:
    short, whole = defaults(words), defaults(['--preset', 'mini'])
    assert short.preset == 'debug'
    assert 0 < short.episodes < 20
    assert short.pictures.ahead_steps < short.pictures.steps
    for stage in ('pictures', 'history', 'steering'):
        assert getattr(short, stage).steps * 5 < getattr(whole, stage).steps
    assert whole == TrainStudent()
