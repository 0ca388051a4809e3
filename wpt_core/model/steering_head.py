# SPDX-License-Identifier: Apache-2.0
"""Steering head: curvature from the lane borders now and in earlier steps.

Curvature is predicted from the lane borders only, because a head on the plan query overfitted: the
borders generalise to roads outside the training set, hundreds of features do not.
"""

import torch
from torch import Tensor, nn

from wpt_core.model.config import CONDITIONS, StudentConfig

__all__ = ['BORDER_POINTS', 'STEERING_HISTORY', 'LaneBorderHead', 'SteeringHead']

BORDER_POINTS = 12
"""Distances ahead at which the left and the right lane border are predicted."""
_SIDES = 2
_AGO = (1, 2, 4)
"""Earlier steps whose borders are inputs besides the current ones."""
STEERING_HISTORY = 1 + max(_AGO)
"""Steps of history that the steering head needs."""


class LaneBorderHead(nn.Module):
    """Predicts the borders of the target lane from the features.

    The names of the submodules are keys in the weights file.
    """

    def __init__(self, config: StudentConfig) -> None:
        super().__init__()
        self.say = nn.Sequential(
            nn.Linear(config.features + CONDITIONS, config.width),
            nn.GELU(),
            nn.Linear(config.width, BORDER_POINTS * _SIDES),
        )

    def forward(self, features: Tensor, conditions: Tensor) -> Tensor:
        """Features (..., F), conditions (..., C), to lateral offsets (..., 12, 2), scaled."""
        outputs: Tensor = self.say(torch.cat([features, conditions], dim=-1))
        return outputs.view(*outputs.shape[:-1], BORDER_POINTS, _SIDES)


class SteeringHead(nn.Module):
    """Predicts the curvature and its scale from the borders now and before."""

    def __init__(self, config: StudentConfig) -> None:
        super().__init__()
        width = 2 * config.width
        numbers = BORDER_POINTS * _SIDES * (1 + len(_AGO)) + CONDITIONS
        self.law = nn.Sequential(
            nn.Linear(numbers, width),
            nn.GELU(),
            nn.Linear(width, width),
            nn.GELU(),
            nn.Linear(width, 2),
        )

    def forward(self, borders: Tensor, conditions: Tensor, known: Tensor) -> Tensor:
        """Borders (B, T, 12, 2), conditions (B, T, C), known (B, T) to (B, T, 2).

        Mean and logarithm of the scale, in units of the action head. An unknown step is replaced
        by the next known one.
        """
        now = borders.flatten(2)
        parts, before = [now], now
        for ago in _AGO:
            before = torch.where(_shifted(known, ago)[..., None], _shifted(now, ago), before)
            parts.append(before - now)
        outputs: Tensor = self.law(torch.cat([*parts, conditions], dim=-1))
        return outputs


def _shifted(steps: Tensor, ago: int) -> Tensor:
    """Return (B, T, ...) shifted by `ago` steps; zeros before the first."""
    count = steps.shape[1]
    empty = torch.zeros_like(steps[:, : min(ago, count)])
    return torch.cat([empty, steps[:, : max(count - ago, 0)]], dim=1)
