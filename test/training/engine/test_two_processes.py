# SPDX-License-Identifier: Apache-2.0
"""Two processes on one machine train as one does, and resume exactly."""

import os
import socket
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, multiprocessing, nn

from training.engine.distributed import Process, training_process
from training.engine.loop import TrainingLoop
from training.engine.optim import OptimConfig
from training.engine.run_folder import RunFolder

STEPS = 6


class Halves(nn.Module):
    """A frozen part, one trained by all processes, one by rank 0 only, and an unused one."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(1)
        self.frozen, self.shared, self.first, self.unused = (
            nn.Linear(4, 4).double() for _ in range(4)
        )
        self.frozen.requires_grad_(False)

    def loss(self, inputs: Tensor, *, first: bool) -> Tensor:
        """A method other than `forward`, as in the stages of a student."""
        outputs = self.shared(self.frozen(inputs))
        total = (outputs - inputs.flip(1)).square().mean()
        return total + (self.first(outputs).square().mean() if first else 0.0)


def train(process: Process, folder: Path, *, accumulate: int, stop_after: int = STEPS) -> None:
    """One sample a micro-batch; the ranks take turns."""
    config = OptimConfig(
        steps=STEPS, batch=2 * accumulate, learning_rate=0.05, warm_up=1, save_every=2,
        accumulate=accumulate, ema_decay=0.9,
    )  # fmt: skip
    module = Halves()
    if process.rank == 1:  # it begins with the weights of rank 0
        module.shared.weight.data.zero_()
    run = RunFolder(folder, config)
    loop = TrainingLoop(module, config, run=run, process=process, name='net', seed=3)

    def loss(step: int, number: int) -> tuple[Tensor, Any]:
        if step == stop_after:
            raise InterruptedError
        total = torch.zeros((), dtype=torch.float64)
        ranks = range(2) if process.count == 1 else [process.rank]
        for rank in ranks:
            generator = torch.Generator().manual_seed(2 * number + rank)
            inputs = torch.randn(1, 4, generator=generator, dtype=torch.float64)
            total = total + module.loss(inputs, first=rank == 0) / len(ranks)
        return total, dict

    loop.run(loop.batches, loss)


def child(rank: int, port: int, folder: Path) -> None:
    os.environ |= {'WORLD_SIZE': '2', 'RANK': str(rank), 'LOCAL_RANK': '0'}
    os.environ |= {'MASTER_ADDR': '127.0.0.1', 'MASTER_PORT': str(port)}
    torch.set_num_threads(1)
    with training_process() as process:
        for accumulate in (1, 3):
            train(process, folder / f'whole_{accumulate}', accumulate=accumulate)
        with pytest.raises(InterruptedError):
            train(process, folder / 'broken', accumulate=1, stop_after=3)
        process.wait()
        train(process, folder / 'broken', accumulate=1)


@pytest.mark.slow
def test_two_processes_train_as_one_and_go_on_exactly(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(('127.0.0.1', 0))
        port = free.getsockname()[1]
    multiprocessing.spawn(child, (port, tmp_path), nprocs=2)
    start = Halves().state_dict()
    for accumulate in (1, 3):
        alone, together = tmp_path / f'alone_{accumulate}', tmp_path / f'whole_{accumulate}'
        train(Process(torch.device('cpu')), alone, accumulate=accumulate)
        found, expected = (RunFolder.peek(run, 'net').tensors for run in (together, alone))
        for name, tensor in expected.items():
            if not name.startswith('random.'):
                torch.testing.assert_close(found[name], tensor, rtol=1e-9, atol=1e-12)
        assert not torch.equal(found['model.first.weight'], start['first.weight'])
        assert torch.equal(found['model.unused.weight'], start['unused.weight'])
    whole, broken = (
        RunFolder.peek(tmp_path / run, 'net').tensors for run in ('whole_1', 'broken')
    )
    assert whole.keys() == broken.keys()
    assert all(torch.equal(tensor, broken[name]) for name, tensor in whole.items())
