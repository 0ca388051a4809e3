# SPDX-License-Identifier: Apache-2.0
"""First stage: the extractor learns to see, from single samples.

It is asked for the plan, the action and the borders of the lane ahead; what it is trained with
besides (a temporal model that sees one step, a head for the picture) is thrown away afterwards.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Annotated

import torch
from torch import Tensor, nn

from training.engine.distributed import Process
from training.engine.loop import Loss, TrainingLoop
from training.engine.optim import Count, OptimConfig, Rate
from training.engine.run_folder import RunFolder
from training.student.image_batches import Augmentation, ImageBatch, Samples, batches
from training.student.losses import Target, Terms, action_loss, lane_loss, mask_loss, plan_loss
from training.student.mirror import mirrored_conditions, mirrored_target
from training.student.sample_table import SampleTable
from wpt_core.model import Student, measured_capacity_bits
from wpt_core.types import Bounds, Rig

__all__ = ['ExtractorStage', 'SightHead', 'train_extractor']

_VALIDATED = 32
"""Sets of views."""


@dataclass(frozen=True)
class ExtractorStage(OptimConfig):
    """How the extractor is trained; the batch counts sets of views."""

    steps: Count = 9600
    ahead_steps: Annotated[int, Bounds(0, 100_000_000)] = 8000
    """So many of the steps see the first view only: one sixth of the work, and without the others
    beside it the network learns far sooner what a lane is."""
    batch: Count = 64
    learning_rate: Rate = 1e-3
    workers: Annotated[int, Bounds(0, 1000)] = 1
    """Processes that read pictures."""
    augmentation: Augmentation = field(default_factory=Augmentation)
    terms: Terms = field(default_factory=Terms)


class SightHead(nn.Module):
    """Say where the lane is in the picture, which makes the features see it."""

    def __init__(self, student: Student) -> None:
        super().__init__()
        config = student.config
        self.picture = nn.Sequential(nn.Conv2d(config.stages[-2], 4, 1), nn.PixelShuffle(2))
        # The map at 1/16 of the view, in the middle of the backbone.
        self._map: Tensor | None = None
        middle = student.extractor.backbone[2 * (len(config.stages) - 1)]
        middle.register_forward_hook(self._keep)

    def mask(self, alive: Tensor) -> Tensor:
        """(F, h, w) logits for those of the newest pictures that are living first views."""
        assert self._map is not None
        first = torch.zeros_like(alive)
        first[:, 0] = True
        # In evaluation the extractor works out the dead views as well.
        living = first[alive] if self.training else (first & alive).flatten()
        outputs: Tensor = self.picture(self._map[living].float())
        return outputs[:, 0]

    def _keep(self, _module: nn.Module, _given: object, outputs: Tensor) -> None:
        self._map = outputs


def train_extractor(
    student: Student,
    samples: Samples,
    views: Rig,
    *,
    stage: ExtractorStage,
    run: RunFolder,
    process: Process,
    seed: int,
    held_out: Samples | None = None,
) -> None:
    """Train in place from the newest checkpoint on; returns at once where all is done.

    The validation loss is that of some sets of `held_out`.
    """
    table = SampleTable(samples.episodes)
    sight = SightHead(student)
    both = nn.ModuleDict({'student': student, 'sight': sight}).to(process.device)
    student.extractor.backbone.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # missing in torch's stubs
    loop = TrainingLoop(
        both,
        stage,
        run=run,
        process=process,
        name='extractor',
        seed=seed,
        restart_at=stage.ahead_steps if stage.ahead_steps < stage.steps else 0,
    )
    stream = batches(
        samples,
        views,
        size=loop.batch_size,
        first=loop.batches.start,
        end=loop.batches.stop,
        seed=seed * process.count + process.rank,
        augmentation=stage.augmentation,
        workers=stage.workers,
        ahead_until=stage.ahead_steps * stage.accumulate,
    )
    both.train()
    validate = None
    if held_out is not None and held_out.count:
        validate = _validation(student, sight, held_out, views, stage, process)
    loop.run(
        stream,
        lambda _, batch: _loss(student, sight, batch, table, stage, process),
        validate=validate,
    )


def _validation(
    student: Student,
    sight: SightHead,
    held_out: Samples,
    views: Rig,
    stage: ExtractorStage,
    process: Process,
) -> Callable[[int], Tensor]:
    """The loss on the same sets each time, without augmentation; with the views of the step."""
    still = replace(stage, augmentation=replace(stage.augmentation, speed=0.0))
    table = SampleTable(held_out.episodes)

    def batch(*, ahead_only: bool) -> ImageBatch:
        first = batches(
            held_out,
            views,
            size=_VALIDATED,
            first=0,
            end=1,
            seed=0,
            augmentation=None,
            workers=0,
            ahead_until=int(ahead_only),
        )
        return next(first)

    def loss(step: int) -> Tensor:
        seen = ahead if step < stage.ahead_steps else around
        return _loss(student, sight, seen, table, still, process)[0]

    ahead, around = batch(ahead_only=True), batch(ahead_only=False)
    return loss


def _loss(
    student: Student,
    sight: SightHead,
    batch: ImageBatch,
    table: SampleTable,
    stage: ExtractorStage,
    process: Process,
) -> Loss:
    flat = table.flat(batch.episodes, batch.rows)
    factor = 1.0 + stage.augmentation.speed * torch.randn(len(flat))
    target = to_device(mirrored_target(table.target(flat, factor), batch.mirrored), process)
    conditions = mirrored_conditions(table.conditions(flat, factor), batch.mirrored)
    conditions = conditions.to(process.device)
    pictures, alive = batch.views.to(process.device), batch.alive.to(process.device)
    with process.autocast():
        features = student.extract(pictures, alive)
    decision = student.decide(
        features[:, None], conditions[:, None], torch.ones_like(alive[:, :1], dtype=torch.bool)
    )
    plan, choice = plan_loss(decision, target, student.plan_scales)
    action = action_loss(decision, target)
    lane = lane_loss(student.borders(features, conditions), target)
    masks = batch.masks[batch.alive[:, 0]].to(process.device)
    mask = mask_loss(sight.mask(alive), masks, (masks.amax(dim=(1, 2)) > 0.0).float())
    terms = stage.terms
    total = terms.plan * plan + terms.choice * choice + terms.action * action
    total = total + terms.lane * lane + terms.mask * mask

    def values() -> dict[str, float]:
        noise = student.extractor.bottleneck.noise
        return {
            'plan': plan.item(),
            'choice': choice.item(),
            'action': action.item(),
            'lane': lane.item(),
            'mask': mask.item(),
            'capacity_bits': measured_capacity_bits(features, noise, noisy=True),
        }

    return total, values


def to_device(target: Target, process: Process) -> Target:
    """The same target on this process's device."""
    return Target(*(getattr(target, name).to(process.device) for name in Target.__slots__))
