# SPDX-License-Identifier: Apache-2.0
"""Settings of a training, its learning rate at each step, and the check of its gradients."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import torch
from torch import Tensor, nn

from wpt_core.types import Bounds, WptError, check_bounds

__all__ = [
    'Count', 'OptimConfig', 'Rate', 'Share', 'TrainingError', 'decay_matrices', 'guarded_norm',
    'learning_rate_share',
]  # fmt: skip

Count = Annotated[int, Bounds(1, 100_000_000)]
Rate = Annotated[float, Bounds(1e-15, 1.0)]
Share = Annotated[float, Bounds(0.0, 1.0)]


class TrainingError(WptError):
    """The training cannot go on; the last checkpoint is sound."""


@dataclass(frozen=True)
class OptimConfig:
    """How long a training runs, with which steps of AdamW, and what it gives in the end."""

    steps: Count
    batch: Count
    """Samples of one step of the optimiser, over all processes and micro-batches."""
    learning_rate: Rate
    schedule: Literal['cosine', 'constant'] = 'cosine'
    """After the warm-up: down to 2 % along a cosine, or constant."""
    weight_decay: Share = 0.02
    warm_up: Count = 100
    clip: Annotated[float, Bounds(1e-6, 1e9)] = 5.0
    worst_norm: Annotated[float, Bounds(1e-6, 1e9)] = 1e4
    accumulate: Count = 1
    """Micro-batches a step: more of them need less memory for the same batch."""
    ema_decay: Annotated[float, Bounds(0.0, 0.999999)] = 0.0
    """Exponential moving average of the weights, for validation and result; 0: none."""
    result: Literal['last', 'best'] = 'last'
    """The weights that the training gives: the last, or those of the lowest validation loss."""
    save_every: Count = 250
    """Steps between two checkpoints, each with a validation loss."""
    log_every: Count = 25

    def __post_init__(self) -> None:
        check_bounds(self)


def learning_rate_share(config: OptimConfig, step: int, *, restart_at: int = 0) -> float:
    """Share of the learning rate: a linear warm-up, then the schedule.

    From step `restart_at` on there is a warm-up and a schedule anew, of half the height.
    """
    if restart_at and step >= restart_at:
        return 0.5 * _share(config, step - restart_at, config.steps - restart_at)
    return _share(config, step, restart_at or config.steps)


def _share(config: OptimConfig, step: int, steps: int) -> float:
    if step < config.warm_up:
        return (step + 1) / config.warm_up
    if config.schedule == 'constant':
        return 1.0
    along = (step - config.warm_up) / max(1, steps - config.warm_up)
    return 0.02 + 0.98 * 0.5 * (1.0 + math.cos(math.pi * along))


def decay_matrices(module: nn.Module) -> list[dict[str, Any]]:
    """Groups for an optimiser: weight decay for matrices only, not for biases and norms."""
    matrices = [p for p in module.parameters() if p.ndim > 1]
    vectors = [p for p in module.parameters() if p.ndim <= 1]
    return [{'params': matrices}, {'params': vectors, 'weight_decay': 0.0}]


def guarded_norm(
    loss: Tensor, parameters: Iterable[nn.Parameter], *, clip: float, most: float, step: int
) -> float:
    """Clip the gradients to `clip` and return their norm before.

    TrainingError for a loss that is not finite, and for a norm that is not below `most`.
    """
    if not math.isfinite(loss.item()):
        raise TrainingError(f'step {step}: the loss is {loss.item()}{_ADVICE}')
    norm = float(torch.nn.utils.clip_grad_norm_(list(parameters), clip))
    if not norm < most:
        raise TrainingError(
            f'step {step}: the gradient has norm {norm:.3g}, more than {most:g}{_ADVICE}'
        )
    return norm


_ADVICE = (
    '; the last checkpoint is sound. Lower the learning rate, or look for bad labels in the data'
)
