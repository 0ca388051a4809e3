# SPDX-License-Identifier: Apache-2.0
"""Actors make the drives that are missing, with the artifact they are given, and no other."""

from pathlib import Path

import pytest

from training.on_policy.actors import Drive, ProcessActors
from training.simulators import SIMULATORS, find_simulator
from wpt_core.types import InputError


def note(drive: Drive) -> Path:
    """A simulator that only writes down what it was asked for."""
    drive.path.mkdir()
    (drive.path / 'asked.txt').write_text(f'{drive.artifact} {drive.number}')
    return drive.path


def asked(folder: Path) -> dict[str, str]:
    return {file.parent.name: file.read_text() for file in sorted(folder.glob('*/asked.txt'))}


@pytest.mark.slow
def test_only_what_is_missing_is_driven_and_with_the_newest_weights(tmp_path: Path) -> None:
    actors = ProcessActors(note, 2)
    actors.drive(Path('old'), tmp_path, first=0, count=2, seed=3)
    actors.drive(Path('new'), tmp_path, first=0, count=4, seed=3)
    assert asked(tmp_path) == {
        'student_000000': 'old 3000000',
        'student_000001': 'old 3000001',
        'student_000002': 'new 3000002',
        'student_000003': 'new 3000003',
    }


def test_an_unknown_simulator_is_told_with_those_there_are() -> None:
    assert find_simulator('proving_ground') is SIMULATORS['proving_ground']
    with pytest.raises(InputError, match="unknown name 'moon'; expected one of proving_ground"):
        find_simulator('moon')
