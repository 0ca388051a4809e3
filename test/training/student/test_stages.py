# SPDX-License-Identifier: Apache-2.0
"""The stages of a training: they learn, they stop when something is wrong, and they go on."""

import json
import math
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import nn

from training.engine.distributed import Process
from training.engine.optim import TrainingError, guarded_norm
from training.engine.run_folder import Checkpoint, RunFolder
from training.episodes.index import load_index
from training.student.extractor_stage import ExtractorStage, train_extractor
from training.student.features import FeatureSet
from training.student.image_batches import Samples
from training.student.mirror import mirrored_borders, mirrored_conditions
from training.student.sample_table import SampleTable
from training.student.steering_stage import SteeringStage, train_steering
from training.student.temporal_stage import TemporalStage, train_temporal
from training.student.tokens import view_tokens
from wpt_core.model import Student, preset
from wpt_core.sensing import surround_rig
from wpt_core.types import InputError

VIEWS = surround_rig()
HERE = Process(torch.device('cpu'))
PICTURES = ExtractorStage(steps=6, batch=8, warm_up=2, save_every=3, log_every=2, workers=0)
HISTORY = TemporalStage(steps=8, batch=8, warm_up=2, save_every=4, log_every=4)
STEERING = SteeringStage(steps=8, batch=16, warm_up=2, save_every=4, log_every=4)


def fresh() -> Student:
    torch.manual_seed(1)
    return Student(preset('debug'))


def features_of(episodes: Path) -> FeatureSet:
    return FeatureSet.of(load_index(episodes, VIEWS.names), fresh(), half=None)


def validation_losses(run: Path, stage: str) -> list[float]:
    """All that were logged, in order."""
    rows = map(json.loads, (run / 'metrics.jsonl').read_text().splitlines())
    found = [row[f'{stage}/validation'] for row in rows if f'{stage}/validation' in row]
    assert all(math.isfinite(loss) for loss in found)
    return found


def seen(episodes: Path, run: Path, stage: ExtractorStage, *, held_out: bool = False) -> Student:
    student = fresh()
    found = load_index(episodes, VIEWS.names)
    student.plan_scales.copy_(torch.from_numpy(SampleTable(found).plan_scales()))
    samples = Samples.labelled(found)
    folder = RunFolder(run, 'the same')
    train_extractor(
        student,
        samples,
        VIEWS,
        stage=stage,
        run=folder,
        process=HERE,
        seed=3,
        held_out=samples if held_out else None,
    )
    return student


class InterruptError(Exception):
    """Something stops a training in its middle."""


