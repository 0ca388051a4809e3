# SPDX-License-Identifier: Apache-2.0
"""Extractor: a shared backbone for all views, fused to one feature vector."""

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from wpt_core.model.bottleneck import Bottleneck
from wpt_core.model.config import StudentConfig

__all__ = ['Extractor']

_MIDDLE, _SPREAD = 118.0, 60.0
"""Mean and standard deviation of grey values over many renderings, roughly."""


def _convolution(of: int, to: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(of, to, 3, stride, 1, bias=False), nn.BatchNorm2d(to), nn.ReLU(inplace=True)
    )


class _Residual(nn.Module):
    """Two convolutions with a shortcut."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = _convolution(channels, channels)
        self.second = nn.Sequential(
            nn.Conv2d(channels, channels, 3, 1, 1, bias=False), nn.BatchNorm2d(channels)
        )

    def forward(self, maps: Tensor) -> Tensor:
        return torch.relu(maps + self.second(self.first(maps)))


def _backbone(config: StudentConfig) -> nn.Sequential:
    """Return a CNN from images (M, 3, H, W) to maps (M, C, h, w), without pooling."""
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
    """N views and their alive mask to one feature vector after the bottleneck.

    Each view has its own linear read-out of the shared feature map, which encodes where the view
    looks. A learned token replaces a missing view.
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
            # Without it training drifts to large features that are the same for all images, and
            # those carry nothing over the noise: 28 of 700 bits were left after 80 steps.
            nn.BatchNorm1d(config.features, affine=False),
        )
        self.bottleneck = Bottleneck(config.signal_to_noise)

    def forward(self, views: Tensor, alive: Tensor) -> Tensor:
        """Views (B, N, H, W, 3) uint8 RGB and alive (B, N) bool to features (B, F)."""
        return self.fuse(self.tokens(views, alive), alive)

    def tokens(self, views: Tensor, alive: Tensor) -> Tensor:
        """Return one normalised token per view, (B, N, token); that of a dead view is
        undefined."""
        if self.training:
            maps = self._maps_of_live(views, alive)
        else:
            # One shape for all masks, as graphs and exports require; dead views are dropped later.
            maps = self._maps(views.flatten(0, 1))
        maps_by_view = maps.view(*alive.shape, -1).transpose(0, 1)
        tokens = torch.bmm(maps_by_view, self.read_out.to(maps_by_view.dtype)).transpose(0, 1)
        # Normalised per view, so that a missing view does not change the tokens of the others.
        return functional.layer_norm(tokens, tokens.shape[-1:])

    def fuse(self, tokens: Tensor, alive: Tensor) -> Tensor:
        """Fuse the tokens (B, N, token) of live views to features (B, F)."""
        tokens = torch.where(alive[..., None], tokens, self.absent.to(tokens.dtype))
        features: Tensor = self.bottleneck(self.fusion(tokens.flatten(1)).float())
        return features

    def _maps(self, images: Tensor) -> Tensor:
        """(M, H, W, 3) uint8 to (M, cells)."""
        dtype = next(self.backbone.parameters()).dtype
        # Images are stored channels last, and the permuted view is the layout of fast
        # convolutions.
        scaled = (images.permute(0, 3, 1, 2).to(dtype) - _MIDDLE) / _SPREAD
        maps: Tensor = self.backbone(scaled).flatten(1)
        return maps

    def _maps_of_live(self, views: Tensor, alive: Tensor) -> Tensor:
        """As `_maps`, but dead views are skipped: they would also distort the batch statistics."""
        live_maps = self._maps(views[alive])
        maps = live_maps.new_zeros((*alive.shape, live_maps.shape[-1]))
        maps[alive] = live_maps
        return maps.flatten(0, 1)
