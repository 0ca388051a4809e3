# SPDX-License-Identifier: Apache-2.0
"""Which back end suits this machine?"""

import torch

from wpt_core.model.runtime.backend import Backend
from wpt_core.model.runtime.cuda import CudaBackend
from wpt_core.model.runtime.eager import EagerBackend, has_fast_bfloat16
from wpt_core.model.student import Student

__all__ = ['best_backend']


def best_backend(student: Student, *, threads: int | None = None) -> Backend:
    """The fastest that there is: a graphics card, bfloat16 where the processor has it, or plain.

    `threads`: for PyTorch in this whole process; None leaves them as they are.
    """
    if torch.cuda.is_available():
        return CudaBackend(student)
    return EagerBackend(
        student, precision='bfloat16' if has_fast_bfloat16() else 'float32', threads=threads
    )
