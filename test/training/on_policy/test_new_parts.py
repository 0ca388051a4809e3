# SPDX-License-Identifier: Apache-2.0
"""A new simulator and a new teacher: a folder or a file and one line each, see docs/adding."""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from training.episodes.index import load_index
from training.on_policy.actors import RolloutJob, RolloutStart
from training.on_policy.driving import drive_and_label
from training.simulators import SIMULATORS, SimulatorKind
from training.teachers import TEACHERS
from wpt_core.model import Student, preset
from wpt_core.model.artifact import save_artifact
from wpt_core.model.manifest import Origin
from wpt_core.sensing import surround_rig
from wpt_core.types import InputError

SIMULATOR = """
import numpy as np
from training.simulators.vehicle import VehicleSimulator, VehicleStart
from wpt_core.sensing import surround_rig
from wpt_core.types import Pose2


class GreyRoom:
    def begin(self, starts):
        self.scenes = list(starts)

    def render(self, poses):
        return [self.images(round(pose.x_m)) for pose in poses]

    def images(self, grey):
        return {
            camera.name: np.full((128, 256, 3), 40 + grey, np.uint8)
            for camera in surround_rig().cameras
        }


def make(*, frames_every):
    return VehicleSimulator(GreyRoom(), frames_every=frames_every)


def start(number):
    return VehicleStart(f'room {number}', Pose2(0.0, 0.0, 0.0), 10.0, seed=number, duration_s=5.0)
"""
TEACHER = """
from dataclasses import replace
from training.teachers import TEACHERS


class Doubled:
    name = 'doubled'
    knowledge = 'bag'

    def label(self, rollout):
        targets = TEACHERS['recorded'].label(rollout)
        return replace(targets, curvatures_1pm=2.0 * targets.curvatures_1pm)
"""


@pytest.fixture
def parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A simulator `grey_room` and a teacher `doubled` in a temporary folder."""
    (tmp_path / 'grey_room.py').write_text(SIMULATOR)
    (tmp_path / 'doubled.py').write_text(TEACHER)
    monkeypatch.syspath_prepend(tmp_path)
    room, doubled = (importlib.import_module(name) for name in ('grey_room', 'doubled'))
    kind = SimulatorKind(room.make, room.start, teacher='recorded')
    monkeypatch.setitem(SIMULATORS, 'grey_room', kind)
    monkeypatch.setitem(TEACHERS, 'doubled', doubled.Doubled())
    yield
    for name in ('grey_room', 'doubled'):
        sys.modules.pop(name)


@pytest.fixture
def artifact(tmp_path: Path) -> Path:
    torch.manual_seed(0)
    folder = tmp_path / 'student'
    student = Student(preset('debug')).eval()
    save_artifact(folder, student, surround_rig(), origin=Origin('none', 'none'))
    return folder


@pytest.mark.usefixtures('parts')
def test_a_new_simulator_drives_and_a_new_teacher_labels(artifact: Path, tmp_path: Path) -> None:
    for teacher in ('', 'doubled'):
        path = tmp_path / 'episodes' / f'by_{teacher or "default"}'
        start = RolloutStart(7, path)
        drive_and_label(RolloutJob(start, artifact, 1), simulator='grey_room', teacher=teacher)
    default, doubled = load_index(tmp_path / 'episodes', surround_rig().names)
    assert default.about.source == 'grey_room'
    assert default.about.scenario == 'room 7'
    labelled = default.known > 0
    assert labelled.sum() >= 5
    assert np.array_equal(labelled, doubled.known > 0)
    assert np.abs(default.actions[labelled, 0]).max() > 0.0
    assert np.allclose(doubled.actions[:, 0], 2.0 * default.actions[:, 0], atol=1e-6)


@pytest.mark.usefixtures('parts')
def test_the_privileged_teacher_refuses_a_simulator_without_truth(
    artifact: Path, tmp_path: Path
) -> None:
    start = RolloutStart(7, tmp_path / 'episodes' / 'refused')
    with pytest.raises(InputError, match='teacher recovery needs the privileged truth'):
        drive_and_label(RolloutJob(start, artifact, 1), simulator='grey_room', teacher='recovery')
    assert not start.path.exists()
