# SPDX-License-Identifier: Apache-2.0
"""Heads on the plan query: hypotheses with scales and logits, and the acceleration."""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from wpt_core.model.config import CHANNELS, StudentConfig

__all__ = ['Decision', 'Heads']

_LOG_SCALE_RANGE = (-3.0, 4.0)
"""The floor keeps exact channels from dominating the gradient."""


class Decision(NamedTuple):
    """Outputs of the heads, in the normalised units of `wpt_core.model.units`; H hypotheses."""

    means: Tensor
    """(..., H, P, 6)."""
    log_scales: Tensor
    """(..., H, P, 6): logarithms of Laplace scales."""
    logits: Tensor
    """(..., H)."""
    action_means: Tensor
    """(..., 2): curvature and acceleration at now + actuator delay."""
    action_log_scales: Tensor
    """(..., 2)."""
    query: Tensor
    """(..., W): the plan query, which distillation matches."""


class Heads(nn.Module):
    """Two MLPs on the query; the curvature is an input, from the steering head."""

    def __init__(self, config: StudentConfig) -> None:
        super().__init__()
        self.hypotheses, self.points = config.hypotheses, config.points
        numbers = config.hypotheses * (2 * config.points * CHANNELS + 1)
        width = config.width
        self.plan = nn.Sequential(
            nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, numbers)
        )
        self.action = nn.Sequential(nn.Linear(width, width), nn.GELU(), nn.Linear(width, 2))

    def forward(self, query: Tensor, steering: Tensor) -> Decision:
        """Query (..., W), and mean and log scale of the curvature (..., 2), to a decision."""
        lead, count = query.shape[:-1], self.hypotheses
        numbers = self.plan(query)
        points = numbers[..., count:].reshape(*lead, count, 2, self.points, CHANNELS)
        # (..., mean or scale, curvature or acceleration).
        action = torch.stack([steering, self.action(query)], dim=-1)
        low, high = _LOG_SCALE_RANGE
        return Decision(
            means=points[..., 0, :, :],
            log_scales=torch.clamp(points[..., 1, :, :], low, high),
            logits=numbers[..., :count],
            action_means=action[..., 0, :],
            action_log_scales=torch.clamp(action[..., 1, :], low, high),
            query=query,
        )
