# SPDX-License-Identifier: Apache-2.0
"""One step after the other: what every training does, whatever its loss is."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, TypeVar

import torch
from torch import Tensor, nn
from tqdm import tqdm

from training.engine.distributed import Place
from training.engine.guards import guarded_norm
from training.engine.interruption import stop_request
from training.engine.random_state import random_tensors, restore_random
from training.engine.run_folder import Checkpoint, RunFolder, module_tensors
from training.engine.tensors import optimiser_tensors, restore_optimiser, under
from wpt_core.types import Bounds, check_bounds

__all__ = ['Count', 'Learning', 'Loss', 'Pace', 'Rate', 'Share', 'schedule']

Item = TypeVar('Item')
Count = Annotated[int, Bounds(1, 100_000_000)]
Rate = Annotated[float, Bounds(1e-15, 1.0)]
Share = Annotated[float, Bounds(0.0, 1.0)]


@dataclass(frozen=True)
class Pace:
    """How a training goes on."""

    steps: Count
    batch: Count
    """Over all processes."""
    learning_rate: Rate
    weight_decay: Annotated[float, Bounds(0.0, 1.0)] = 0.02
    warm_up: Count = 100
    clip: Annotated[float, Bounds(1e-6, 1e9)] = 5.0
    worst_norm: Annotated[float, Bounds(1e-6, 1e9)] = 1e4
    save_every: Count = 250
    """Steps between two checkpoints, each with a validation loss."""
    log_every: Count = 25

    def __post_init__(self) -> None:
        check_bounds(self)


_SHOWN = ('loss', 'validation')

Loss = tuple[Tensor, Callable[[], Mapping[str, float]]]
"""What is minimised, and its parts by name, which are asked for when it is time to log."""


class Learning:
    """An optimiser with its checkpoints: begins at the newest, and writes one now and then."""

    def __init__(
        self,
        module: nn.Module,
        pace: Pace,
        *,
        run: RunFolder,
        place: Place,
        name: str,
        seed: int,
        again_at: int = 0,
    ) -> None:
        self._module, self._pace, self._run, self._place = module, pace, run, place
        self._name, self._again_at = name, again_at
        self._shown: dict[str, str] = {}
        self._optimiser = torch.optim.AdamW(
            module.parameters(), lr=pace.learning_rate, weight_decay=pace.weight_decay
        )
        self.first = self._resume(seed)
        """The step to begin with."""
        place.same_everywhere(module)

    def run(
        self,
        items: Iterable[Item],
        loss_of: Callable[[int, Item], Loss],
        *,
        validate: Callable[[int], Tensor] | None = None,
    ) -> None:
        """A step for each item, from the first step on; `validate` is the loss on held-out data.

        After SIGINT or SIGTERM the step under way is finished, a checkpoint is saved, and
        KeyboardInterrupt says where.
        """
        pace, leads = self._pace, self._place.leads
        bar = tqdm(
            items, self._name, pace.steps, initial=self.first, disable=None if leads else True
        )
        done = self.first
        with bar, stop_request() as request:
            for step, item in enumerate(bar, self.first):
                loss, values = loss_of(step, item)
                norm = self._learn(step, loss)
                done = step + 1
                if leads and step % pace.log_every == 0:
                    self._log(step, {'loss': loss.item(), **values(), 'norm': norm}, bar)
                if done % pace.save_every == 0 or done == pace.steps:
                    self._save(done)
                    if leads and validate is not None:
                        self._log(step, {'validation': self._validated(step, validate)}, bar)
                if self._place.any(request.received):
                    break
            if self._place.any(request.received):
                self._save(done)
                raise KeyboardInterrupt(f'{self._name}: saved after step {done} of {pace.steps}')

    def _learn(self, step: int, loss: Tensor) -> float:
        """One step of the optimiser; returns the norm of the gradient."""
        pace = self._pace
        for group in self._optimiser.param_groups:
            share = schedule(step, pace.steps, pace.warm_up, again_at=self._again_at)
            group['lr'] = pace.learning_rate * share
        self._optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        self._place.mean_gradients(self._module)
        norm = guarded_norm(
            loss, self._module.parameters(), clip=pace.clip, most=pace.worst_norm, step=step
        )
        self._optimiser.step()
        return norm

    def _validated(self, step: int, validate: Callable[[int], Tensor]) -> float:
        """Changes neither weights nor random states, so it leaves no trace in the result."""
        device = self._place.device
        forked = torch.random.fork_rng([device] if device.type == 'cuda' else [])
        with torch.no_grad(), evaluating(self._module), forked:
            return float(validate(step))

    def _log(self, step: int, values: Mapping[str, float], bar: 'tqdm[Item]') -> None:
        self._shown |= {key: f'{values[key]:.3f}' for key in _SHOWN if key in values}
        bar.set_postfix(self._shown)
        self._run.log(step, {f'{self._name}/{key}': value for key, value in values.items()})

    def _save(self, done: int) -> None:
        """All processes take part, because each has a random state of its own."""
        random = random_tensors(self._place)
        if not self._place.leads:
            return
        tensors = module_tensors(self._module, 'model')
        tensors |= optimiser_tensors(self._optimiser, 'optimiser')
        self._run.save(Checkpoint(done, tensors | random), self._name)

    def _resume(self, seed: int) -> int:
        torch.manual_seed(seed + self._place.rank)
        checkpoint = self._run.load(self._name)
        if checkpoint is None:
            return 0
        self._module.load_state_dict(under(checkpoint.tensors, 'model'))
        restore_optimiser(self._optimiser, checkpoint.tensors, 'optimiser')
        restore_random(self._place, checkpoint.tensors)
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


def schedule(step: int, steps: int, warm_up: int, *, again_at: int = 0) -> float:
    """Share of the learning rate: a linear start, then half a cosine down to 2 %.

    What begins at `again_at` has a start and a cosine of its own, of half the height.
    """
    if again_at and step >= again_at:
        return 0.5 * schedule(step - again_at, steps - again_at, warm_up)
    if step < warm_up:
        return (step + 1) / warm_up
    along = (step - warm_up) / max(1, (again_at or steps) - warm_up)
    return 0.02 + 0.98 * 0.5 * (1.0 + math.cos(math.pi * along))
