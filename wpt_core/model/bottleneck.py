# SPDX-License-Identifier: Apache-2.0
"""How much may the features say? White noise on features of fixed power, in training only.

A policy that is trained in a simulator can cheat by features of the simulator's artefacts that
betray its own deviation (arXiv 2504.19077); what must get through a noisy channel is what matters.
"""

import math

import torch
from torch import Tensor, nn

__all__ = ['Bottleneck', 'measured_capacity_bits']

_LEAST_POWER = 1e-6


class Bottleneck(nn.Module):
    """Scales every feature vector to power 1 a feature, and adds noise while training.

    However large the network makes its features, signal over noise stays what it is here: by the
    concavity of the logarithm the capacity is at most that of equal powers.
    """

    def __init__(self, signal_to_noise: float) -> None:
        super().__init__()
        self.noise = 0.0 if math.isinf(signal_to_noise) else 1.0 / math.sqrt(signal_to_noise)
        """Standard deviation of what is added to a feature."""

    def forward(self, features: Tensor) -> Tensor:
        """Features (..., F) with mean square 1 over F; noisy in training mode."""
        power = features.square().mean(dim=-1, keepdim=True)
        clean = features * torch.rsqrt(power + _LEAST_POWER)
        return self.noisy(clean) if self.training else clean

    def noisy(self, clean: Tensor) -> Tensor:
        """As seen through the channel."""
        return clean + self.noise * torch.randn_like(clean)


def measured_capacity_bits(features: Tensor, noise: float, *, noisy: bool = False) -> float:
    """Bits that features (B, F) can carry over the channel, from their variance over a batch.

    Each feature counts 0.5 log2(1 + variance / noise²): what is the same in all samples says
    nothing. `noisy`: the noise is in the features already, and is taken out of their variance.
    """
    if noise == 0.0:
        return math.inf
    variances = features.detach().double().var(dim=0, unbiased=False)
    if noisy:
        variances = torch.clamp(variances - noise**2, min=0.0)
    return float(0.5 * torch.log2(1.0 + variances / noise**2).sum())
