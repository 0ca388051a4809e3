# SPDX-License-Identifier: Apache-2.0
"""Export: the graphs give the outputs of PyTorch, and a changed folder is refused."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from training.cli.export import Export, export, main
from wpt_core.model import FeatureBuffer, Student, preset
from wpt_core.model.artifact import load_artifact, save_artifact
from wpt_core.model.manifest import Origin
from wpt_core.model.runtime import EagerBackend, OnnxBackend
from wpt_core.model.runtime.backend import blank_history, blank_views
from wpt_core.model.runtime.onnx_manifest import DECIDE, EXTRACT, FILES, ONNX_MANIFEST
from wpt_core.model.weights import sha256_of
from wpt_core.sensing import surround_rig
from wpt_core.types import InputError

pytestmark = pytest.mark.slow
pytest.importorskip('onnxruntime', reason='ONNX Runtime is not installed')
pytest.importorskip('onnxscript', reason='the exporter of PyTorch needs onnxscript')


@pytest.fixture(scope='module')
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A folder with an artifact and its export, and the output of the verb."""
    torch.manual_seed(3)
    student = Student(preset('debug')).train()
    views, alive = (torch.from_numpy(array)[None] for array in blank_views(student.config))
    with torch.no_grad():
        student.extract(torch.randint_like(views.repeat(4, 1, 1, 1, 1), 256), alive.repeat(4, 1))
    folder = tmp_path_factory.mktemp('made')
    about = Origin('a command', 'a commit')
    save_artifact(folder / 'student', student.eval(), surround_rig(), origin=about)
    with pytest.MonkeyPatch.context() as patched:
        said: list[str] = []
        patched.setattr('builtins.print', lambda *words: said.append(' '.join(words)))
        main(['--model', str(folder / 'student'), '--to', 'onnx', '--out', str(folder / 'onnx')])
    return folder, '\n'.join(said)


@pytest.fixture
def folder(made: tuple[Path, str], tmp_path: Path) -> Path:
    """A copy of the export that may be damaged."""
    copy = tmp_path / 'onnx'
    copy.mkdir()
    for name in FILES:
        (copy / name).write_bytes((made[0] / 'onnx' / name).read_bytes())
    return copy


def test_the_verb_says_what_it_wrote_and_how_far_it_is_off(made: tuple[Path, str]) -> None:
    folder, said = made
    assert sorted(path.name for path in (folder / 'onnx').iterdir()) == sorted(FILES)
    assert f'{folder / "onnx"}: extract.onnx, decide.onnx, onnx.json' in said
    difference = float(said.rpartition(': ')[2])
    assert 0.0 < difference < 1e-4


def test_graphs_say_what_pytorch_says_over_a_whole_drive(made: tuple[Path, str]) -> None:
    artifact = load_artifact(made[0] / 'student')
    config = artifact.config
    backends = EagerBackend(artifact.student), OnnxBackend(made[0] / 'onnx', threads=1)
    memories = FeatureBuffer(config), FeatureBuffer(config)
    generator = np.random.default_rng(4)
    shape = blank_views(config)[0].shape
    conditions = blank_history(config).conditions[0]
    for tick in range(12):
        views = generator.integers(0, 256, shape, dtype=np.uint8)
        alive = generator.random(config.views) < 0.7
        found = []
        for backend, memory in zip(backends, memories, strict=True):
            features = backend.extract(views, alive)
            memory.add(0.2 * tick, features, conditions)
            found.append((features, backend.decide(memory.history())))
        (features, ours), (other, theirs) = found
        np.testing.assert_allclose(features, other, rtol=0, atol=1e-4)
        for name in ('means', 'log_scales', 'logits', 'action_means', 'query'):
            one, two = getattr(ours, name), getattr(theirs, name)
            assert one.dtype == two.dtype == np.float32
            np.testing.assert_allclose(one, two, rtol=0, atol=1e-4)


