# SPDX-License-Identifier: Apache-2.0
"""Each drive and each replay gets a folder of its own, or one sentence."""

from pathlib import Path

import pytest

from wpt_core.types import InputError
from wpt_ros.output_folder import new_output_folder


def test_two_that_begin_at_once_do_not_share(tmp_path: Path) -> None:
    folders = [new_output_folder(tmp_path, 'drive', 'name') for _ in range(3)]
    assert len(set(folders)) == 3
    assert all(folder.is_dir() and not list(folder.glob('*.json')) for folder in folders)
    assert folders[0].parent == tmp_path / 'drive'
    assert folders[0].name.endswith('-name')


def test_a_place_that_is_no_folder_is_told(tmp_path: Path) -> None:
    runs = tmp_path / 'file'
    runs.touch()
    with pytest.raises(InputError, match=f'--out {runs}: cannot write there'):
        new_output_folder(runs, 'drive', 'name')
