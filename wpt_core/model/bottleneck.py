# SPDX-License-Identifier: Apache-2.0
"""Information bottleneck: white noise on features of fixed power, in training only.

A policy trained in a simulator can exploit features of the simulator's artefacts that reveal its
own deviation (arXiv 2504.19077). A noisy channel makes such features too expensive.
"""

import math

import torch
from torch import Tensor, nn

__all__ = ['Bottleneck', 'measured_capacity_bits']

_LEAST_POWER = 1e-6


class Bottleneck(nn.Module):
    """Normalises each feature vector to mean square 1, and adds noise in training mode.

    The network cannot raise the signal-to-noise ratio by larger features. As the logarithm is
    concave, the capacity is at most that of equal powers.
    """

    def __init__(self, signal_to_noise: float) -> None:
        super().__init__()
        self.noise = 0.0 if math.isinf(signal_to_noise) else 1.0 / math.sqrt(signal_to_noise)
        """Standard deviation of the noise added to a feature."""

    def forward(self, features: Tensor) -> Tensor:
        """Features (..., F) with mean square 1 over F; noisy in training mode."""
        power = features.square().mean(dim=-1, keepdim=True)
        clean = features * torch.rsqrt(power + _LEAST_POWER)
        return self.noisy(clean) if self.training else clean

    def noisy(self, clean: Tensor) -> Tensor:
        """Return the features with channel noise."""
        return clean + self.noise * torch.randn_like(clean)


def measured_capacity_bits(features: Tensor, noise: float, *, noisy: bool = False) -> float:
    """Return the bits that features (B, F) carry over the channel, from their variance over a
    batch.

    Each feature counts 0.5 log2(1 + variance / noise²): a constant feature counts 0. `noisy`: the
    features contain the noise, and its variance is subtracted.
    """
    if noise == 0.0:
        return math.inf
    variances = features.detach().double().var(dim=0, unbiased=False)
    if noisy:
        variances = torch.clamp(variances - noise**2, min=0.0)
    return float(0.5 * torch.log2(1.0 + variances / noise**2).sum())