def test_dead_views_have_no_influence_in_the_graph_either(made: tuple[Path, str]) -> None:
    backend = OnnxBackend(made[0] / 'onnx', threads=1)
    views, alive = blank_views(backend.manifest.config)
    alive[2] = False
    before = backend.extract(views, alive)
    views[2] = 255
    np.testing.assert_array_equal(backend.extract(views, alive), before)
    views[3] = 255
    assert np.abs(backend.extract(views, alive) - before).max() > 1e-3


def test_what_one_must_know_to_run_it_stands_beside_it(made: tuple[Path, str]) -> None:
    artifact = load_artifact(made[0] / 'student')
    facts = OnnxBackend(made[0] / 'onnx').manifest
    assert facts.config == artifact.config
    assert facts.views.names == artifact.views.names
    assert facts.weights_sha256 == artifact.manifest.weights_sha256
    np.testing.assert_array_equal(facts.plan_scales, artifact.plan_scales)
    assert facts.plan_scales.dtype == np.float32


@pytest.mark.parametrize('name', [EXTRACT, DECIDE])
def test_a_graph_that_was_changed_or_lost_is_refused(folder: Path, name: str) -> None:
    whole = (folder / name).read_bytes()
    (folder / name).write_bytes(whole[:-1])
    with pytest.raises(InputError, match=f'{name}: not the file that onnx.json was written for'):
        OnnxBackend(folder)
    (folder / name).unlink()
    with pytest.raises(InputError, match=rf'{name}: cannot be read \(No such file'):
        OnnxBackend(folder)


def test_graphs_that_change_places_are_refused(folder: Path) -> None:
    (folder / EXTRACT).replace(folder / 'aside')
    (folder / DECIDE).replace(folder / EXTRACT)
    (folder / 'aside').replace(folder / DECIDE)
    with pytest.raises(InputError, match='not the file that'):
        OnnxBackend(folder)


@pytest.mark.parametrize(
    ('change', 'says'),
    [
        (lambda d: d.update(format=9), 'format must be a whole number from 1 to 1, got 9'),
        (lambda d: d.pop('plan_scales'), "'plan_scales' is missing"),
        (lambda d: d['plan_scales'].pop(), 'plan_scales must have 33 rows, got 32'),
        (lambda d: d['plan_scales'][4].pop(), 'plan_scales 4 must be 6 numbers'),
        (lambda d: d['config'].update(width=65), 'width must be a multiple of heads'),
        (lambda d: d['views'].pop(), 'expected 6 views, got 5'),
    ],
)
def test_facts_that_are_wrong_are_refused(
    folder: Path, change: Callable[[dict[str, Any]], object], says: str
) -> None:
    document = json.loads((folder / ONNX_MANIFEST).read_text())
    change(document)
    (folder / ONNX_MANIFEST).write_text(json.dumps(document))
    with pytest.raises(InputError, match=says):
        OnnxBackend(folder)


def test_a_graph_that_this_runtime_cannot_run_gets_a_sentence(folder: Path) -> None:
    document = json.loads((folder / ONNX_MANIFEST).read_text())
    document['extract_sha256'] = sha256_of(b'no graph at all')
    (folder / ONNX_MANIFEST).write_text(json.dumps(document))
    (folder / EXTRACT).write_bytes(b'no graph at all')
    with pytest.raises(InputError, match='this ONNX Runtime cannot run it'):
        OnnxBackend(folder)


def test_without_onnx_runtime_the_sentence_names_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, 'onnxruntime', None)
    with pytest.raises(InputError, match='install the package onnxruntime'):
        OnnxBackend(folder)


def test_an_export_that_says_something_else_is_not_written(
    made: tuple[Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr('training.cli.export._difference', lambda *_, **__: float('nan'))
    with pytest.raises(InputError, match='the graphs differ by nan from PyTorch'):
        export(Export(model=made[0] / 'student', out=tmp_path / 'onnx'))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_of_other_things_is_never_replaced(
    made: tuple[Path, str], tmp_path: Path
) -> None:
    (tmp_path / 'notes').touch()
    with pytest.raises(InputError, match="holds 'notes', which would be lost"):
        export(Export(model=made[0] / 'student', out=tmp_path))
