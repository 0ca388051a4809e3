# SPDX-License-Identifier: Apache-2.0
"""First stage: the extractor learns to see, from single moments.

It is asked for the plan, the action and the borders of the lane ahead; what it is trained with
besides (a temporal model that sees one step, a head for the borders) is thrown away afterwards.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from tqdm import tqdm

from training.data.book import Book
from training.data.pictures import Augmentation, Moments, PictureBatch, batches
from training.guards import guarded_norm
from training.losses import Target, Terms, action_loss, lane_loss, plan_loss
from training.parallel import Place
from training.run_folder import Checkpoint, RunFolder, module_tensors
from training.tensors import optimiser_tensors, restore_optimiser, under
from wpt_core.model import CONDITIONS, Student, measured_capacity_bits
from wpt_core.types import Rig

__all__ = ['ExtractorStage', 'LaneHead', 'train_extractor']


@dataclass(frozen=True)
class ExtractorStage:
    """How the extractor is trained."""

    steps: int = 2400
    batch: int = 64
    """Sets of views a step, over all processes."""
    learning_rate: float = 1.5e-3
    weight_decay: float = 0.02
    warm_up: int = 100
    clip: float = 5.0
    worst_norm: float = 1e4
    save_every: int = 200
    log_every: int = 20
    workers: int = 1
    augmentation: Augmentation = field(default_factory=Augmentation)
    terms: Terms = field(default_factory=Terms)


class LaneHead(nn.Module):
    """Says where the borders of the lane are; only here to make the features see them."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(features + CONDITIONS, 256), nn.GELU(), nn.Linear(256, 24)
        )

    def forward(self, features: Tensor, conditions: Tensor) -> Tensor:
        said: Tensor = self.layers(torch.cat([features, conditions], dim=-1))
        return said.view(*said.shape[:-1], 12, 2)


def train_extractor(
    student: Student,
    moments: Moments,
    views: Rig,
    *,
    stage: ExtractorStage,
    run: RunFolder,
    place: Place,
    seed: int,
) -> None:
    """Train in place from the newest checkpoint on; returns at once where all is done."""
    book = Book(moments.episodes)
    lane_head = LaneHead(student.config.features).to(place.device)
    both = nn.ModuleDict({'student': student, 'lane_head': lane_head})
    both.to(place.device, memory_format=torch.channels_last)
    optimiser = torch.optim.AdamW(
        both.parameters(), lr=stage.learning_rate, weight_decay=stage.weight_decay
    )
    first = _resume(run, both, optimiser)
    place.same_everywhere(both)
    if first == 0:
        torch.manual_seed(seed + place.rank)
    size = max(1, stage.batch // place.count)
    stream = batches(
        moments,
        views,
        size=size,
        first=first,
        end=stage.steps,
        seed=seed * place.count + place.rank,
        augmentation=stage.augmentation,
        workers=stage.workers,
    )
    both.train()
    bar = tqdm(
        stream, 'extractor', stage.steps, initial=first, disable=None if place.leads else True
    )
    for step, batch in enumerate(bar, first):
        for group in optimiser.param_groups:
            group['lr'] = stage.learning_rate * schedule(step, stage.steps, stage.warm_up)
        loss, values = _loss(student, lane_head, batch, book, stage, place)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        place.mean_gradients(both)
        norm = guarded_norm(
            loss, both.parameters(), clip=stage.clip, most=stage.worst_norm, step=step
        )
        optimiser.step()
        if place.leads and step % stage.log_every == 0:
            bar.set_postfix(loss=f'{loss.item():.3f}')
            run.log(step, {f'extractor/{k}': v for k, v in {**values(), 'norm': norm}.items()})
        if place.leads and ((step + 1) % stage.save_every == 0 or step + 1 == stage.steps):
            run.save(_checkpoint(step + 1, both, optimiser), 'extractor')


def schedule(step: int, steps: int, warm_up: int) -> float:
    """Share of the learning rate: a linear start, then half a cosine down to 2 %."""
    if step < warm_up:
        return (step + 1) / warm_up
    along = (step - warm_up) / max(1, steps - warm_up)
    return 0.02 + 0.98 * 0.5 * (1.0 + math.cos(math.pi * along))


def _loss(
    student: Student,
    lane_head: LaneHead,
    batch: PictureBatch,
    book: Book,
    stage: ExtractorStage,
    place: Place,
) -> tuple[Tensor, Callable[[], dict[str, float]]]:
    flat = book.flat(batch.episodes, batch.rows)
    factor = 1.0 + stage.augmentation.speed * torch.randn(len(flat))
    target = moved(book.target(flat, factor), place)
    told = book.conditions(flat, factor).to(place.device)
    pictures, alive = batch.views.to(place.device), batch.alive.to(place.device)
    with torch.autocast(place.device.type, place.half, enabled=place.half is not None):
        features = student.extract(pictures, alive)
    decision = student.decide(
        features[:, None], told[:, None], torch.ones_like(alive[:, :1], dtype=torch.bool)
    )
    plan, choice = plan_loss(decision, target, student.plan_scales)
    action = action_loss(decision, target)
    lane = lane_loss(lane_head(features, told), target)
    terms = stage.terms
    total = terms.plan * plan + terms.choice * choice + terms.action * action + terms.lane * lane

    def values() -> dict[str, float]:
        noise = student.extractor.bottleneck.noise
        return {
            'loss': total.item(),
            'plan': plan.item(),
            'choice': choice.item(),
            'action': action.item(),
            'lane': lane.item(),
            'capacity_bits': measured_capacity_bits(features, noise, noisy=True),
        }

    return total, values


def moved(target: Target, place: Place) -> Target:
    """The same target on this process's device."""
    return Target(*(getattr(target, name).to(place.device) for name in Target.__slots__))


def _checkpoint(step: int, both: nn.Module, optimiser: torch.optim.Optimizer) -> Checkpoint:
    tensors = module_tensors(both, 'model')
    tensors |= optimiser_tensors(optimiser, 'optimiser')
    tensors['random'] = torch.get_rng_state()
    return Checkpoint(step, tensors)


def _resume(run: RunFolder, both: nn.Module, optimiser: torch.optim.Optimizer) -> int:
    checkpoint = run.load('extractor')
    if checkpoint is None:
        return 0
    both.load_state_dict(under(checkpoint.tensors, 'model'))
    restore_optimiser(optimiser, checkpoint.tensors, 'optimiser')
    torch.set_rng_state(checkpoint.tensors['random'])
    return checkpoint.step
