# SPDX-License-Identifier: Apache-2.0
"""A training that has gone wrong stops, and says why."""

import math
from collections.abc import Iterable

import torch
from torch import Tensor, nn

from wpt_core.types import WptError

__all__ = ['TrainingError', 'guarded_norm']


class TrainingError(WptError):
    """Going on would spoil the weights; the last checkpoint is sound."""


def guarded_norm(
    loss: Tensor, parameters: Iterable[nn.Parameter], *, clip: float, most: float, step: int
) -> float:
    """Clip the gradients to `clip` and return their norm; TrainingError where they are no good.

    `most` is a norm that no healthy step comes near.
    """
    if not math.isfinite(loss.item()):
        raise TrainingError(
            f'step {step}: the loss is {loss.item()}; the last checkpoint is sound. Lower the '
            'learning rate, or look for bad labels in the data'
        )
    norm = float(torch.nn.utils.clip_grad_norm_(list(parameters), clip))
    if not norm < most:
        raise TrainingError(
            f'step {step}: the gradient has norm {norm:.3g}, more than {most:g}; the last '
            'checkpoint is sound. Lower the learning rate, or look for bad labels in the data'
        )
    return norm
