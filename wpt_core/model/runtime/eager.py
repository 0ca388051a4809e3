# SPDX-License-Identifier: Apache-2.0
"""PyTorch as it is, on a processor or a graphics card: the reference for all others."""

from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray

from wpt_core.model.decode import RawDecision
from wpt_core.model.memory import History
from wpt_core.model.runtime.prepared import prepared
from wpt_core.model.runtime.shapes import check_history, check_views, warm_up
from wpt_core.model.student import Student

__all__ = ['EagerBackend', 'Precision', 'has_fast_bfloat16']

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
        """`threads`: for PyTorch in this whole process; None leaves them as they are."""
        if threads is not None:
            torch.set_num_threads(threads)
        self.name = f'eager {device} {precision}'
        self._config = student.config
        self._device = torch.device(device)
        self._student = prepared(student, backbone=_DTYPES[precision], device=self._device)
        warm_up(self, self._config)

    def extract(self, views: NDArray[np.uint8], alive: NDArray[np.bool_]) -> NDArray[np.float32]:
        """Views (N, H, W, 3) RGB and which of them live (N,), to features (F,)."""
        check_views(self._config, views, alive)
        with torch.inference_mode():
            pictures = torch.from_numpy(views)[None].to(self._device)
            living = torch.from_numpy(alive)[None].to(self._device)
            return _array(self._student.extract(pictures, living))

    def decide(self, history: History) -> RawDecision:
        """The decision of the newest step."""
        check_history(self._config, history)
        with torch.inference_mode():
            decision = self._student.decide(
                torch.from_numpy(history.features)[None].to(self._device),
                torch.from_numpy(history.conditions)[None].to(self._device),
                torch.from_numpy(history.known)[None].to(self._device),
            )
            return RawDecision(*map(_array, decision))


def has_fast_bfloat16() -> bool:
    """Does this processor multiply in bfloat16? Elsewhere it is slower than single precision."""
    # Not every PyTorch of the supported ROS 2 distributions can tell.
    capabilities: dict[str, object] = getattr(torch.cpu, 'get_capabilities', dict)()
    return any(bool(capabilities.get(unit)) for unit in _BFLOAT16_UNITS)


def _array(tensor: torch.Tensor) -> NDArray[np.float32]:
    """The first of the batch."""
    array: NDArray[np.float32] = tensor[0].cpu().numpy()
    return array
