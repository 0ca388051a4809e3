# SPDX-License-Identifier: Apache-2.0
"""Optimiser settings, learning rate schedule, gradient check, average of the weights."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import torch
from torch import Tensor, nn

from wpt_core.types import Bounds, WptError, check_bounds

__all__ = [
    'Count', 'OptimConfig', 'Rate', 'Share', 'TrainingError', 'WeightAverage', 'decay_matrices',
    'guarded_norm', 'learning_rate_share', 'restore_optimiser',
]  # fmt: skip

Count = Annotated[int, Bounds(1, 100_000_000)]
Rate = Annotated[float, Bounds(1e-15, 1.0)]
Share = Annotated[float, Bounds(0.0, 1.0)]

_ADVICE = 'the last checkpoint is sound. Lower the learning rate or look for bad labels'


class TrainingError(WptError):
    """The training cannot continue; the last checkpoint is sound."""


@dataclass(frozen=True)
class OptimConfig:
    """Settings of AdamW, the schedule, checkpoints and the result of a training."""

    steps: Count
    batch: Count
    """Samples of one optimiser step, over all processes and micro-batches."""
    learning_rate: Rate
    schedule: Literal['cosine', 'constant'] = 'cosine'
    """After the warm-up: a cosine down to 2 %, or constant."""
    weight_decay: Share = 0.02
    warm_up: Count = 100
    """Steps over which the learning rate rises linearly."""
    clip: Annotated[float, Bounds(1e-6, 1e9)] = 5.0
    """Norm that gradients are clipped to."""
    worst_norm: Annotated[float, Bounds(1e-6, 1e9)] = 1e4
    """Gradient norm that stops the training with an error."""
    accumulate: Count = 1
    """Micro-batches of a step: more of them need less memory for the same batch."""
    ema_decay: Annotated[float, Bounds(0.0, 0.999999)] = 0.0
    """Exponential moving average of the weights, for validation and result; 0: none."""
    result: Literal['last', 'best'] = 'last'
    """Weights that the training results in: the last, or those with the lowest validation loss."""
    save_every: Count = 250
    """Steps from one checkpoint to the next, each with a validation loss."""
    log_every: Count = 25
    """Steps from one line of the log to the next."""

    def __post_init__(self) -> None:
        check_bounds(self)


def learning_rate_share(config: OptimConfig, step: int, *, restart_at: int = 0) -> float:
    """Return the factor on the rate; step `restart_at` begins a schedule of half the height."""
    height, steps = 1.0, restart_at or config.steps
    if restart_at and step >= restart_at:
        height, step, steps = 0.5, step - restart_at, config.steps - restart_at
    if step < config.warm_up:
        return height * ((step + 1) / config.warm_up)
    if config.schedule == 'constant':
        return height
    along = (step - config.warm_up) / max(1, steps - config.warm_up)
    return height * (0.02 + 0.98 * 0.5 * (1.0 + math.cos(math.pi * along)))


def decay_matrices(module: nn.Module) -> list[dict[str, Any]]:
    """Return parameter groups with weight decay for matrices, without for biases and norms."""
    matrices = [p for p in module.parameters() if p.ndim > 1]
    vectors = [p for p in module.parameters() if p.ndim <= 1]
    return [{'params': matrices}, {'params': vectors, 'weight_decay': 0.0}]


def guarded_norm(
    loss: Tensor, parameters: Iterable[nn.Parameter], *, clip: float, most: float, step: int
) -> float:
    """Clip the gradients to the norm `clip` and return their norm before.

    Raise TrainingError for a loss that is not finite, and for a norm that is not below `most`.
    """
    if not math.isfinite(loss.item()):
        raise TrainingError(f'step {step}: the loss is {loss.item()}; {_ADVICE}')
    norm = float(torch.nn.utils.clip_grad_norm_(list(parameters), clip))
    if not norm < most:
        raise TrainingError(
            f'step {step}: the gradient has norm {norm:.3g}, more than {most:g}; {_ADVICE}'
        )
    return norm


def restore_optimiser(optimiser: torch.optim.Optimizer, tensors: Mapping[str, Tensor]) -> None:
    """Load the flattened `state` of an optimiser with the same parameters."""
    state: dict[int, dict[str, Any]] = {}
    for name, tensor in tensors.items():
        number, _, key = name.partition('.')
        state.setdefault(int(number), {})[key] = tensor
    optimiser.load_state_dict({**optimiser.state_dict(), 'state': state})


class WeightAverage:
    """Exponential moving average of parameters, with a warm-up; does nothing with decay 0."""

    def __init__(self, module: nn.Module, decay: float) -> None:
        self._decay = decay
        self._weights = dict(module.named_parameters()) if decay else {}
        self.tensors = {name: p.detach().clone() for name, p in self._weights.items()}

    @torch.no_grad()
    def update(self, step: int) -> None:
        share = 1.0 - min(self._decay, (1 + step) / (10 + step))
        for name, average in self.tensors.items():
            average.lerp_(self._weights[name], share)

    def swap(self) -> None:
        """Exchange the weights and their averages."""
        for name, average in self.tensors.items():
            weight = self._weights[name]
            weight.data, average.data = average.data, weight.data
