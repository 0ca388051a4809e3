# SPDX-License-Identifier: Apache-2.0
"""The training loop on a small network: accumulation, averages, best and last, resuming."""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from training.engine.distributed import Process
from training.engine.loop import TrainingLoop
from training.engine.optim import OptimConfig, TrainingError, decay_matrices, guarded_norm
from training.engine.run_folder import Checkpoint, RunFolder, trained_weights
from wpt_core.types import InputError

CONFIG = OptimConfig(steps=12, batch=8, learning_rate=0.05, warm_up=1, save_every=4, log_every=5)
HERE = Process(torch.device('cpu'))


def network() -> nn.Module:
    torch.manual_seed(1)
    return nn.Sequential(nn.Linear(4, 8), nn.Dropout(0.1), nn.ReLU(), nn.Linear(8, 1)).double()


def samples(number: int) -> Tensor:
    """One sample."""
    generator = torch.Generator().manual_seed(number)
    return torch.randn(4, generator=generator, dtype=torch.float64)


def batches(loop: TrainingLoop) -> Iterator[Tensor]:
    """The same samples at each step, in as many batches as there are."""
    for number in loop.batches:
        first = number * loop.batch_size
        yield torch.stack([samples(first + index) for index in range(loop.batch_size)])


def trained(
    folder: Path,
    config: OptimConfig = CONFIG,
    *,
    module: nn.Module | None = None,
    losses: Mapping[int, float] | None = None,
    **options: Any,
) -> nn.Module:
    """After a training; `losses` are the validation losses by step."""
    module = module or network()
    loop = TrainingLoop(
        module, config, run=RunFolder(folder, config), process=HERE, name='net', seed=3, **options
    )

    def loss(_step: int, batch: Tensor) -> tuple[Tensor, Any]:
        return (module(batch)[:, 0] - batch.sum(dim=1)).square().mean(), dict

    validate = None if losses is None else lambda step: torch.tensor(losses[step + 1])
    module.train()
    loop.run(batches(loop), loss, validate=validate)
    return module


class StoppedError(Exception):
    """Raised in the middle of a training."""


def stopped_at(step: int, patch: pytest.MonkeyPatch) -> None:
    def guard(*args: Any, **kwargs: Any) -> float:
        if kwargs['step'] == step:
            raise StoppedError
        return guarded_norm(*args, **kwargs)

    patch.setattr('training.engine.optim.guarded_norm', guard)


def same(one: Mapping[str, Tensor], other: Mapping[str, Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[key], other[key]) for key in one)


def logged(folder: Path, name: str) -> list[float]:
    rows = map(json.loads, (folder / 'metrics.jsonl').read_text().splitlines())
    return [row[f'net/{name}'] for row in rows if f'net/{name}' in row]


@pytest.mark.parametrize('count', [2, 8])
def test_micro_batches_give_the_gradient_of_the_whole_batch(tmp_path: Path, count: int) -> None:
    still = network().eval()
    for part in still:
        part.train = lambda _mode=True, part=part: part  # type: ignore[method-assign]  # no dropout
    state = {name: tensor.clone() for name, tensor in still.state_dict().items()}
    whole = trained(tmp_path / 'whole', module=still).state_dict()
    whole = {name: tensor.clone() for name, tensor in whole.items()}
    still.load_state_dict(state)
    parts = trained(tmp_path / 'parts', replace(CONFIG, accumulate=count), module=still)
    for name, tensor in parts.state_dict().items():
        torch.testing.assert_close(tensor, whole[name], rtol=1e-9, atol=1e-12)
    assert logged(tmp_path / 'parts', 'loss') == pytest.approx(logged(tmp_path / 'whole', 'loss'))


def test_batches_that_end_early_are_an_error(tmp_path: Path) -> None:
    module = network()
    run = RunFolder(tmp_path, CONFIG)
    loop = TrainingLoop(module, CONFIG, run=run, process=HERE, name='net', seed=3)
    with pytest.raises(TrainingError, match='net: no batches are left for step 2'):
        loop.run([torch.ones(8, 4).double()] * 2, lambda _, batch: (module(batch).mean(), dict))


