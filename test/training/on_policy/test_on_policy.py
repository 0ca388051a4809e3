# SPDX-License-Identifier: Apache-2.0
"""On-policy training from end to end: a student drives, the expert labels, the student learns."""

import json
import os
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from training.cli.train_on_policy import TrainOnPolicy, train_on_policy
from training.engine.run_folder import RunFolder
from training.episodes.index import Episode, load_index
from training.on_policy.actors import RolloutJob
from training.on_policy.process_actors import ProcessActors
from training.on_policy.rounds import RoundPlan, drive_round
from training.student import tokens
from training.student.steering_stage import SteeringStage
from training.student.temporal_stage import TemporalStage
from training.teachers import TEACHERS
from wpt_core.model import Student, preset
from wpt_core.model.artifact import load_artifact, save_artifact
from wpt_core.model.manifest import Origin
from wpt_core.sensing import surround_rig
from wpt_core.types import WptError

pytestmark = pytest.mark.slow
VIEWS = surround_rig()


@pytest.fixture(scope='module')
def start(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An artifact that has learned nothing."""
    folder = tmp_path_factory.mktemp('start') / 'student'
    torch.manual_seed(0)
    save_artifact(folder, Student(preset('debug')), VIEWS, origin=Origin('none', 'none'))
    return folder


def test_a_round_drives_learns_and_leaves_an_artifact(
    start: Path, episodes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    computed: list[str] = []
    compute = tokens._of_episode

    def noted(episode: Episode, *arguments: Any) -> torch.Tensor:
        computed.append(episode.path.name)
        return compute(episode, *arguments)

    monkeypatch.setattr(tokens, '_of_episode', noted)
    config = TrainOnPolicy(
        start=start,
        data=episodes,
        out=tmp_path / 'run',
        rounds=1,
        episodes=1,
        processes=1,
        history=TemporalStage(steps=4, batch=4, warm_up=1, save_every=2),
        steering=SteeringStage(steps=4, batch=4, warm_up=1, save_every=2),
    )
    made = train_on_policy(config)
    before, after = load_artifact(start).student, load_artifact(made).student
    assert torch.equal(before.extractor.read_out, after.extractor.read_out)
    assert not torch.equal(before.heads.action[-1].weight, after.heads.action[-1].weight)
    assert not torch.equal(before.steering.law[-1].weight, after.steering.law[-1].weight)
    (driven,) = load_index(tmp_path / 'run' / 'episodes', VIEWS.names)
    assert driven.about.driver == 'student'
    assert driven.about.split == 'training'
    assert (driven.known > 0).sum() > 10
    assert driven.valid.all()
    # What the expert would do is not what an untrained student does.
    own = load_index(tmp_path / 'run' / 'episodes', VIEWS.names, teacher=TEACHERS['recorded'])[0]
    both = (driven.known > 20) & (own.known > 20)
    apart = np.abs(driven.actions[both, 0] - own.actions[both, 0]) * driven.speeds_mps[both] ** 2
    assert np.median(apart) > 0.1
    # The features that the student computed while it drove are those of the learner.
    assert computed
    assert not any(name.startswith('student_') for name in computed)
    kept = tokens.view_tokens([driven], before, VIEWS, half=None).float()
    anew = compute(driven, before, VIEWS, None).float()
    assert kept.shape == anew.shape
    # They differ by the JPEG of the bag and by the precision of the back end.
    alike = torch.nn.functional.cosine_similarity(kept, anew, dim=-1)
    assert alike.median() > 0.98
    metrics = [json.loads(line) for line in (config.out / 'metrics.jsonl').open()]
    (actors,) = (line for line in metrics if 'actors/weight_age' in line)
    assert (actors['actors/rollouts'], actors['actors/lost']) == (1.0, 0.0)
    assert actors['actors/weight_age'] == 0.0
    assert train_on_policy(config) == made


def dies(job: RolloutJob, **settings: str) -> Path:
    """In place of `drive_and_label`."""
    del job, settings
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def test_a_round_without_any_rollout_says_so(tmp_path: Path) -> None:
    run = RunFolder(tmp_path, {})
    with (
        ProcessActors(dies, 1, capacity=2) as actors,
        pytest.raises(WptError, match=r'no rollout of round 1 was completed: .*exit code -9'),
    ):
        drive_round(actors, RoundPlan(0, 2, 0), tmp_path / 'episodes', tmp_path, run)
    assert list((tmp_path / 'episodes').iterdir()) == []
