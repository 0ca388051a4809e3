# SPDX-License-Identifier: Apache-2.0
"""On-policy training from end to end: a student drives, the expert labels, the student learns."""

from pathlib import Path

import numpy as np
import pytest
import torch

from training.cli.train_on_policy import TrainOnPolicy, train_on_policy
from training.episodes.index import load_index
from training.student.steering_stage import SteeringStage
from training.student.temporal_stage import TemporalStage
from wpt_core.model import Student, preset
from wpt_core.model.artifact import load_artifact, save_artifact
from wpt_core.model.manifest import Origin
from wpt_core.sensing import surround_rig

pytestmark = pytest.mark.slow
VIEWS = surround_rig()


@pytest.fixture(scope='module')
def start(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An artifact that has learned nothing."""
    folder = tmp_path_factory.mktemp('start') / 'student'
    torch.manual_seed(0)
    save_artifact(folder, Student(preset('debug')), VIEWS, about=Origin('none', 'none'))
    return folder


def test_a_round_drives_learns_and_leaves_an_artifact(
    start: Path, episodes: Path, tmp_path: Path
) -> None:
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
    assert driven.seen.all()
    # What the expert would do is not what an untrained student does.
    own = load_index(tmp_path / 'run' / 'episodes', VIEWS.names, source='recorded')[0]
    both = (driven.known > 20) & (own.known > 20)
    apart = np.abs(driven.actions[both, 0] - own.actions[both, 0]) * driven.speeds_mps[both] ** 2
    assert np.median(apart) > 0.1
    assert train_on_policy(config) == made
