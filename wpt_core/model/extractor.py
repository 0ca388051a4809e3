# SPDX-License-Identifier: Apache-2.0
"""From pictures to features: one backbone for all views, then one vector for all of them."""

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from wpt_core.model.bottleneck import Bottleneck
from wpt_core.model.config import StudentConfig

__all__ = ['Extractor']

_MIDDLE, _SPREAD = 118.0, 60.0
"""Of grey values over many renderings; only the order of magnitude matters."""


def _convolution(of: int, to: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(of, to, 3, stride, 1, bias=False), nn.BatchNorm2d(to), nn.ReLU(inplace=True)
    )


class _Residual(nn.Module):
    """Two convolutions beside a shortcut."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = _convolution(channels, channels)
        self.second = nn.Sequential(
            nn.Conv2d(channels, channels, 3, 1, 1, bias=False), nn.BatchNorm2d(channels)
        )

    def forward(self, maps: Tensor) -> Tensor:
        return torch.relu(maps + self.second(self.first(maps)))


def _backbone(config: StudentConfig) -> nn.Sequential:
    """(M, 3, H, W) pictures to (M, C, h, w) maps; the places stay, the last map is not pooled."""
    first = config.stages[0]
    layers: list[nn.Module] = [
        _convolution(3, first // 2, 2),
        _convolution(first // 2, first, 2),
        _Residual(first),
    ]
    for before, after in pairwise(config.stages):
        layers += [_convolution(before, after, 2), _Residual(after)]
    layers += [nn.Conv2d(config.stages[-1], config.view_channels, 1), nn.ReLU(inplace=True)]
    return nn.Sequential(*layers)


class Extractor(nn.Module):
    """N views and which of them live, to one feature vector behind the bottleneck.

    Each view has its own read-out of the shared backbone's map, which knows where the view looks;
    a view that is missing is replaced by what training found best to assume.
    """

    def __init__(self, config: StudentConfig) -> None:
        super().__init__()
        rows, columns = config.map_cells
        cells = config.view_channels * rows * columns
        token = config.view_token
        self.backbone = _backbone(config)
        self.read_out = nn.Parameter(torch.empty(config.views, cells, token))
        nn.init.normal_(self.read_out, std=cells**-0.5)
        self.absent = nn.Parameter(torch.zeros(config.views, token))
        self.fusion = nn.Sequential(
            nn.Linear(config.views * token, config.features),
            nn.GELU(),
            nn.Linear(config.features, config.features),
            # Without it training drifts to features that are large and the same for all pictures,
            # and those carry nothing past the noise: 28 of 700 bits were left after 80 steps.
            nn.BatchNorm1d(config.features, affine=False),
        )
        self.bottleneck = Bottleneck(config.signal_to_noise)

    def forward(self, views: Tensor, alive: Tensor) -> Tensor:
        """Views (B, N, H, W, 3) uint8 RGB and alive (B, N) bool to features (B, F)."""
        return self.fuse(self.tokens(views, alive), alive)

    def tokens(self, views: Tensor, alive: Tensor) -> Tensor:
        """(B, N, token) of power 1: what each view says by itself; of a dead view anything."""
        if self.training:
            maps = self._maps_of_living(views, alive)
        else:
            # One shape for all masks, as graphs and exports want it; the dead are dropped later.
            maps = self._maps(views.flatten(0, 1))
        seen = maps.view(*alive.shape, -1).transpose(0, 1)
        said = torch.bmm(seen, self.read_out.to(seen.dtype)).transpose(0, 1)
        # Each by itself, so that a view which is missing does not change what the others say.
        return functional.layer_norm(said, said.shape[-1:])

    def fuse(self, tokens: Tensor, alive: Tensor) -> Tensor:
        """Tokens (B, N, token) of the living views to features (B, F)."""
        tokens = torch.where(alive[..., None], tokens, self.absent.to(tokens.dtype))
        features: Tensor = self.bottleneck(self.fusion(tokens.flatten(1)).float())
        return features

    def _maps(self, pictures: Tensor) -> Tensor:
        """(M, H, W, 3) uint8 to (M, cells)."""
        dtype = next(self.backbone.parameters()).dtype
        # Pictures lie channels last already: a permuted view is what fast convolutions want.
        scaled = (pictures.permute(0, 3, 1, 2).to(dtype) - _MIDDLE) / _SPREAD
        maps: Tensor = self.backbone(scaled).flatten(1)
        return maps

    def _maps_of_living(self, views: Tensor, alive: Tensor) -> Tensor:
        """As `_maps`, without work for the dead, which would also spoil the batch's statistics."""
        living = self._maps(views[alive])
        maps = living.new_zeros((*alive.shape, living.shape[-1]))
        maps[alive] = living
        return maps.flatten(0, 1)
