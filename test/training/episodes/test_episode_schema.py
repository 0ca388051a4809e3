# SPDX-License-Identifier: Apache-2.0
"""Versions, splits and poses of episodes."""

import json
from pathlib import Path

import numpy as np
import pytest
from small_episode import (
    SAMPLES,
    VIEWS,
    world_from_base,
    write_small_episode,
)

from training.episodes.episode import SCHEMA, TEST, About, about_from
from training.episodes.index import load_index
from training.student.features import held_out_names
from wpt_core.geometry import rotation_from_quaternion
from wpt_core.types import InputError

BEFORE_SCHEMAS = {'source': 'car', 'driver': 'human', 'actuator_delay_s': 0.2}


def test_the_schema_is_written_and_read(tmp_path: Path) -> None:
    write_small_episode(tmp_path / 'drive')
    (episode,) = load_index(tmp_path, VIEWS.names)
    assert episode.about.schema == SCHEMA == 2


def test_an_episode_from_before_schemas_is_read_as_the_first() -> None:
    assert about_from(json.dumps(BEFORE_SCHEMAS), where='old').schema == 1


@pytest.mark.parametrize(
    ('change', 'sentence'),
    [
        ({'schema': 3, 'weather': 'rain'}, r'has schema 3, and .* reads up to 2; update wpt_ros'),
        (
            {'schema': 0},
            r'must be a number from 1 on, not 0; make the episode again with ./wpt prepare',
        ),
        ({'schema': '2'}, r"not '2'; make the episode again"),
        ({'schema': True}, r'not True; make the episode again'),
        (
            {'split': 'train'},
            r"one of training, validation, test, not 'train'; make the episode again",
        ),
        ({'weather': 'rain'}, r'must have the keys'),
    ],
)
def test_others_are_refused_in_one_sentence(change: dict[str, object], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        about_from(json.dumps(BEFORE_SCHEMAS | change), where='drive')


def test_no_training_reads_the_test_split(tmp_path: Path) -> None:
    about = About('car', 'human', 0.2, split=TEST)
    write_small_episode(tmp_path / 'drive', about=about)
    with pytest.raises(InputError, match='drive: the split test must not be read by a training'):
        held_out_names(load_index(tmp_path, VIEWS.names))


def test_poses_at_the_views_are_those_in_space(tmp_path: Path) -> None:
    write_small_episode(tmp_path / 'drive')
    (episode,) = load_index(tmp_path, VIEWS.names)
    true = np.stack([world_from_base(0.01 + 0.2 * sample) for sample in range(SAMPLES)])
    assert episode.positions_m == pytest.approx(true[:, :3, 3], abs=1e-6)
    turns = rotation_from_quaternion(episode.orientations)
    assert turns == pytest.approx(true[:, :3, :3], abs=1e-5)
    assert np.linalg.norm(episode.orientations, axis=1) == pytest.approx(1.0)
