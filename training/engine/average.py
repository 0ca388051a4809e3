# SPDX-License-Identifier: Apache-2.0
"""Exponential moving average of the weights of a module."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import torch
from torch import Tensor, nn

__all__ = ['WeightAverage']


class WeightAverage:
    """After step n = 0, 1, ...: `average = d * average + (1 - d) * weight`.

    d = min(decay, (1 + n) / (10 + n)), a warm-up that forgets early weights. Buffers are not
    averaged. With decay 0 nothing is averaged, and the methods do nothing.
    """

    def __init__(self, module: nn.Module, decay: float) -> None:
        self._decay = decay
        self._weights = dict(module.named_parameters()) if decay else {}
        self._averages = {name: p.detach().clone() for name, p in self._weights.items()}

    @torch.no_grad()
    def update(self, step: int) -> None:
        """After the optimiser's step."""
        share = 1.0 - min(self._decay, (1 + step) / (10 + step))
        for name, average in self._averages.items():
            average.lerp_(self._weights[name], share)

    @contextmanager
    def applied(self) -> Iterator[None]:
        """Within it the module has the averaged weights."""
        raw = {name: p.detach().clone() for name, p in self._weights.items()}
        _copy(self._averages, self._weights)
        try:
            yield
        finally:
            _copy(raw, self._weights)

    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        """From a state of the module that was taken within `applied`."""
        _copy(tensors, self._averages)


@torch.no_grad()
def _copy(source: Mapping[str, Tensor], target: Mapping[str, Tensor]) -> None:
    for name, tensor in target.items():
        tensor.copy_(source[name])
