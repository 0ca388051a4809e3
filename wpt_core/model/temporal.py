# SPDX-License-Identifier: Apache-2.0
"""Temporal model: a small causal transformer from a history of features to plan queries."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from wpt_core.model.config import CONDITIONS, StudentConfig

__all__ = ['Temporal']


class _Layer(nn.Module):
    """Attention with a learned bias per time distance, then an MLP, both residual."""

    def __init__(self, config: StudentConfig) -> None:
        super().__init__()
        width, self.heads = config.width, config.heads
        self.before_attention = nn.LayerNorm(width)
        self.inward = nn.Linear(width, 3 * width)
        self.outward = nn.Linear(width, width)
        self.bias = nn.Parameter(torch.zeros(config.heads, config.history))
        """Bias by steps ago. There is no absolute position, so a short history needs no special
        case."""
        self.perceptron = nn.Sequential(
            nn.LayerNorm(width),
            nn.Linear(width, 4 * width),
            nn.GELU(),
            nn.Linear(4 * width, width),
        )

    def forward(self, steps: Tensor, mask: Tensor, ago: Tensor) -> Tensor:
        """Steps (B, T, W); mask (B, 1, T, T), 0 or minus infinity; ago (T, T), in steps."""
        batch, count, width = steps.shape
        mixed = self.inward(self.before_attention(steps))
        mixed = mixed.view(batch, count, 3, self.heads, width // self.heads)
        query, key, value = mixed.permute(2, 0, 3, 1, 4)
        bias = self.bias[:, ago] + mask
        attended = functional.scaled_dot_product_attention(query, key, value, attn_mask=bias)
        steps = steps + self.outward(attended.transpose(1, 2).reshape(batch, count, width))
        updated: Tensor = steps + self.perceptron(steps)
        return updated


class Temporal(nn.Module):
    """Each step attends to itself and to earlier known steps, at most `history` in all."""

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

        The newest step is last. No other step attends to an unknown step.
        """
        count = features.shape[1]
        position = torch.arange(count, device=features.device)
        ago = position[:, None] - position[None, :]
        itself = ago == 0
        allowed = ((ago >= 0)[None] & known[:, None, :]) | itself[None]
        mask = torch.zeros_like(allowed, dtype=features.dtype)
        mask = mask.masked_fill(~allowed, float('-inf'))[:, None]
        steps = self.of_features(features) + self.of_conditions(conditions)
        for layer in self.layers:
            steps = layer(steps, mask, ago.clamp(min=0))
        queries: Tensor = self.last(steps)
        return queries