def test_the_average_follows_its_formula(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = replace(CONFIG, ema_decay=0.5, save_every=1)
    module = network()
    expected = {name: p.detach().clone() for name, p in module.named_parameters()}
    save = RunFolder.save

    def follow(run: RunFolder, checkpoint: Checkpoint, name: str) -> None:
        before = checkpoint.step - 1
        decay = min(0.5, (1 + before) / (10 + before))
        for key, average in expected.items():
            average.mul_(decay).add_(checkpoint.tensors[f'model.{key}'], alpha=1.0 - decay)
            torch.testing.assert_close(checkpoint.tensors[f'ema.{key}'], average)
        save(run, checkpoint, name)

    monkeypatch.setattr(RunFolder, 'save', follow)
    result = trained(tmp_path, config, module=module).state_dict()
    for name, average in expected.items():
        torch.testing.assert_close(result[name], average)
    last = RunFolder.peek(tmp_path, 'net').tensors
    assert not torch.equal(result['0.weight'], last['model.0.weight'])


def test_the_average_changes_no_step(tmp_path: Path) -> None:
    trained(tmp_path / 'plain')
    trained(
        tmp_path / 'averaged', replace(CONFIG, ema_decay=0.9), losses={4: 3.0, 8: 2.0, 12: 1.0}
    )
    plain = RunFolder.peek(tmp_path / 'plain', 'net').tensors
    averaged = RunFolder.peek(tmp_path / 'averaged', 'net').tensors
    assert all(torch.equal(tensor, averaged[name]) for name, tensor in plain.items())


def test_validation_sees_the_averaged_weights(tmp_path: Path) -> None:
    module, seen = network(), []
    config = replace(CONFIG, ema_decay=0.9, save_every=12)
    run = RunFolder(tmp_path, config)
    loop = TrainingLoop(module, config, run=run, process=HERE, name='net', seed=3)

    def validate(_step: int) -> Tensor:
        assert not module.training
        seen.append({name: tensor.clone() for name, tensor in module.state_dict().items()})
        return torch.tensor(1.0)

    loop.run(
        batches(loop), lambda _, batch: (module(batch).square().mean(), dict), validate=validate
    )
    assert module.training
    assert len(seen) == 1
    assert same(seen[0], trained_weights(tmp_path, 'net'))
    assert same(seen[0], module.state_dict())


@pytest.mark.parametrize('result', ['last', 'best'])
@pytest.mark.parametrize('decay', [0.0, 0.9])
def test_best_and_last_survive_an_interruption(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, result: str, decay: float
) -> None:
    config = replace(CONFIG, steps=16, result=result, ema_decay=decay)
    losses = {4: 3.0, 8: 1.0, 12: 2.0, 16: math.nan}
    whole = trained(tmp_path / 'whole', config, losses=losses).state_dict()
    with monkeypatch.context() as patch:
        stopped_at(10, patch)
        with pytest.raises(StoppedError):
            trained(tmp_path / 'broken', config, losses=losses)
    assert same(whole, trained(tmp_path / 'broken', config, losses=losses).state_dict())
    for name in ('net', 'net_best'):
        one, other = (RunFolder.peek(tmp_path / run, name) for run in ('whole', 'broken'))
        assert one.step == other.step == (16 if name == 'net' else 8)
        assert same(one.tensors, other.tensors)
    assert same(whole, trained_weights(tmp_path / 'broken', 'net'))
    best = RunFolder.peek(tmp_path / 'whole', 'net_best').tensors
    assert torch.equal(whole['0.weight'], best['model.0.weight']) == (result == 'best')
    assert same(whole, trained(tmp_path / 'whole', config, losses=losses).state_dict())


def test_the_best_is_of_the_last_part_of_the_schedule(tmp_path: Path) -> None:
    trained(tmp_path, losses={4: 1.0, 8: 3.0, 12: 4.0}, restart_at=6)
    assert RunFolder.peek(tmp_path, 'net_best').step == 8


def test_the_best_without_held_out_data_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match='net: result=best needs held-out data'):
        trained(tmp_path, replace(CONFIG, result='best'))


def test_groups_decay_matrices_only(tmp_path: Path) -> None:
    module = nn.Linear(4, 1).double()
    before = {name: tensor.clone() for name, tensor in module.state_dict().items()}
    config = replace(CONFIG, steps=1, weight_decay=0.5, learning_rate=0.1)
    loop = TrainingLoop(
        module, config, run=RunFolder(tmp_path, config), process=HERE, name='net', seed=3,
        groups=decay_matrices(module),
    )  # fmt: skip
    loop.run(batches(loop), lambda _, batch: (0.0 * module(batch).sum(), dict))
    torch.testing.assert_close(module.weight.data, 0.95 * before['weight'])
    assert torch.equal(module.bias.data, before['bias'])


def test_rate_and_speed_are_logged(tmp_path: Path) -> None:
    trained(tmp_path, replace(CONFIG, warm_up=10, log_every=1))
    rates = logged(tmp_path, 'learning_rate')
    assert rates[:10] == pytest.approx([0.005 * (step + 1) for step in range(10)])
    assert len(rates) == 12
    assert all(speed > 0.0 for speed in logged(tmp_path, 'samples_per_s'))
    assert len(logged(tmp_path, 'samples_per_s')) == 12


@pytest.mark.parametrize('autocast', [False, True])
def test_the_loop_computes_a_whole_loss_in_low_precision(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, autocast: bool
) -> None:
    monkeypatch.setattr('training.engine.distributed.has_fast_bfloat16', lambda: True)
    module, found = nn.Linear(4, 1), []
    run = RunFolder(tmp_path, CONFIG)
    loop = TrainingLoop(
        module, CONFIG, run=run, process=HERE, name='net', seed=3, autocast=autocast
    )

    def loss(_step: int, batch: Tensor) -> tuple[Tensor, Any]:
        outputs = module(batch.float())
        found.append(outputs.dtype)
        return outputs.float().square().mean(), dict

    loop.run(batches(loop), loss, validate=lambda step: loss(step, samples(0)[None])[0])
    assert set(found) == {torch.bfloat16 if autocast else torch.float32}
