# SPDX-License-Identifier: Apache-2.0
"""Second stage: with the extractor frozen, the temporal model learns to drive from its features.

This is also what on-policy training repeats, on more and more episodes that the student drove.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor, nn
from tqdm import tqdm

from training.data.book import Book
from training.extractor_stage import moved, schedule
from training.guards import guarded_norm
from training.losses import Terms, action_loss, plan_loss
from training.parallel import Place
from training.run_folder import Checkpoint, RunFolder, module_tensors
from training.tensors import optimiser_tensors, restore_optimiser, under
from wpt_core.model import Decision, Student

__all__ = ['TemporalStage', 'train_temporal']


@dataclass(frozen=True)
class TemporalStage:
    """How temporal model and heads are trained."""

    steps: int = 4000
    batch: int = 96
    """Windows of a whole history each, over all processes."""
    learning_rate: float = 6e-4
    weight_decay: float = 0.02
    warm_up: int = 100
    clip: float = 5.0
    worst_norm: float = 1e4
    save_every: int = 500
    log_every: int = 50
    drop_view: float = 0.12
    """Chance of each view to be missing over a whole window."""
    drop_once: float = 0.03
    """Chance of each view to be missing at one step."""
    speed: float = 0.02
    terms: Terms = field(default_factory=Terms)


def train_temporal(
    student: Student,
    book: Book,
    tokens: Tensor,
    *,
    stage: TemporalStage,
    run: RunFolder,
    place: Place,
    seed: int,
    name: str = 'temporal',
) -> None:
    """Train in place from the newest checkpoint of this name on; the extractor stays as it is.

    `tokens` (M, N, token) are those of all moments of the book.
    """
    student.to(place.device).train()
    student.extractor.eval().requires_grad_(False)
    learning = nn.ModuleDict({'temporal': student.temporal, 'heads': student.heads})
    optimiser = torch.optim.AdamW(
        learning.parameters(), lr=stage.learning_rate, weight_decay=stage.weight_decay
    )
    first = _resume(run, name, learning, optimiser)
    place.same_everywhere(learning)
    if first == 0:
        torch.manual_seed(seed + place.rank)
    windows = _Windows(book, student.config.history, size=max(1, stage.batch // place.count))
    bar = tqdm(
        range(first, stage.steps),
        name,
        stage.steps,
        initial=first,
        disable=None if place.leads else True,
    )
    for step in bar:
        for group in optimiser.param_groups:
            group['lr'] = stage.learning_rate * schedule(step, stage.steps, stage.warm_up)
        flat, known = windows.drawn(np.random.default_rng((seed, step, place.rank)))
        loss, values = _loss(student, book, tokens, flat, known, stage, place)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        place.mean_gradients(learning)
        norm = guarded_norm(
            loss, learning.parameters(), clip=stage.clip, most=stage.worst_norm, step=step
        )
        optimiser.step()
        if place.leads and step % stage.log_every == 0:
            bar.set_postfix(loss=f'{loss.item():.3f}')
            run.log(step, {f'{name}/{k}': v for k, v in {**values(), 'norm': norm}.items()})
        if place.leads and ((step + 1) % stage.save_every == 0 or step + 1 == stage.steps):
            run.save(_checkpoint(step + 1, learning, optimiser), name)
    student.eval()


class _Windows:
    """Histories that end at a labelled moment, a batch at a time."""

    def __init__(self, book: Book, history: int, *, size: int) -> None:
        self._size, self._history = size, history
        known = book.known.numpy()
        self._ends = np.flatnonzero(known > 0)
        episode = np.searchsorted(book.starts, self._ends, side='right') - 1
        self._begins = book.starts[episode]

    def drawn(self, generator: np.random.Generator) -> tuple[Tensor, Tensor]:
        """(B, T) moments, the newest last, and which of them lie in the drive."""
        which = generator.integers(0, len(self._ends), self._size)
        back = np.arange(self._history - 1, -1, -1)
        rows = self._ends[which, None] - back
        begins = self._begins[which, None]
        return torch.from_numpy(np.maximum(rows, begins)), torch.from_numpy(rows >= begins)


def _loss(
    student: Student,
    book: Book,
    tokens: Tensor,
    flat: Tensor,
    known: Tensor,
    stage: TemporalStage,
    place: Place,
) -> tuple[Tensor, Callable[[], dict[str, float]]]:
    factor = 1.0 + stage.speed * torch.randn(len(flat), 1)
    alive = _dropped(book.alive[flat], stage)
    extractor = student.extractor
    with torch.no_grad():
        said = tokens[flat].to(place.device).float().flatten(0, 1)
        clean = extractor.fuse(said, alive.to(place.device).flatten(0, 1))
    features = extractor.bottleneck.noisy(clean).unflatten(0, flat.shape)
    told = book.conditions(flat, factor).to(place.device)
    decision = student.decide_all(features, told, known.to(place.device))
    # Steps before the drive began are no moments to learn from.
    counted = known.flatten()
    decision = Decision(*(part.flatten(0, 1)[counted.to(place.device)] for part in decision))
    target = moved(book.target(flat.flatten()[counted], _each(factor, flat)[counted]), place)
    plan, choice = plan_loss(decision, target, student.plan_scales)
    action = action_loss(decision, target)
    terms = stage.terms
    total = terms.plan * plan + terms.choice * choice + terms.action * action

    def values() -> dict[str, float]:
        return {
            'loss': total.item(),
            'plan': plan.item(),
            'choice': choice.item(),
            'action': action.item(),
        }

    return total, values


def _each(factor: Tensor, flat: Tensor) -> Tensor:
    return factor.expand(flat.shape).flatten()


def _dropped(alive: Tensor, stage: TemporalStage) -> Tensor:
    """Views (B, T, N) missing for a whole window, or at one step; one that lives stays."""
    batch, _, count = alive.shape
    gone = (torch.rand(batch, 1, count) < stage.drop_view) & (torch.rand(batch, 1, 1) < 0.5)
    left = alive & ~gone & (torch.rand(alive.shape) >= stage.drop_once)
    return torch.where(left.any(dim=-1, keepdim=True), left, alive)


def _checkpoint(step: int, learning: nn.Module, optimiser: torch.optim.Optimizer) -> Checkpoint:
    tensors = module_tensors(learning, 'model')
    tensors |= optimiser_tensors(optimiser, 'optimiser')
    tensors['random'] = torch.get_rng_state()
    return Checkpoint(step, tensors)


def _resume(
    run: RunFolder, name: str, learning: nn.Module, optimiser: torch.optim.Optimizer
) -> int:
    checkpoint = run.load(name)
    if checkpoint is None:
        return 0
    learning.load_state_dict(under(checkpoint.tensors, 'model'))
    restore_optimiser(optimiser, checkpoint.tensors, 'optimiser')
    torch.set_rng_state(checkpoint.tensors['random'])
    return checkpoint.step
