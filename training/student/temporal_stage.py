# SPDX-License-Identifier: Apache-2.0
"""Second stage: trains temporal model and heads on features of the frozen extractor.

On-policy training repeats this stage, with more and more episodes that the student drove.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from training.engine.distributed import Process
from training.engine.loop import Loss, TrainingLoop
from training.engine.optim import Count, OptimConfig, Rate, Share
from training.engine.run_folder import RunFolder
from training.student.extractor_stage import to_device
from training.student.features import FeatureSet
from training.student.losses import Terms, action_loss, plan_loss
from training.student.sample_table import Windows
from wpt_core.model import Decision, Student

__all__ = ['TemporalStage', 'train_temporal']

_VALIDATED = 256
"""Windows in the validation batch."""


@dataclass(frozen=True)
class TemporalStage(OptimConfig):
    """Settings of the second stage; the batch counts windows of a whole history."""

    steps: Count = 3500
    batch: Count = 96
    learning_rate: Rate = 6e-4
    drop_view: Share = 0.12
    """Probability that a view is missing in a whole window."""
    drop_once: Share = 0.03
    """Probability that a view is missing at one step."""
    speed: Share = 0.02
    """Relative standard deviation of the measured speed."""
    terms: Terms = field(default_factory=Terms)


def train_temporal(
    student: Student,
    features: FeatureSet,
    *,
    stage: TemporalStage,
    run: RunFolder,
    process: Process,
    seed: int,
    name: str = 'temporal',
    episode_weights: NDArray[np.float64] | None = None,
    held_out: FeatureSet | None = None,
) -> None:
    """Train temporal model and heads in place from the newest checkpoint `name`.

    `episode_weights` (E,) are the relative sampling weights of the episodes' samples (default:
    equal). The validation loss is on windows of `held_out`.
    """
    student.to(process.device).train()
    student.extractor.eval().requires_grad_(False)
    trained = nn.ModuleDict({'temporal': student.temporal, 'heads': student.heads})
    loop = TrainingLoop(trained, stage, run=run, process=process, name=name, seed=seed)
    windows = Windows(
        features.table, student.config.history, size=loop.batch_size, weights=episode_weights
    )

    def loss(_step: int, number: int) -> Loss:
        flat, known = windows.sample(np.random.default_rng((seed, number, process.rank)))
        return _loss(student, features, flat, known, stage, process)

    validate = None
    if held_out is not None and held_out.table.labelled:
        validate = _validation(student, held_out, stage, process)
    loop.run(loop.batches, loss, validate=validate)
    student.eval()


def _validation(
    student: Student, held_out: FeatureSet, stage: TemporalStage, process: Process
) -> Callable[[int], Tensor]:
    """Return the loss on a fixed batch of windows, without noise."""
    still = replace(stage, drop_view=0.0, drop_once=0.0, speed=0.0)
    windows = Windows(held_out.table, student.config.history, size=_VALIDATED, weights=None)
    flat, known = windows.sample(np.random.default_rng(0))
    return lambda _step: _loss(student, held_out, flat, known, still, process)[0]


def _loss(
    student: Student,
    features: FeatureSet,
    flat: Tensor,
    known: Tensor,
    stage: TemporalStage,
    process: Process,
) -> Loss:
    table, tokens = features.table, features.tokens
    factor = 1.0 + stage.speed * torch.randn(len(flat), 1)
    alive = _dropped(table.alive[flat], stage)
    extractor = student.extractor
    with torch.no_grad():
        drawn = tokens[flat].to(process.device).float().flatten(0, 1)
        clean = extractor.fuse(drawn, alive.to(process.device).flatten(0, 1))
    noisy = extractor.bottleneck.noisy(clean) if student.temporal.training else clean
    fused = noisy.view(*flat.shape, -1)
    conditions = table.conditions(flat, factor).to(process.device)
    decision = student.decide_all(fused, conditions, known.to(process.device))
    # Steps before the start of the drive are no samples.
    counted = known.flatten()
    decision = Decision(*(part.flatten(0, 1)[counted.to(process.device)] for part in decision))
    target = to_device(
        table.target(flat.flatten()[counted], factor.expand(flat.shape).flatten()[counted]),
        process,
    )
    plan, choice = plan_loss(decision, target, student.plan_scales)
    action = action_loss(decision, target)
    terms = stage.terms
    total = terms.plan * plan + terms.choice * choice + terms.action * action

    def values() -> dict[str, float]:
        return {
            'plan': plan.item(),
            'choice': choice.item(),
            'action': action.item(),
        }

    return total, values


def _dropped(alive: Tensor, stage: TemporalStage) -> Tensor:
    """Drop views (B, T, N) for a whole window or at one step; one that is alive remains."""
    batch, _, count = alive.shape
    gone = (torch.rand(batch, 1, count) < stage.drop_view) & (torch.rand(batch, 1, 1) < 0.5)
    left = alive & ~gone & (torch.rand(alive.shape) >= stage.drop_once)
    return torch.where(left.any(dim=-1, keepdim=True), left, alive)
