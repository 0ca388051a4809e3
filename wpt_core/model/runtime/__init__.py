# SPDX-License-Identifier: Apache-2.0
"""Back ends that run a student: one protocol, several implementations."""

from wpt_core.model.runtime.backend import Backend
from wpt_core.model.runtime.cuda import CudaBackend, best_backend
from wpt_core.model.runtime.eager import EagerBackend, has_fast_bfloat16
from wpt_core.model.runtime.onnx import OnnxBackend

__all__ = [
    'Backend',
    'CudaBackend',
    'EagerBackend',
    'OnnxBackend',
    'best_backend',
    'has_fast_bfloat16',
]
