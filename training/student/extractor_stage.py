# SPDX-License-Identifier: Apache-2.0
"""First stage: trains the extractor on single samples.

Targets are the plan, the action, the lane borders and a lane mask of the front view. The temporal
model (which gets one step) and the mask head are discarded afterwards.
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

__all__ = ['ExtractorStage', 'LaneMaskHead', 'train_extractor']

_VALIDATED = 32
"""Sets of views in the validation batch."""


@dataclass(frozen=True)
class ExtractorStage(OptimConfig):
    """Settings of the first stage; the batch counts sets of views."""

    steps: Count = 9600
    ahead_steps: Annotated[int, Bounds(0, 100_000_000)] = 8000
    """First steps, on the front view only: a sixth of the work, and the network learns lanes far
    sooner than with all views."""
    batch: Count = 64
    learning_rate: Rate = 1e-3
    workers: Annotated[int, Bounds(0, 1000)] = 1
    """Processes that read images."""
    augmentation: Augmentation = field(default_factory=Augmentation)
    terms: Terms = field(default_factory=Terms)


class LaneMaskHead(nn.Module):
    """Predicts the lane mask of the front view, an auxiliary task for the features."""

    def __init__(self, student: Student) -> None:
        super().__init__()
        config = student.config
        self.picture = nn.Sequential(nn.Conv2d(config.stages[-2], 4, 1), nn.PixelShuffle(2))
        # Feature map at 1/16 of the view, in the middle of the backbone.
        self._map: Tensor | None = None
        middle = student.extractor.backbone[2 * (len(config.stages) - 1)]
        middle.register_forward_hook(self._keep)

    def mask(self, alive: Tensor) -> Tensor:
        """Return logits (F, h, w) for the front views of the last batch that are alive."""
        assert self._map is not None
        first = torch.zeros_like(alive)
        first[:, 0] = True
        # In evaluation mode the extractor computes dead views as well.
        shown = first[alive] if self.training else (first & alive).flatten()
        outputs: Tensor = self.picture(self._map[shown].float())
        return outputs[:, 0]

    def _keep(self, _module: nn.Module, _inputs: object, outputs: Tensor) -> None:
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
    """Train in place from the newest checkpoint; the validation loss is on sets of `held_out`."""
    table = SampleTable(samples.episodes)
    mask_head = LaneMaskHead(student)
    both = nn.ModuleDict({'student': student, 'sight': mask_head}).to(process.device)
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
        validate = _validation(student, mask_head, held_out, views, stage, process)
    loop.run(
        stream,
        lambda _, batch: _loss(student, mask_head, batch, table, stage, process),
        validate=validate,
    )


def _validation(
    student: Student,
    mask_head: LaneMaskHead,
    held_out: Samples,
    views: Rig,
    stage: ExtractorStage,
    process: Process,
) -> Callable[[int], Tensor]:
    """Return the loss on a fixed batch without augmentation, with the views of the step."""
    still = replace(stage, augmentation=replace(stage.augmentation, speed=0.0))
    table = SampleTable(held_out.episodes)

    def fixed(*, ahead_only: bool) -> ImageBatch:
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
        batch = ahead if step < stage.ahead_steps else around
        return _loss(student, mask_head, batch, table, still, process)[0]

    ahead, around = fixed(ahead_only=True), fixed(ahead_only=False)
    return loss


def _loss(
    student: Student,
    mask_head: LaneMaskHead,
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
    images, alive = batch.views.to(process.device), batch.alive.to(process.device)
    with process.autocast():
        features = student.extract(images, alive)
    decision = student.decide(
        features[:, None], conditions[:, None], torch.ones_like(alive[:, :1], dtype=torch.bool)
    )
    plan, choice = plan_loss(decision, target, student.plan_scales)
    action = action_loss(decision, target)
    lane = lane_loss(student.borders(features, conditions), target)
    masks = batch.masks[batch.alive[:, 0]].to(process.device)
    mask = mask_loss(mask_head.mask(alive), masks, (masks.amax(dim=(1, 2)) > 0.0).float())
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
    """Copy a target to the device of this process."""
    return Target(*(getattr(target, name).to(process.device) for name in Target.__slots__))
