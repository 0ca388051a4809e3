# SPDX-License-Identifier: Apache-2.0
"""Training loop: optimiser steps, validation, checkpoints, logs, resuming."""

import math
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from itertools import islice
from typing import Any, TypeVar

import torch
from torch import Tensor, nn
from tqdm import tqdm

from training.engine.average import WeightAverage
from training.engine.distributed import Process, unsynchronised
from training.engine.interruption import stop_request
from training.engine.optim import OptimConfig, TrainingError, guarded_norm, learning_rate_share
from training.engine.run_folder import Checkpoint, RunFolder, trained_weights
from training.engine.tensors import (
    module_tensors,
    optimiser_tensors,
    random_tensors,
    restore_optimiser,
    restore_random,
    strip_prefix,
)
from wpt_core.types import InputError

__all__ = ['Loss', 'TrainingLoop']

Batch = TypeVar('Batch')

Loss = tuple[Tensor, Callable[[], Mapping[str, float]]]
"""A mean over the samples, to be minimised, and a function that returns what to log beside it."""

_SHOWN = {'loss': '.3f', 'validation': '.3f', 'samples_per_s': '.0f'}
"""On the progress bar, and how."""


class TrainingLoop:
    """Trains a module in place, from the newest checkpoint called `name` in the run folder on.

    `groups` are those of torch's optimisers (`decay_matrices` makes some); by default all
    parameters are alike. At step `restart_at` the schedule begins anew, for a loss that changes
    there. With `autocast` the whole loss is computed in `process.autocast()`.
    """

    def __init__(
        self,
        module: nn.Module,
        config: OptimConfig,
        *,
        run: RunFolder,
        process: Process,
        name: str,
        seed: int,
        groups: list[dict[str, Any]] | None = None,
        restart_at: int = 0,
        autocast: bool = False,
    ) -> None:
        self._module, self._config, self._run, self._process = module, config, run, process
        self._name, self._restart_at, self._autocast = name, restart_at, autocast
        self._shown: dict[str, str] = {}
        self._optimiser = torch.optim.AdamW(
            groups or module.parameters(),
            lr=config.learning_rate,
            weight_decay=config.weight_decay,
        )
        self._rates = [group['lr'] for group in self._optimiser.param_groups]
        self._average = WeightAverage(module, config.ema_decay)
        self._best_step, self._best_loss = 0, math.inf
        self._first = self._resume(seed)
        self.batch_size = max(1, config.batch // (process.count * config.accumulate))
        """Samples of one micro-batch of this process."""
        self.batches = range(self._first * config.accumulate, config.steps * config.accumulate)
        """Numbers of the micro-batches to come. Resuming is exact if the number and the rank
        decide which samples are in a batch."""

    def run(
        self,
        batches: Iterable[Batch],
        loss: Callable[[int, Batch], Loss],
        *,
        validate: Callable[[int], Tensor] | None = None,
    ) -> None:
        """All steps to come; `loss` and `validate` get the number of the step.

        `batches` yields one for each of `self.batches`. `validate` returns the loss on held-out
        data, in one process only. In the end the module has the weights that the config asks for.
        After SIGINT or SIGTERM the current step is finished, a checkpoint is saved, and
        KeyboardInterrupt says where.
        """
        config, process, name = self._config, self._process, self._name
        if config.result == 'best' and validate is None:
            raise InputError(f'{name}: result=best needs held-out data, and there is none')
        stream, compute = iter(batches), process.averaging(self._module, loss)
        quiet = None if process.leads else True
        self._bar = tqdm(desc=name, total=config.steps, initial=self._first, disable=quiet)
        self._timed = (self._first, time.perf_counter())
        with self._bar, stop_request() as request:
            for step in range(self._first, config.steps):
                self._step(step, list(islice(stream, config.accumulate)), compute)
                due = (step + 1) % config.save_every == 0 or step + 1 == config.steps
                if due and process.leads and validate is not None:
                    self._validate(step, validate)
                stop = process.any(request.received)
                if due or stop:
                    self._save(step + 1)
                    self._timed = (step + 1, time.perf_counter())
                if stop:
                    raise KeyboardInterrupt(
                        f'{name}: saved after step {step + 1} of {config.steps}'
                    )
        if config.result == 'best' or config.ema_decay:
            process.wait()  # for what rank 0 writes
            self._module.load_state_dict(trained_weights(self._run.path, name))

    def _step(self, step: int, batches: Sequence[Batch], compute: Callable[..., Loss]) -> None:
        config = self._config
        share = learning_rate_share(config, step, restart_at=self._restart_at)
        for group, rate in zip(self._optimiser.param_groups, self._rates, strict=True):
            group['lr'] = rate * share
        loss, parts = self._backward(step, batches, compute)
        norm = guarded_norm(
            loss, self._module.parameters(), clip=config.clip, most=config.worst_norm, step=step
        )
        self._optimiser.step()
        self._average.update(step)
        self._bar.update()
        if self._process.leads and step % config.log_every == 0:
            values = {'loss': loss.item(), **parts(), 'norm': norm, 'learning_rate': group['lr']}
            self._log(step, {**values, 'samples_per_s': self._samples_per_s(step + 1)})

    def _backward(self, step: int, batches: Sequence[Batch], compute: Callable[..., Loss]) -> Loss:
        """Gradients of the mean loss over micro-batches; returns it, and the last one's parts."""
        count, means = self._config.accumulate, []
        if len(batches) < count:
            raise TrainingError(f'{self._name}: no batches are left for step {step}')
        self._optimiser.zero_grad(set_to_none=True)
        for number, batch in enumerate(batches, 1):
            # Gradients are averaged over the processes with the last micro-batch.
            with nullcontext() if number == count else unsynchronised(compute):
                with self._process.autocast(enabled=self._autocast):
                    loss, parts = compute(step, batch)
                means.append(loss / count)
                means[-1].backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        return torch.stack(means).detach().sum(), parts

    def _validate(self, step: int, validate: Callable[[int], Tensor]) -> None:
        """Log the loss and keep the best weights. Weights and random states stay as they are."""
        device, autocast = (self._process.device, self._process.autocast(enabled=self._autocast))
        forked = torch.random.fork_rng([device] if device.type == 'cuda' else [])
        with torch.no_grad(), evaluating(self._module), forked, autocast, self._average.applied():
            loss = float(validate(step))
            self._log(step, {'validation': loss})
            if self._best_step <= self._restart_at < step + 1:
                self._best_loss = math.inf  # losses before and after a restart are not compared
            if loss < self._best_loss:
                self._best_step, self._best_loss = step + 1, loss
                tensors = module_tensors(self._module, 'model')
                tensors['validation'] = torch.tensor(loss, dtype=torch.float64)
                self._run.save(Checkpoint(step + 1, tensors), f'{self._name}_best')

    def _samples_per_s(self, done: int) -> float:
        """Since it was asked last, or since the last checkpoint."""
        (since, since_s), self._timed = self._timed, (done, time.perf_counter())
        samples = self.batch_size * self._config.accumulate * self._process.count
        return samples * (done - since) / (self._timed[1] - since_s)

    def _log(self, step: int, values: Mapping[str, float]) -> None:
        self._shown |= {
            key: f'{values[key]:{how}}' for key, how in _SHOWN.items() if key in values
        }
        self._bar.set_postfix(self._shown)
        self._run.log(step, {f'{self._name}/{key}': value for key, value in values.items()})

    def _save(self, done: int) -> None:
        """All processes take part, because each has a random state of its own."""
        tensors = random_tensors(self._process)
        if not self._process.leads:
            return
        tensors |= module_tensors(self._module, 'model')
        tensors |= optimiser_tensors(self._optimiser, 'optimiser')
        if self._config.ema_decay:
            with self._average.applied():
                tensors |= module_tensors(self._module, 'ema')
        if self._config.result == 'best':
            tensors['gives_best'] = torch.tensor(True)
        self._run.save(Checkpoint(done, tensors), self._name)

    def _resume(self, seed: int) -> int:
        """Restore the newest checkpoint, if there is one; returns the step to begin with."""
        torch.manual_seed(seed + self._process.rank)
        checkpoint = self._run.load(self._name)
        if checkpoint is None:
            return 0
        self._module.load_state_dict(strip_prefix(checkpoint.tensors, 'model'))
        restore_optimiser(self._optimiser, checkpoint.tensors, 'optimiser')
        restore_random(self._process, checkpoint.tensors)
        self._average.restore(strip_prefix(checkpoint.tensors, 'ema'))
        if (best := self._run.load(f'{self._name}_best')) is not None:
            self._best_step, self._best_loss = (best.step, float(best.tensors['validation']))
        return checkpoint.step


@contextmanager
def evaluating(module: nn.Module) -> Iterator[None]:
    """Within it the module and all its parts are in evaluation mode."""
    training = [part for part in module.modules() if part.training]
    module.eval()
    try:
        yield
    finally:
        for part in training:
            part.training = True
