# SPDX-License-Identifier: Apache-2.0
"""The shipped student is found in a checkout and where the package is installed."""

from pathlib import Path

import pytest

pytest.importorskip('wpt_msgs', reason='wpt_msgs cannot be imported; ./wpt test brings it')

from wpt_core.types import InputError
from wpt_ros import shipped


def test_in_a_checkout(root: Path) -> None:
    assert shipped.shipped_student() == root / 'models' / 'student'


def test_where_it_is_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index = tmp_path / 'share' / 'ament_index' / 'resource_index' / 'packages'
    index.mkdir(parents=True)
    (index / 'wpt_ros').touch()
    (tmp_path / 'share' / 'wpt_ros').mkdir()
    monkeypatch.setattr(shipped, '__file__', str(tmp_path / 'lib' / 'wpt_ros' / 'shipped.py'))
    monkeypatch.setenv('AMENT_PREFIX_PATH', str(tmp_path))
    assert shipped.shipped_student() == tmp_path / 'share' / 'wpt_ros' / 'models' / 'student'


def test_where_it_is_neither(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shipped, '__file__', str(tmp_path / 'lib' / 'wpt_ros' / 'shipped.py'))
    monkeypatch.setenv('AMENT_PREFIX_PATH', str(tmp_path))
    with pytest.raises(InputError, match='source its install folder'):
        shipped.shipped_student()
