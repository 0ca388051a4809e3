# SPDX-License-Identifier: Apache-2.0
"""Episodes to learn from, made once for all tests."""

from pathlib import Path

import pytest

from training.on_policy.recording import EpisodeJob, Style, record_episode


@pytest.fixture(scope='session')
def episodes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one clean and one perturbed episode of the proving ground."""
    folder = tmp_path_factory.mktemp('episodes')
    record_episode(EpisodeJob(100_003, Style.CLEAN, folder / 'clean_00003'))
    record_episode(EpisodeJob(5, Style.PERTURBED, folder / 'perturbed_00005'))
    return folder
