# SPDX-License-Identifier: Apache-2.0
"""Imports go one way: the contracts of pyproject.toml hold, and break when they are broken."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOMS = (
    *('types', 'files', 'geometry', 'vehicle', 'bags'),
    *('sensing', 'safety', 'metrics', 'drawing'),
)


def lint_imports(root: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter as `./wpt check` does."""
    code = 'from importlinter.cli import lint_imports_command as c; c()'
    return subprocess.run(
        [sys.executable, '-c', code, '--no-cache'], cwd=root, capture_output=True, text=True
    )


@pytest.fixture
def small_house(tmp_path: Path, root: Path) -> Path:
    """The settings of the repository over empty rooms."""
    shutil.copy(root / 'pyproject.toml', tmp_path)
    packages = [
        'wpt_ros',
        'training',
        'wpt_sim',
        'wpt_core',
        *(f'wpt_core/{room}' for room in ROOMS),
        'training/episodes',
        'training/teachers',
    ]
    for package in packages:
        (tmp_path / package).mkdir()
        (tmp_path / package / '__init__.py').touch()
    return tmp_path


def test_the_house_keeps_its_contracts(root: Path) -> None:
    answer = lint_imports(root)
    assert answer.returncode == 0, answer.stdout


def test_empty_rooms_keep_them_too(small_house: Path) -> None:
    answer = lint_imports(small_house)
    assert answer.returncode == 0, answer.stdout


BREACHES = [
    ('wpt_core/types', 'import wpt_core.geometry', 'rooms of the core'),
    ('wpt_core/files', 'import wpt_core.bags', 'rooms of the core'),
    ('wpt_core/geometry', 'import wpt_core.vehicle', 'rooms of the core'),
    ('wpt_core/sensing', 'import wpt_core.metrics', 'rooms of the core'),
    ('wpt_core/bags', 'import wpt_core.drawing', 'rooms of the core'),
    ('wpt_core/bags', 'import wpt_sim', 'three levels'),
    ('wpt_sim', 'import training', 'three levels'),
    ('wpt_core/safety', 'import wpt_core.sensing', 'rooms of the core'),
    ('wpt_core/cellar', '', 'rooms of the core'),
    ('wpt_core/types', 'import wpt_ros', 'three levels'),
    ('training', 'import wpt_ros', 'three levels'),
    ('training/episodes', 'import training.teachers', 'rooms of training'),
    ('wpt_ros', 'import training', 'three levels'),
    ('wpt_sim', 'import rclpy', 'the core knows no ROS'),
    ('wpt_core/bags', 'from sensor_msgs.msg import Image', 'the core knows no ROS'),
    ('wpt_sim', 'import time', 'the core is silent and timeless'),
    ('training', 'import rclpy', 'training imports no ROS'),
]


@pytest.mark.parametrize(('package', 'line', 'contract'), BREACHES)
def test_a_breach_is_noticed(small_house: Path, package: str, line: str, contract: str) -> None:
    folder = small_house / package
    folder.mkdir(exist_ok=True)
    (folder / '__init__.py').write_text(f'{line}\n')
    answer = lint_imports(small_house)
    assert answer.returncode != 0
    assert contract in answer.stdout
