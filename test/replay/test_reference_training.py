# SPDX-License-Identifier: Apache-2.0
"""Labels of two episodes, and the first steps of every stage of a training on them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from training.cli.train_student import TrainStudent, train_student
from training.episodes.index import Episode, load_index
from training.on_policy.recording import EpisodeJob, Style, record_episode
from training.student.extractor_stage import ExtractorStage
from training.student.steering_stage import SteeringStage
from training.student.temporal_stage import TemporalStage
from training.teachers import TEACHERS
from wpt_core.sensing import surround_rig

AHEAD = (1, 8, 16, 24, 32)
"""Points of a plan."""

UNSTABLE = ('norm', 'learning_rate', 'samples_per_s')
"""Logged, but no result of a step."""


@pytest.fixture(scope='module')
def two_episodes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp('two')
    record_episode(EpisodeJob(100_003, Style.CLEAN, folder / 'clean_00003'))
    record_episode(EpisodeJob(5, Style.PERTURBED, folder / 'perturbed_00005'))
    return folder


def summary(episode: Episode) -> dict[str, Any]:
    rows = np.linspace(0, len(episode.known) - 1, 5).astype(int)
    lanes = np.nan_to_num(episode.lanes[rows][:, ::4], nan=-1.0)
    return {
        'known': episode.known[rows].tolist(),
        'plans': np.round(episode.plans[rows][:, AHEAD], 5).tolist(),
        'actions': np.round(episode.actions[rows], 6).tolist(),
        'lanes': np.round(lanes, 4).tolist(),
    }


@pytest.mark.parametrize('source', ['expert', 'recorded'])
def test_labels_are_as_before(
    two_episodes: Path, source: str, reference: Callable[..., None]
) -> None:
    teacher = TEACHERS['recorded'] if source == 'recorded' else None
    episodes = load_index(two_episodes, surround_rig().names, teacher=teacher)
    found = {episode.path.name: summary(episode) for episode in episodes}
    reference(f'labels_{source}', found, tolerance=1e-4)


def test_first_steps_of_a_training_are_as_before(
    two_episodes: Path, tmp_path: Path, reference: Callable[..., None]
) -> None:
    config = TrainStudent(
        preset='debug',
        data=two_episodes,
        out=tmp_path / 'run',
        seed=3,
        pictures=ExtractorStage(steps=2, ahead_steps=1, batch=4, log_every=1, workers=0),
        history=TemporalStage(steps=2, batch=4, log_every=1),
        steering=SteeringStage(steps=2, log_every=1),
    )
    train_student(config)
    found: dict[str, Any] = {}
    for line in (config.out / 'metrics.jsonl').read_text().splitlines():
        values = json.loads(line)
        step = values.pop('step')
        found |= {
            f'{step} {name}': value
            for name, value in values.items()
            if not name.endswith(UNSTABLE)
        }
    reference('training_steps', found, tolerance=2e-2)
