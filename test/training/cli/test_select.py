# SPDX-License-Identifier: Apache-2.0
"""Episodes and labels of each method."""

from pathlib import Path

import numpy as np
import pytest

from training.cli.train_student import TrainStudent, select
from training.episodes.index import load_index
from training.teachers import TEACHERS
from wpt_core.sensing import surround_rig
from wpt_core.types import InputError

pytestmark = pytest.mark.slow
VIEWS = surround_rig().names


def test_behaviour_cloning_sees_clean_drives_and_where_they_went(episodes: Path) -> None:
    seen = load_index(episodes, VIEWS)
    (only,) = select(TrainStudent(data=episodes, method='bc'), seen)
    assert not only.about.perturbed
    recorded = load_index(episodes, VIEWS, teacher=TEACHERS['recorded'])[0]
    assert np.array_equal(only.plans, recorded.plans)
    assert not np.array_equal(only.plans, seen[0].plans)


def test_with_perturbation_it_sees_all_and_what_the_expert_would_do(episodes: Path) -> None:
    seen = load_index(episodes, VIEWS)
    assert select(TrainStudent(data=episodes), seen) == seen


def test_without_a_clean_drive_there_is_nothing_to_clone(episodes: Path, tmp_path: Path) -> None:
    (tmp_path / 'perturbed_00005').symlink_to(episodes / 'perturbed_00005')
    with pytest.raises(InputError, match='needs clean episodes'):
        select(TrainStudent(data=tmp_path, method='bc'), [])
