# SPDX-License-Identifier: Apache-2.0
"""The package says the same thing everywhere: manifests, dependencies, messages."""

import re
from itertools import pairwise
from pathlib import Path

import pytest
from catkin_pkg.package import parse_package

from wpt_core.types import Command, Level
from wpt_ros.bootstrap import packages


@pytest.mark.parametrize('folder', ['.', 'msg'])
def test_the_manifests_are_valid_and_agree(folder: str, root: Path) -> None:
    warnings: list[str] = []
    manifest = parse_package(str(root / folder), warnings=warnings)
    assert warnings == []
    manifest.validate()
    assert manifest.package_format == 3
    assert manifest.licenses == ['Apache-2.0']
    assert f"version='{manifest.version}'" in (root / 'setup.py').read_text()


def test_every_message_is_built_and_only_those(root: Path) -> None:
    built = re.findall(r'msg/(\w+)\.msg', (root / 'msg' / 'CMakeLists.txt').read_text())
    assert sorted(built) == sorted(file.stem for file in (root / 'msg').glob('*.msg'))


@pytest.mark.parametrize('name', ['DriveState', 'DrivingCommand', 'Plan', 'PlannerStatus'])
def test_every_field_says_what_it_means(name: str, root: Path) -> None:
    lines = (root / 'msg' / f'{name}.msg').read_text().splitlines()
    for before, line in pairwise(lines):
        if line and not line.startswith('#') and 'Notice[]' not in line:
            explained = before.startswith('#') or re.match(r'uint8 [A-Z_]+=', line)
            assert explained, f'{name}: {line}'


def constants(root: Path, message: str) -> dict[str, int]:
    text = (root / 'msg' / f'{message}.msg').read_text()
    return {name: int(number) for name, number in re.findall(r'uint8 ([A-Z_]+)=(\d+)', text)}


def test_the_commands_on_the_wire_are_those_of_the_core(root: Path) -> None:
    assert constants(root, 'DrivingCommand') == {c.name: c.value for c in Command}


def test_the_levels_on_the_wire_are_those_of_the_core(root: Path) -> None:
    assert list(constants(root, 'Notice')) == [level.name for level in Level]


def test_every_dependency_has_its_reason(root: Path) -> None:
    car, extras = packages._declared(root / 'setup.py')
    text = (root / 'docs' / 'dependencies.md').read_text()
    names = [packages._name(line) for line in [*car, *(n for e in extras.values() for n in e)]]
    assert [name for name in names if f'`{name}`' not in text.lower()] == []


def test_every_declared_ros_dependency_has_its_reason(root: Path) -> None:
    text = (root / 'docs' / 'dependencies.md').read_text()
    manifest = parse_package(str(root))
    depends = [*manifest.exec_depends, *manifest.test_depends, *manifest.build_depends]
    assert [d.name for d in depends if f'`{d.name}`' not in text] == []


def test_launch_files_rviz_and_models_are_installed_when_they_come(root: Path) -> None:
    text = (root / 'setup.py').read_text()
    for folder in ('config', 'launch', 'rviz', 'models'):
        assert (root / folder).is_dir()
        assert f'share/wpt_ros/{folder}' in text
