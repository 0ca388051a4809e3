# SPDX-License-Identifier: Apache-2.0
"""One step after the other: what every training does, whatever its loss is."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

import torch
from torch import Tensor, nn
from tqdm import tqdm

from training.guards import guarded_norm
from training.parallel import Place
from training.run_folder import Checkpoint, RunFolder, module_tensors
from training.tensors import optimiser_tensors, restore_optimiser, under

__all__ = ['Learning', 'Pace', 'schedule']

Item = TypeVar('Item')


@dataclass(frozen=True)
class Pace:
    """How a training goes on."""

    steps: int
    batch: int
    """Over all processes."""
    learning_rate: float
    weight_decay: float = 0.02
    warm_up: int = 100
    clip: float = 5.0
    worst_norm: float = 1e4
    save_every: int = 250
    log_every: int = 25


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
        self._optimiser = torch.optim.AdamW(
            module.parameters(), lr=pace.learning_rate, weight_decay=pace.weight_decay
        )
        self.first = self._resume(seed)
        """The step to begin with."""
        place.same_everywhere(module)

    def over(self, items: Iterable[Item]) -> Iterator[tuple[int, Item]]:
        """Number the items from the first step on, with a progress bar."""
        pace = self._pace
        self._bar = tqdm(
            items,
            self._name,
            pace.steps,
            initial=self.first,
            disable=None if self._place.leads else True,
        )
        yield from enumerate(self._bar, self.first)

    def step(self, step: int, loss: Tensor, values: Callable[[], Mapping[str, float]]) -> None:
        """Learn from one loss; `values` is asked when it is time to log."""
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
        if not self._place.leads:
            return
        if step % pace.log_every == 0:
            self._bar.set_postfix(loss=f'{loss.item():.3f}')
            said = {'loss': loss.item(), **values(), 'norm': norm}
            self._run.log(step, {f'{self._name}/{key}': value for key, value in said.items()})
        if (step + 1) % pace.save_every == 0 or step + 1 == pace.steps:
            self._run.save(self._checkpoint(step + 1), self._name)

    def _checkpoint(self, step: int) -> Checkpoint:
        tensors = module_tensors(self._module, 'model')
        tensors |= optimiser_tensors(self._optimiser, 'optimiser')
        tensors['random'] = torch.get_rng_state()
        return Checkpoint(step, tensors)

    def _resume(self, seed: int) -> int:
        checkpoint = self._run.load(self._name)
        if checkpoint is None:
            torch.manual_seed(seed + self._place.rank)
            return 0
        self._module.load_state_dict(under(checkpoint.tensors, 'model'))
        restore_optimiser(self._optimiser, checkpoint.tensors, 'optimiser')
        torch.set_rng_state(checkpoint.tensors['random'])
        return checkpoint.step


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
