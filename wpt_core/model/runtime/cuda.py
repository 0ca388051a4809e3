# SPDX-License-Identifier: Apache-2.0
"""A graphics card: half precision, and everything that is launched for a tick recorded once.

The network is small, so a card spends its time on being told what to do next, not on doing it; a
recorded graph says it in one call.
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

_REHEARSALS = 3
"""Before recording: libraries choose their kernels and take their memory in the first calls."""


class CudaBackend:
    """Runs a copy of the student on one stream; made and used in one thread."""

    def __init__(self, student: Student, *, device: str = 'cuda') -> None:
        """InputError where there is no such card."""
        if not torch.cuda.is_available():
            raise InputError(
                'a CUDA graphics card is expected and PyTorch finds none; '
                'take another back end or install a PyTorch that fits the driver.'
            )
        self.name = f'{device} float16'
        self._config = config = student.config
        self._thread = threading.get_ident()
        place = torch.device(device)
        copy = prepared(student, backbone=torch.float16, device=place)
        stream = torch.cuda.Stream(place)  # type: ignore[no-untyped-call]  # as PyTorch has it
        history = blank_history(config)
        self._extract = _Recorded(
            lambda views, alive: (copy.extract(views, alive),),
            blank_views(config),
            device=place,
            stream=stream,
        )
        self._decide = _Recorded(
            lambda features, conditions, known: tuple(copy.decide(features, conditions, known)),
            (history.features, history.conditions, history.known),
            device=place,
            stream=stream,
        )
        warm_up(self, config)

    def extract(self, views: NDArray[np.uint8], alive: NDArray[np.bool_]) -> NDArray[np.float32]:
        """Views (N, H, W, 3) RGB and which of them live (N,), to features (F,)."""
        self._check_thread()
        check_views(self._config, views, alive)
        (features,) = self._extract(views, alive)
        return features

    def decide(self, history: History) -> RawDecision:
        """The decision of the newest step."""
        self._check_thread()
        check_history(self._config, history)
        return RawDecision(*self._decide(history.features, history.conditions, history.known))

    def _check_thread(self) -> None:
        if threading.get_ident() != self._thread:
            raise RuntimeError('a CudaBackend is used only in the thread that made it')


class _Recorded:
    """A function of tensors of fixed shapes, recorded with its buffers and replayed."""

    def __init__(
        self,
        function: Callable[..., tuple[Tensor, ...]],
        examples: tuple[NDArray[np.generic], ...],
        *,
        device: torch.device,
        stream: torch.cuda.Stream,
    ) -> None:
        """The function takes a batch of one; the examples, and what is given later, have none."""
        self._stream = stream
        self._sent = [_pinned(torch.from_numpy(example)[None]) for example in examples]
        self._inputs = [sent.to(device, copy=True) for sent in self._sent]
        # The copies above ran on the stream of the thread.
        stream.wait_stream(torch.cuda.current_stream())
        with torch.inference_mode():
            with torch.cuda.stream(stream):
                for _ in range(_REHEARSALS):
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
            for place, sent in zip(self._inputs, self._sent, strict=True):
                place.copy_(sent, non_blocking=True)
            self._graph.replay()
            for received, output in zip(self._received, self._outputs, strict=True):
                received.copy_(output, non_blocking=True)
        self._stream.synchronize()
        return [received.numpy()[0].copy() for received in self._received]


def _pinned(tensor: Tensor) -> Tensor:
    """In memory that the card reads and writes by itself."""
    return tensor.pin_memory()


def best_backend(student: Student, *, threads: int | None = None) -> Backend:
    """The fastest that there is: a graphics card, bfloat16 where the processor has it, or plain.

    `threads`: for PyTorch in this whole process; None leaves them as they are.
    """
    if torch.cuda.is_available():
        return CudaBackend(student)
    return EagerBackend(
        student, precision='bfloat16' if has_fast_bfloat16() else 'float32', threads=threads
    )
