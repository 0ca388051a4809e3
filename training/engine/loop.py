# SPDX-License-Identifier: Apache-2.0
"""Training loop: optimiser steps, validation, checkpoints, logs, resuming."""

import math
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from itertools import islice
from typing import Any, TypeVar

import torch
from torch import Tensor, nn
from tqdm import tqdm

from training.engine import optim
from training.engine.distributed import Process
from training.engine.optim import OptimConfig, TrainingError, WeightAverage
from training.engine.run_folder import Checkpoint, RunFolder, leaves, strip_prefix, trained_weights
from training.processes.signals import stop_request
from wpt_core.types import InputError

__all__ = ['Loss', 'TrainingLoop']

Batch = TypeVar('Batch')

Loss = tuple[Tensor, Callable[[], Mapping[str, float]]]
"""Mean loss over the samples, and a function that returns further values to log."""

_SHOWN = {'loss': '.3f', 'validation': '.3f', 'samples_per_s': '.0f'}
"""Values on the progress bar, with their formats."""


class TrainingLoop:
    """Trains a module in place, from the newest checkpoint `name` in the run folder.

    `groups` are parameter groups of torch's optimisers (see `decay_matrices`). At step
    `restart_at` the schedule begins anew, for a loss that changes there. With `autocast` the
    whole loss is computed in `process.autocast()`.
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
        self._optimiser = torch.optim.AdamW(
            groups or module.parameters(), config.learning_rate, weight_decay=config.weight_decay
        )
        self._rates = [group['lr'] for group in self._optimiser.param_groups]
        self._average = WeightAverage(module, config.ema_decay)
        self._best_step, self._best_loss = 0, math.inf
        self._shown: dict[str, str] = {}
        self._first = self._resume(seed)
        self.batch_size = max(1, config.batch // (process.count * config.accumulate))
        """Samples of one micro-batch of this process."""
        self.batches = range(self._first * config.accumulate, config.steps * config.accumulate)
        """Numbers of the remaining micro-batches. Resuming is exact if number and rank decide
        which samples are in a batch."""

    def run(
        self,
        batches: Iterable[Batch],
        loss: Callable[[int, Batch], Loss],
        *,
        validate: Callable[[int], Tensor] | None = None,
    ) -> None:
        """Run the remaining steps; `loss` and `validate` get the number of the step.

        `batches` yields one for each of `self.batches`. `validate` returns the loss on held-out
        data, in one process only. The module ends with the weights that `config.result` names.
        On SIGINT or SIGTERM a checkpoint is saved after the current step, then
        KeyboardInterrupt is raised.
        """
        config, process, name = self._config, self._process, self._name
        if config.result == 'best' and validate is None:
            raise InputError(f'{name}: result=best needs held-out data, and there is none')
        stream, compute = iter(batches), process.averaging(self._module, loss)
        hidden = None if process.leads else True
        self._bar = tqdm(desc=name, total=config.steps, initial=self._first, disable=hidden)
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
            process.wait()  # until rank 0 has written the file
            self._module.load_state_dict(trained_weights(self._run.path, name))

    def _step(self, step: int, batches: Sequence[Batch], compute: Callable[..., Loss]) -> None:
        config = self._config
        share = optim.learning_rate_share(config, step, restart_at=self._restart_at)
        for group, rate in zip(self._optimiser.param_groups, self._rates, strict=True):
            group['lr'] = rate * share
        loss, values = self._backward(step, batches, compute)
        norm = optim.guarded_norm(
            loss, self._module.parameters(), clip=config.clip, most=config.worst_norm, step=step
        )
        self._optimiser.step()
        self._average.update(step)
        self._bar.update()
        if self._process.leads and step % config.log_every == 0:
            rates = {'learning_rate': group['lr'], 'samples_per_s': self._samples_per_s(step + 1)}
            self._log(step, {'loss': loss.item(), **values(), 'norm': norm, **rates})

    def _backward(self, step: int, batches: Sequence[Batch], compute: Callable[..., Loss]) -> Loss:
        """Accumulate gradients; return the mean loss, and the values of the last micro-batch."""
        count, means = self._config.accumulate, []
        if len(batches) < count:
            raise TrainingError(f'{self._name}: no batches are left for step {step}')
        self._optimiser.zero_grad(set_to_none=True)
        for number, batch in enumerate(batches, 1):
            # DDP averages the gradients over the processes with the last micro-batch.
            local = getattr(compute, 'no_sync', nullcontext) if number < count else nullcontext
            with local():
                with self._process.autocast(enabled=self._autocast):
                    loss, values = compute(step, batch)
                means.append(loss / count)
                means[-1].backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        return torch.stack(means).detach().sum(), values

    def _validate(self, step: int, validate: Callable[[int], Tensor]) -> None:
        """Log the loss and keep the best weights; weights and random states do not change."""
        device, module = self._process.device, self._module
        training = [part for part in module.modules() if part.training]
        module.eval()
        self._average.swap()
        forked = torch.random.fork_rng([device] if device.type == 'cuda' else [])
        with torch.no_grad(), forked, self._process.autocast(enabled=self._autocast):
            loss = float(validate(step))
        self._log(step, {'validation': loss})
        if self._best_step <= self._restart_at < step + 1:
            self._best_loss = math.inf  # losses before and after a restart are not compared
        if loss < self._best_loss:
            self._best_step, self._best_loss = step + 1, loss
            tensors = dict(leaves({'model': module.state_dict()}))
            tensors['validation'] = torch.tensor(loss, dtype=torch.float64)
            self._run.save(Checkpoint(step + 1, tensors), f'{self._name}_best')
        self._average.swap()
        for part in training:
            part.training = True

    def _samples_per_s(self, done: int) -> float:
        """Rate since the last call or checkpoint."""
        (since, since_s), self._timed = self._timed, (done, time.perf_counter())
        samples = self.batch_size * self._config.accumulate * self._process.count
        return samples * (done - since) / (self._timed[1] - since_s)

    def _log(self, step: int, values: Mapping[str, float]) -> None:
        self._shown |= {k: f'{values[k]:{form}}' for k, form in _SHOWN.items() if k in values}
        self._bar.set_postfix(self._shown)
        self._run.log(step, {f'{self._name}/{key}': value for key, value in values.items()})

    def _save(self, done: int) -> None:
        """Write a checkpoint; all processes take part, each with its own random state."""
        state: dict[str, Any] = {'random': self._process.random_state()}
        if not self._process.leads:
            return
        state['model'] = self._module.state_dict()
        state['optimiser'] = self._optimiser.state_dict()['state']
        if self._config.ema_decay:
            state['ema'] = state['model'] | self._average.tensors
        if self._config.result == 'best':
            state['gives_best'] = torch.tensor(True)
        self._run.save(Checkpoint(done, dict(leaves(state))), self._name)

    def _resume(self, seed: int) -> int:
        """Restore the newest checkpoint, if there is one; return the first step to run."""
        torch.manual_seed(seed + self._process.rank)
        checkpoint = self._run.load(self._name)
        if checkpoint is None:
            return 0
        self._module.load_state_dict(strip_prefix(checkpoint.tensors, 'model'))
        optim.restore_optimiser(self._optimiser, strip_prefix(checkpoint.tensors, 'optimiser'))
        self._process.restore_random(strip_prefix(checkpoint.tensors, 'random'))
        for name, average in self._average.tensors.items():
            average.copy_(checkpoint.tensors[f'ema.{name}'])
        if (best := self._run.load(f'{self._name}_best')) is not None:
            self._best_step, self._best_loss = best.step, float(best.tensors['validation'])
        return checkpoint.step
