# SPDX-License-Identifier: Apache-2.0
"""The network that ships: extractor, temporal model and heads."""

import torch
from torch import Tensor, nn

from wpt_core.model.config import StudentConfig
from wpt_core.model.extractor import Extractor
from wpt_core.model.heads import Decision, Heads
from wpt_core.model.steering_head import LaneBorderHead, SteeringHead
from wpt_core.model.temporal import Temporal
from wpt_core.model.units import default_plan_scales

__all__ = ['Student']


class Student(nn.Module):
    """Two halves: `extract` encodes one set of views, `decide` decodes a history of features.

    The first half can be frozen, cached, and run once per image.
    """

    def __init__(self, config: StudentConfig) -> None:
        super().__init__()
        self.config = config
        self.extractor = Extractor(config)
        self.temporal = Temporal(config)
        self.heads = Heads(config)
        self.borders = LaneBorderHead(config)
        self.steering = SteeringHead(config)
        self.plan_scales: Tensor
        self.register_buffer('plan_scales', torch.from_numpy(default_plan_scales()))

    def extract(self, views: Tensor, alive: Tensor) -> Tensor:
        """Views (B, N, H, W, 3) uint8 RGB, alive (B, N) bool, to features (B, F)."""
        features: Tensor = self.extractor(views, alive)
        return features

    def decide(self, features: Tensor, conditions: Tensor, known: Tensor) -> Decision:
        """Decide for the newest step: features (B, T, F), conditions (B, T, C), known (B, T)
        bool."""
        return self.decide_all(features, conditions, known, newest_only=True)

    def decide_all(
        self, features: Tensor, conditions: Tensor, known: Tensor, *, newest_only: bool = False
    ) -> Decision:
        """Decide for each step of the history from the steps before it: (B, T, ...)."""
        queries: Tensor = self.temporal(features, conditions, known)
        steering: Tensor = self.steering(self.borders(features, conditions), conditions, known)
        if newest_only:
            queries, steering = queries[:, -1], steering[:, -1]
        decision: Decision = self.heads(queries, steering)
        return decision
