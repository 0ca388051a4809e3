# SPDX-License-Identifier: Apache-2.0
"""Artifacts: round trip, and one sentence for each defect."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from wpt_core.model import Student, preset
from wpt_core.model.artifact import (
    WEIGHTS,
    check_rig,
    load_artifact,
    replace_scores,
    save_artifact,
)
from wpt_core.model.manifest import MANIFEST, Origin
from wpt_core.model.weights import sha256_of
from wpt_core.types import InputError, Rig

ABOUT = Origin('wpt train-student --preset debug', '0123abc')


@pytest.fixture
def folder(tmp_path: Path, student: Student, views: Rig) -> Path:
    save_artifact(tmp_path / 'student', student, views, origin=ABOUT, scores={'ade_m': 0.25})
    return tmp_path / 'student'


def edit(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    document = json.loads((folder / MANIFEST).read_text())
    change(document)
    (folder / MANIFEST).write_text(json.dumps(document))


def put_weights(folder: Path, tensors: dict[str, torch.Tensor]) -> None:
    """Write a manifest with the matching hash."""
    save_file(tensors, folder / WEIGHTS)
    digest = sha256_of((folder / WEIGHTS).read_bytes())
    edit(folder, lambda document: document.update(weights_sha256=digest))


def test_what_is_written_comes_back(folder: Path, student: Student, views: Rig) -> None:
    artifact = load_artifact(folder)
    assert artifact.config == artifact.student.config == student.config
    assert not artifact.student.training
    assert artifact.views.names == views.names
    for ours, theirs in zip(artifact.views.cameras, views.cameras, strict=True):
        assert ours.intrinsics == theirs.intrinsics
        np.testing.assert_array_equal(ours.base_from_camera, theirs.base_from_camera)
    manifest = artifact.manifest
    assert (manifest.origin, manifest.scores) == (ABOUT, {'ade_m': 0.25})
    assert manifest.created_by.startswith('wpt_ros')
    np.testing.assert_array_equal(artifact.plan_scales, student.plan_scales.numpy())
    assert artifact.plan_scales.dtype == np.float32


def test_parameters_lose_half_their_digits_and_measured_numbers_none(
    folder: Path, student: Student
) -> None:
    loaded = load_artifact(folder).student
    for name, parameter in student.named_parameters():
        kept = loaded.get_parameter(name)
        assert kept.dtype == torch.float32
        torch.testing.assert_close(kept, parameter, rtol=2**-10, atol=1e-7)
    for name, buffer in student.named_buffers():
        assert torch.equal(loaded.get_buffer(name), buffer)
    assert load_file(folder / WEIGHTS)['extractor.read_out'].dtype == torch.float16


def test_the_student_that_is_saved_is_left_as_it_is(
    tmp_path: Path, student: Student, views: Rig
) -> None:
    before = {name: tensor.clone() for name, tensor in student.state_dict().items()}
    save_artifact(tmp_path / 'student', student, views, origin=ABOUT)
    for name, tensor in student.state_dict().items():
        assert tensor.dtype == before[name].dtype
        assert torch.equal(tensor, before[name])


def test_the_shipped_size_is_at_most_20_mb(tmp_path: Path, views: Rig) -> None:
    save_artifact(tmp_path / 'student', Student(preset('mini')), views, origin=ABOUT)
    assert (tmp_path / 'student' / WEIGHTS).stat().st_size <= 20e6


def test_an_infinite_capacity_is_kept(tmp_path: Path, views: Rig) -> None:
    config = replace(preset('debug'), capacity_bits=float('inf'))
    save_artifact(tmp_path / 'student', Student(config), views, origin=ABOUT)
    assert load_artifact(tmp_path / 'student').config == config


def test_an_artifact_is_replaced_only_by_a_whole_one(
    folder: Path, student: Student, views: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = (folder / MANIFEST).read_bytes()

    def fail(*_: object) -> None:
        raise OSError(28, 'No space left on device')

    with monkeypatch.context() as patched:
        patched.setattr('wpt_core.model.manifest.write_json', fail)
        with pytest.raises(InputError, match='No space left'):
            save_artifact(folder, student, views, origin=ABOUT)
    assert (folder / MANIFEST).read_bytes() == before
    assert [path.name for path in folder.parent.iterdir()] == ['student']
    save_artifact(folder, student, views, origin=Origin('another', 'one'))
    assert load_artifact(folder).manifest.origin.commit == 'one'
    assert [path.name for path in folder.parent.iterdir()] == ['student']


def test_a_folder_of_other_things_is_never_replaced(
    tmp_path: Path, student: Student, views: Rig
) -> None:
    (tmp_path / 'thesis.tex').write_text('three years')
    with pytest.raises(InputError, match=r"holds 'thesis.tex', which would be lost"):
        save_artifact(tmp_path, student, views, origin=ABOUT)
    with pytest.raises(InputError, match='is a file; name a folder'):
        save_artifact(tmp_path / 'thesis.tex', student, views, origin=ABOUT)
    assert (tmp_path / 'thesis.tex').read_text() == 'three years'


def test_views_of_another_size_are_not_saved(tmp_path: Path, student: Student, views: Rig) -> None:
    with pytest.raises(InputError, match='takes 6 views of 256 x 128'):
        save_artifact(tmp_path / 'student', student, Rig(views.cameras[:5]), origin=ABOUT)


@pytest.mark.parametrize('value', [float('nan'), 7e4])
def test_weights_that_half_precision_cannot_hold_are_not_saved(
    tmp_path: Path, views: Rig, value: float
) -> None:
    broken = Student(preset('debug'))
    with torch.no_grad():
        broken.extractor.absent[0, 0] = value
    with pytest.raises(InputError, match=r'extractor\.absent has numbers that are not finite'):
        save_artifact(tmp_path / 'student', broken, views, origin=ABOUT)
    assert list(tmp_path.iterdir()) == []


def test_scores_are_replaced_without_touching_the_weights(folder: Path) -> None:
    weights = (folder / WEIGHTS).read_bytes()
    scores = {'open_loop': {'ade_m': {'mean': 0.5}, 'note': 'seed 3'}, 'drives': 40}
    replace_scores(folder, scores)
    assert load_artifact(folder).manifest.scores == scores
    assert (folder / WEIGHTS).read_bytes() == weights
    assert sorted(path.name for path in folder.iterdir()) == [MANIFEST, WEIGHTS]


@pytest.mark.parametrize(
    'scores', [{'a': float('nan')}, {'a': [1.0]}, {'a': True}, {'a': {'b': {'c': {'d': 1}}}}]
)
def test_scores_that_are_no_figures_are_refused(folder: Path, scores: Any) -> None:
    before = (folder / MANIFEST).read_bytes()
    with pytest.raises(InputError, match='scores must be finite numbers or words'):
        replace_scores(folder, scores)
    assert (folder / MANIFEST).read_bytes() == before
    assert sorted(path.name for path in folder.iterdir()) == [MANIFEST, WEIGHTS]


def test_a_cut_or_changed_weights_file_is_refused(folder: Path) -> None:
    whole = (folder / WEIGHTS).read_bytes()
    for damaged in (whole[:-1], b'', whole[:-1] + bytes([whole[-1] ^ 1])):
        (folder / WEIGHTS).write_bytes(damaged)
        with pytest.raises(InputError, match='the hash differs from the one in the manifest'):
            load_artifact(folder)


def test_a_file_that_is_no_safetensors_is_refused(folder: Path) -> None:
    data = b'\x80\x04K\x01.'  # a pickle
    (folder / WEIGHTS).write_bytes(data)
    edit(folder, lambda document: document.update(weights_sha256=sha256_of(data)))
    with pytest.raises(InputError, match='invalid safetensors'):
        load_artifact(folder)


def test_a_huge_weights_file_is_not_read(folder: Path) -> None:
    with (folder / WEIGHTS).open('r+b') as file:
        file.truncate(10**11)
    with pytest.raises(InputError, match='more than the network in the manifest needs'):
        load_artifact(folder)


def test_missing_files_are_named(folder: Path) -> None:
    (folder / WEIGHTS).unlink()
    with pytest.raises(InputError, match=rf'{WEIGHTS}: cannot be read \(No such file'):
        load_artifact(folder)
    (folder / MANIFEST).unlink()
    with pytest.raises(InputError, match=rf'{MANIFEST}: cannot be read \(No such file'):
        load_artifact(folder)


@pytest.mark.parametrize(
    ('change', 'says'),
    [
        (lambda t: t.pop('heads.plan.0.bias'), r'heads\.plan\.0\.bias is missing'),
        (lambda t: t.update(more=torch.zeros(1)), 'more is unknown'),
        (
            lambda t: t.update({'temporal.last.bias': torch.zeros(3)}),
            r'temporal\.last\.bias is \[3\], expected \[64\]',
        ),
        (
            lambda t: t.update({'temporal.last.bias': torch.zeros(64, dtype=torch.int64)}),
            r'temporal\.last\.bias is of type torch\.int64',
        ),
        (
            lambda t: t['temporal.last.bias'].fill_(float('inf')),
            r'temporal\.last\.bias has numbers that are not finite',
        ),
    ],
)
def test_weights_of_another_network_are_refused(
    folder: Path, change: Callable[[dict[str, torch.Tensor]], object], says: str
) -> None:
    tensors = load_file(folder / WEIGHTS)
    change(tensors)
    put_weights(folder, tensors)
    with pytest.raises(InputError, match=says):
        load_artifact(folder)


def test_a_car_may_have_other_cameras_as_long_as_one_looks_ahead(folder: Path, views: Rig) -> None:
    artifact = load_artifact(folder)
    assert check_rig(artifact, views) == ()
    notices = check_rig(artifact, Rig(views.cameras[:1]))
    assert [notice.code for notice in notices] == ['model.view-not-covered'] * 5
    assert "'front_left'" in notices[0].text
    with pytest.raises(InputError, match=r"\(back\) has no camera along .* 'front'"):
        check_rig(artifact, Rig(views.cameras[5:]))
