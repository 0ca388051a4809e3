# SPDX-License-Identifier: Apache-2.0
"""CUDA back end: half precision and CUDA graphs.

The network is small, so kernel launches dominate; a recorded graph launches all kernels of a tick
in one call.
"""

import threading
from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from wpt_core.model.decode import RawDecision
from wpt_core.model.feature_buffer import History
from wpt_core.model.runtime.backend import (
    Backend,
    blank_history,
    blank_views,
    check_history,
    check_views,
    warm_up,
)
from wpt_core.model.runtime.eager import EagerBackend, has_fast_bfloat16, prepared
from wpt_core.model.student import Student
from wpt_core.types import InputError

__all__ = ['CudaBackend', 'best_backend']

_WARM_UP_RUNS = 3
"""Runs before capture: libraries choose kernels and allocate memory in the first calls."""


class CudaBackend:
    """Runs a copy of the student on one stream; created and used in one thread."""

    def __init__(self, student: Student, *, device: str = 'cuda') -> None:
        """Raise InputError when PyTorch finds no CUDA GPU."""
        if not torch.cuda.is_available():
            raise InputError(
                'expected a CUDA GPU, but PyTorch found none; '
                'use another back end or install a PyTorch build that fits the driver.'
            )
        self.name = f'{device} float16'
        self._config = config = student.config
        self._thread = threading.get_ident()
        target = torch.device(device)
        copy = prepared(student, backbone=torch.float16, device=target)
        stream = torch.cuda.Stream(target)  # type: ignore[no-untyped-call]  # untyped in PyTorch
        history = blank_history(config)
        self._extract = _Graph(
            lambda views, alive: (copy.extract(views, alive),),
            blank_views(config),
            device=target,
            stream=stream,
        )
        self._decide = _Graph(
            lambda features, conditions, known: tuple(copy.decide(features, conditions, known)),
            (history.features, history.conditions, history.known),
            device=target,
            stream=stream,
        )
        warm_up(self, config)

    def extract(self, views: NDArray[np.uint8], alive: NDArray[np.bool_]) -> NDArray[np.float32]:
        """Views (N, H, W, 3) RGB and alive mask (N,) to features (F,)."""
        self._check_thread()
        check_views(self._config, views, alive)
        (features,) = self._extract(views, alive)
        return features

    def decide(self, history: History) -> RawDecision:
        """Return the decision for the newest step."""
        self._check_thread()
        check_history(self._config, history)
        return RawDecision(*self._decide(history.features, history.conditions, history.known))

    def _check_thread(self) -> None:
        if threading.get_ident() != self._thread:
            raise RuntimeError('a CudaBackend must be used in the thread that created it')


class _Graph:
    """A CUDA graph of a function of tensors with fixed shapes, with its buffers."""

    def __init__(
        self,
        function: Callable[..., tuple[Tensor, ...]],
        examples: tuple[NDArray[np.generic], ...],
        *,
        device: torch.device,
        stream: torch.cuda.Stream,
    ) -> None:
        """The function takes a batch of one; examples and later inputs have no batch dimension."""
        self._stream = stream
        self._sent = [_pinned(torch.from_numpy(example)[None]) for example in examples]
        self._inputs = [sent.to(device, copy=True) for sent in self._sent]
        # The copies above ran on the current stream of the thread.
        stream.wait_stream(torch.cuda.current_stream())
        with torch.inference_mode():
            with torch.cuda.stream(stream):
                for _ in range(_WARM_UP_RUNS):
                    function(*self._inputs)
            stream.synchronize()
            self._graph = torch.cuda.CUDAGraph()
            with torch.cuda.graph(self._graph, stream=stream):
                self._outputs = function(*self._inputs)
            self._received = [
                _pinned(torch.empty(output.shape, dtype=output.dtype)) for output in self._outputs
            ]

    def __call__(self, *arrays: NDArray[np.generic]) -> list[NDArray[np.float32]]:
        for sent, array in zip(self._sent, arrays, strict=True):
            np.copyto(sent.numpy()[0], array, casting='no')
        with torch.inference_mode(), torch.cuda.stream(self._stream):
            for buffer, sent in zip(self._inputs, self._sent, strict=True):
                buffer.copy_(sent, non_blocking=True)
            self._graph.replay()
            for received, output in zip(self._received, self._outputs, strict=True):
                received.copy_(output, non_blocking=True)
        self._stream.synchronize()
        return [received.numpy()[0].copy() for received in self._received]


def _pinned(tensor: Tensor) -> Tensor:
    """Return the tensor in page-locked memory."""
    return tensor.pin_memory()


def best_backend(student: Student, *, threads: int | None = None) -> Backend:
    """Return the fastest back end of this machine: CUDA, else bfloat16 if fast, else float32.

    `threads`: of PyTorch in the whole process; None keeps the setting.
    """
    if torch.cuda.is_available():
        return CudaBackend(student)
    return EagerBackend(
        student, precision='bfloat16' if has_fast_bfloat16() else 'float32', threads=threads
    )