def interrupted_at(step: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def guard(*args: object, **kwargs: object) -> float:
        if kwargs['step'] == step:
            raise InterruptError
        return guarded_norm(*args, **kwargs)  # type: ignore[arg-type]  # handed on as they came

    monkeypatch.setattr('training.engine.optim.guarded_norm', guard)


def same(one: nn.Module, other: nn.Module) -> bool:
    pairs = zip(one.state_dict().values(), other.state_dict().values(), strict=True)
    return all(torch.equal(a, b) for a, b in pairs)


@pytest.mark.slow
def test_the_extractor_goes_on_exactly_where_it_was_interrupted(
    episodes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = seen(episodes, tmp_path / 'whole', PICTURES)
    with monkeypatch.context() as patch:
        interrupted_at(4, patch)
        with pytest.raises(InterruptError):
            seen(episodes, tmp_path / 'broken', PICTURES)
    resumed = seen(episodes, tmp_path / 'broken', PICTURES)
    assert same(whole, resumed)
    assert same(whole, seen(episodes, tmp_path / 'validated', PICTURES, held_out=True))
    assert len(validation_losses(tmp_path / 'validated', 'extractor')) == 2
    assert not same(whole, seen(episodes, tmp_path / 'short', replace(PICTURES, steps=5)))


@pytest.mark.slow
@pytest.mark.parametrize(
    ('train', 'stage', 'name', 'kept'),
    [
        (train_temporal, HISTORY, 'temporal', ('extractor', 'steering')),
        (
            train_steering,
            STEERING,
            'steering',
            ('extractor', 'borders', 'temporal', 'heads'),
        ),
    ],
)
def test_a_stage_resumes_exactly_and_changes_only_its_part(
    episodes: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    train: Callable[..., None],
    stage: TemporalStage | SteeringStage,
    name: str,
    kept: tuple[str, ...],
) -> None:
    features = features_of(episodes)

    def student_of(run: Path, *, held_out: FeatureSet | None = None) -> Student:
        student, folder = fresh(), RunFolder(run, 'the same')
        train(student, features, stage=stage, run=folder, process=HERE, seed=3, held_out=held_out)
        return student

    whole = student_of(tmp_path / 'whole')
    with monkeypatch.context() as patch:
        interrupted_at(6, patch)
        with pytest.raises(InterruptError):
            student_of(tmp_path / 'broken')
    assert same(whole, student_of(tmp_path / 'broken'))
    assert same(whole, student_of(tmp_path / 'validated', held_out=features))
    assert validation_losses(tmp_path / 'validated', name)
    assert not same(getattr(whole, name), getattr(fresh(), name))
    for part in kept:
        assert same(getattr(whole, part), getattr(fresh(), part)), part


@pytest.mark.slow
def test_who_learns_in_a_mirror_steers_alike_to_both_sides(episodes: Path, tmp_path: Path) -> None:
    features = features_of(episodes)
    table, tokens = features.table, features.tokens

    def unlike(mirror: float) -> float:
        """How far the steering in the mirror is from that of the road, turned round."""
        student, folder = fresh(), RunFolder(tmp_path / str(mirror), 'the same')
        stage = replace(STEERING, steps=100, mirror=mirror)
        train_steering(student, features, stage=stage, run=folder, process=HERE, seed=3)
        conditions, all_of_them = (
            table.conditions(torch.arange(50)),
            torch.ones(50, dtype=torch.bool),
        )
        with torch.no_grad():
            fused = student.extractor.fuse(tokens[:50].float(), table.alive[:50])
            borders = student.borders(fused, conditions)[:, None]
        conditions = conditions[:, None]
        known = all_of_them[:, None]
        turned = (
            mirrored_borders(borders, all_of_them),
            mirrored_conditions(conditions, all_of_them),
        )
        both = student.steering(borders, conditions, known) + student.steering(*turned, known)
        return float(both[..., 0].abs().mean())

    assert unlike(0.5) < 0.5 * unlike(0.0)


@pytest.mark.slow
def test_tokens_of_pictures_are_those_of_the_extractor(episodes: Path) -> None:
    found = load_index(episodes, VIEWS.names)
    student = fresh().eval()
    first = view_tokens(found, student, VIEWS, half=None)
    kept = view_tokens(found, student, VIEWS, half=None)
    assert torch.equal(first, kept)
    assert len(first) == len(SampleTable(found))
    with torch.no_grad():
        student.extractor.read_out.mul_(-1.0)
    other = view_tokens(found, student, VIEWS, half=None)
    assert torch.allclose(other.float(), -first.float(), rtol=2e-2, atol=2e-2)


def test_a_loss_that_is_no_number_stops_with_a_reason() -> None:
    weights = nn.Parameter(torch.ones(2))
    loss = (weights * float('nan')).sum()
    loss.backward()
    with pytest.raises(TrainingError, match=r'step 7: the loss is nan; the last checkpoint'):
        guarded_norm(loss, [weights], clip=1.0, most=1e3, step=7)


def test_a_gradient_that_explodes_stops_with_a_reason() -> None:
    weights = nn.Parameter(torch.ones(2))
    loss = (1e6 * weights).sum()
    loss.backward()
    with pytest.raises(TrainingError, match=r'step 2: the gradient has norm 1.41e\+06'):
        guarded_norm(loss, [weights], clip=1.0, most=1e3, step=2)


def test_gradients_are_clipped() -> None:
    weights = nn.Parameter(torch.ones(4))
    loss = (10.0 * weights).sum()
    loss.backward()
    assert guarded_norm(loss, [weights], clip=1.0, most=1e3, step=0) == pytest.approx(20.0)
    assert weights.grad is not None
    assert float(weights.grad.norm()) == pytest.approx(1.0, rel=1e-3)


@pytest.mark.slow
@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_a_signal_saves_the_step_under_way_and_the_training_goes_on_exactly(
    number: signal.Signals, episodes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    features = features_of(episodes)

    def taught(run: Path) -> Student:
        student, folder = fresh(), RunFolder(run, 'the same')
        train_temporal(student, features, stage=HISTORY, run=folder, process=HERE, seed=3)
        return student

    def guard(*args: object, **kwargs: object) -> float:
        if kwargs['step'] == 5:
            signal.raise_signal(number)
        return guarded_norm(*args, **kwargs)  # type: ignore[arg-type]  # handed on as they came

    handlers = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    with monkeypatch.context() as patch:
        patch.setattr('training.engine.optim.guarded_norm', guard)
        with pytest.raises(KeyboardInterrupt, match='temporal: saved after step 6 of 8'):
            taught(tmp_path / 'broken')
    checkpoint = RunFolder(tmp_path / 'broken', 'the same').load('temporal')
    assert checkpoint is not None
    assert checkpoint.step == 6
    assert same(taught(tmp_path / 'whole'), taught(tmp_path / 'broken'))
    assert handlers == (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM))


def begun(folder: Path, config: object) -> Path:
    """A run that has saved a checkpoint."""
    RunFolder(folder, config).save(Checkpoint(1, {}), 'extractor')
    return folder


def test_a_run_of_another_training_is_refused_and_the_setting_is_named(tmp_path: Path) -> None:
    run = begun(tmp_path / 'run', {'pictures': PICTURES})
    RunFolder(run, {'pictures': PICTURES})
    with pytest.raises(InputError, match=r'other settings: --pictures.steps \(was 6, now 7\);'):
        RunFolder(run, {'pictures': replace(PICTURES, steps=7)})


def test_settings_that_change_no_result_may_change_on_the_way(tmp_path: Path) -> None:
    run = begun(tmp_path / 'run', {'processes': 2, 'rounds': 1, 'pictures': PICTURES})
    other = replace(PICTURES, workers=3, save_every=1, log_every=1)
    RunFolder(run, {'processes': 64, 'rounds': 5, 'pictures': other})
    assert json.loads((run / 'config.json').read_text())['processes'] == 64


def test_settings_of_a_run_that_has_saved_nothing_are_replaced(tmp_path: Path) -> None:
    RunFolder(tmp_path / 'run', PICTURES)
    RunFolder(tmp_path / 'run', replace(PICTURES, steps=7))
    assert json.loads((tmp_path / 'run' / 'config.json').read_text())['steps'] == 7


@pytest.mark.parametrize('setting', [{'steps': 0}, {'batch': -1}, {'learning_rate': float('nan')}])
def test_a_stage_refuses_settings_that_cannot_be(setting: dict[str, float]) -> None:
    with pytest.raises(InputError, match=f'ExtractorStage.{next(iter(setting))} must be between'):
        replace(PICTURES, **setting)


def test_a_damaged_checkpoint_is_told(tmp_path: Path) -> None:
    run = RunFolder(tmp_path / 'run', PICTURES)
    (tmp_path / 'run' / 'extractor.safetensors').write_bytes(b'half of it')
    with pytest.raises(InputError, match=r'cannot be read .* delete the file'):
        run.load('extractor')
