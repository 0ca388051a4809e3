# SPDX-License-Identifier: Apache-2.0
"""How to steer, from where the lane's borders are and have been.

What is steered by is few numbers on purpose: the borders are seen well on roads that were never
trained on, and what is made of them holds there too. From hundreds of features the same can be
learnt by heart, and is then not done on a new road.
"""

import torch
from torch import Tensor, nn

from wpt_core.model.config import CONDITIONS, StudentConfig

__all__ = ['BORDER_POINTS', 'STEERING_HISTORY', 'LaneBorderHead', 'SteeringHead']

BORDER_POINTS = 12
"""Places ahead at which the left and the right border of the lane to be in are told."""
_SIDES = 2
_AGO = (1, 2, 4)
"""Steps of the history from which the borders are looked at besides those of now."""
STEERING_HISTORY = 1 + max(_AGO)
"""So many steps are enough for it."""


class LaneBorderHead(nn.Module):
    """Where the borders of the lane to be in are, as the features have it."""

    def __init__(self, config: StudentConfig) -> None:
        super().__init__()
        self.say = nn.Sequential(
            nn.Linear(config.features + CONDITIONS, config.width),
            nn.GELU(),
            nn.Linear(config.width, BORDER_POINTS * _SIDES),
        )

    def forward(self, features: Tensor, conditions: Tensor) -> Tensor:
        """Features (..., F), conditions (..., C), to (..., 12, 2): how far left, scaled."""
        said: Tensor = self.say(torch.cat([features, conditions], dim=-1))
        return said.view(*said.shape[:-1], BORDER_POINTS, _SIDES)


class SteeringHead(nn.Module):
    """The curvature to ask for, with its scale, from the borders now and before."""

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

        Mean and logarithm of the scale, in the unit of the action head. In the place of a step
        that is not known stands the next later one that is.
        """
        now = borders.flatten(2)
        parts, before = [now], now
        for ago in _AGO:
            before = torch.where(_shifted(known, ago)[..., None], _shifted(now, ago), before)
            parts.append(before - now)
        said: Tensor = self.law(torch.cat([*parts, conditions], dim=-1))
        return said


def _shifted(steps: Tensor, ago: int) -> Tensor:
    """What stood `ago` steps before in (B, T, ...); zeros before the first."""
    count = steps.shape[1]
    empty = torch.zeros_like(steps[:, : min(ago, count)])
    return torch.cat([empty, steps[:, : max(count - ago, 0)]], dim=1)
