# SPDX-License-Identifier: Apache-2.0
"""PyTorch without graphs, on a processor or a GPU: the reference for all back ends."""

from copy import deepcopy
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.utils import convert_conv2d_weight_memory_format
from torch.nn.utils.fusion import fuse_conv_bn_eval

from wpt_core.model.decode import RawDecision
from wpt_core.model.feature_buffer import History
from wpt_core.model.runtime.backend import check_history, check_views, warm_up
from wpt_core.model.student import Student

__all__ = ['EagerBackend', 'Precision', 'has_fast_bfloat16', 'prepared']

Precision = Literal['float32', 'bfloat16']
_DTYPES = {'float32': torch.float32, 'bfloat16': torch.bfloat16}
_BFLOAT16_UNITS = ('avx512_bf16', 'amx_bf16', 'arm_bf16')


class EagerBackend:
    """Runs a copy of the student; `precision` is that of the extractor's backbone."""

    def __init__(
        self,
        student: Student,
        *,
        device: str = 'cpu',
        precision: Precision = 'float32',
        threads: int | None = None,
    ) -> None:
        """`threads`: of PyTorch in the whole process; None keeps the setting."""
        if threads is not None:
            torch.set_num_threads(threads)
        self.name = f'eager {device} {precision}'
        self._config = student.config
        self._device = torch.device(device)
        self._student = prepared(student, backbone=_DTYPES[precision], device=self._device)
        warm_up(self, self._config)

    def extract(self, views: NDArray[np.uint8], alive: NDArray[np.bool_]) -> NDArray[np.float32]:
        """Views (N, H, W, 3) RGB and alive mask (N,) to features (F,)."""
        check_views(self._config, views, alive)
        with torch.inference_mode():
            batch = torch.from_numpy(views)[None].to(self._device)
            mask = torch.from_numpy(alive)[None].to(self._device)
            return _array(self._student.extract(batch, mask))

    def decide(self, history: History) -> RawDecision:
        """Return the decision for the newest step."""
        check_history(self._config, history)
        with torch.inference_mode():
            decision = self._student.decide(
                torch.from_numpy(history.features)[None].to(self._device),
                torch.from_numpy(history.conditions)[None].to(self._device),
                torch.from_numpy(history.known)[None].to(self._device),
            )
            return RawDecision(*map(_array, decision))


def has_fast_bfloat16() -> bool:
    """Return whether the processor multiplies in bfloat16; elsewhere float32 is faster."""
    # Some PyTorch versions of the supported ROS 2 distributions lack get_capabilities.
    capabilities: dict[str, object] = getattr(torch.cpu, 'get_capabilities', dict)()
    return any(bool(capabilities.get(unit)) for unit in _BFLOAT16_UNITS)


def _array(tensor: torch.Tensor) -> NDArray[np.float32]:
    """Return the first item of the batch."""
    array: NDArray[np.float32] = tensor[0].cpu().numpy()
    return array


class _ToSingle(nn.Module):
    """Converts the output of the backbone to float32."""

    def forward(self, maps: Tensor) -> Tensor:
        return maps.float()


def prepared(student: Student, *, backbone: torch.dtype, device: torch.device) -> Student:
    """Return a copy for inference: fused batch norm, channels last, no gradients.

    The backbone, which has nearly all the work, runs in the given precision; the rest stays in
    float32. The given student is not changed.
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
        for index in range(len(module) - 1):
            before, after = module[index], module[index + 1]
            if isinstance(before, nn.Conv2d) and isinstance(after, nn.BatchNorm2d):
                module[index] = fuse_conv_bn_eval(before, after)
                module[index + 1] = nn.Identity()
    for child in module.children():
        _fold(child)
