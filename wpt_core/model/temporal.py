# SPDX-License-Identifier: Apache-2.0
"""From a short history of features to the plan query: a small causal transformer."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from wpt_core.model.config import CONDITIONS, StudentConfig

__all__ = ['Temporal']


class _Layer(nn.Module):
    """Attention with a learned bias by distance in time, then a perceptron, both residual."""

    def __init__(self, config: StudentConfig) -> None:
        super().__init__()
        width, self.heads = config.width, config.heads
        self.before_attention = nn.LayerNorm(width)
        self.inward = nn.Linear(width, 3 * width)
        self.outward = nn.Linear(width, width)
        self.bias = nn.Parameter(torch.zeros(config.heads, config.history))
        """By how many steps ago: there is no absolute place, so a short history is no new case."""
        self.perceptron = nn.Sequential(
            nn.LayerNorm(width),
            nn.Linear(width, 4 * width),
            nn.GELU(),
            nn.Linear(4 * width, width),
        )

    def forward(self, steps: Tensor, barred: Tensor, ago: Tensor) -> Tensor:
        """Steps (B, T, W); barred (B, 1, T, T): 0 or minus infinity; ago (T, T) steps."""
        batch, count, width = steps.shape
        mixed = self.inward(self.before_attention(steps))
        mixed = mixed.view(batch, count, 3, self.heads, width // self.heads)
        query, key, value = mixed.permute(2, 0, 3, 1, 4)
        bias = self.bias[:, ago] + barred
        seen = functional.scaled_dot_product_attention(query, key, value, attn_mask=bias)
        steps = steps + self.outward(seen.transpose(1, 2).reshape(batch, count, width))
        moved: Tensor = steps + self.perceptron(steps)
        return moved


class Temporal(nn.Module):
    """Every step sees itself and what was before it, at most `history` steps in all."""

    def __init__(self, config: StudentConfig) -> None:
        super().__init__()
        self.of_features = nn.Linear(config.features, config.width)
        self.of_conditions = nn.Sequential(
            nn.Linear(CONDITIONS, config.width), nn.GELU(), nn.Linear(config.width, config.width)
        )
        self.layers = nn.ModuleList(_Layer(config) for _ in range(config.layers))
        self.last = nn.LayerNorm(config.width)

    def forward(self, features: Tensor, conditions: Tensor, known: Tensor) -> Tensor:
        """Features (B, T, F), conditions (B, T, C), known (B, T) bool to queries (B, T, W).

        The newest step is the last; steps that are not known are seen by nobody but themselves.
        """
        count = features.shape[1]
        place = torch.arange(count, device=features.device)
        ago = place[:, None] - place[None, :]
        itself = ago == 0
        open_ = ((ago >= 0)[None] & known[:, None, :]) | itself[None]
        barred = torch.zeros_like(open_, dtype=features.dtype)
        barred = barred.masked_fill(~open_, float('-inf'))[:, None]
        steps = self.of_features(features) + self.of_conditions(conditions)
        for layer in self.layers:
            steps = layer(steps, barred, ago.clamp(min=0))
        queries: Tensor = self.last(steps)
        return queries
