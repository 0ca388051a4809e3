# SPDX-License-Identifier: Apache-2.0
"""A copy of a student that is made for running: fewer layers, and the memory as pictures lie."""

from copy import deepcopy

import torch
from torch import Tensor, nn
from torch.nn.utils import convert_conv2d_weight_memory_format
from torch.nn.utils.fusion import fuse_conv_bn_eval

from wpt_core.model.student import Student

__all__ = ['prepared']


class _ToSingle(nn.Module):
    """Where the backbone's precision ends."""

    def forward(self, maps: Tensor) -> Tensor:
        return maps.float()


def prepared(student: Student, *, backbone: torch.dtype, device: torch.device) -> Student:
    """The same function in evaluation mode; the student that was given is left as it is.

    Batch normalisation is folded into the convolutions before it. The backbone, which has nearly
    all the work, runs in the precision named; all else stays single.
    """
    copy = deepcopy(student).to(device).float()
    copy.requires_grad_(False)
    _fold(copy.eval().extractor.backbone)
    layers = copy.extractor.backbone.to(backbone)
    convert_conv2d_weight_memory_format(layers, torch.channels_last)
    copy.extractor.backbone = nn.Sequential(*layers, _ToSingle())
    return copy.eval()


def _fold(module: nn.Module) -> None:
    if isinstance(module, nn.Sequential):
        for place in range(len(module) - 1):
            before, after = module[place], module[place + 1]
            if isinstance(before, nn.Conv2d) and isinstance(after, nn.BatchNorm2d):
                module[place] = fuse_conv_bn_eval(before, after)
                module[place + 1] = nn.Identity()
    for child in module.children():
        _fold(child)
