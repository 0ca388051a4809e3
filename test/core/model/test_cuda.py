# SPDX-License-Identifier: Apache-2.0
"""The GPU: on a real one where there is one, and everywhere on a stand-in.

The stand-in records the operations of PyTorch between the beginning and the end of a recording,
with the tensors that they read and write, and replays them into the very same tensors, as a card
does. What a recording must not have (a value that goes back to Python) is an error.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import numpy as np
import pytest
import torch
from model_samples import random_history, random_views
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from wpt_core.model import History, Student
from wpt_core.model.runtime import CudaBackend, EagerBackend, best_backend
from wpt_core.types import InputError

ALIVE = np.array([True, True, False, True, True, True])
_GOES_BACK = ('_local_scalar_dense', 'nonzero', 'masked_select', 'item', 'equal')


class Recording(TorchDispatchMode):
    """Stands in for `torch.cuda.CUDAGraph`."""

    def __init__(self) -> None:
        super().__init__()
        self.replays = 0
        self._calls: list[tuple[Any, Any, Any, Any]] = []

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        name = func.__name__.split('.')[0]
        if name in _GOES_BACK:
            raise RuntimeError(f'{name} cannot be recorded')
        result = func(*args, **(kwargs or {}))
        self._calls.append((func, args, kwargs or {}, result))
        return result

    def replay(self) -> None:
        self.replays += 1
        for func, args, kwargs, result in self._calls:
            anew = func(*args, **kwargs)
            for place, value in zip(tree_leaves(result), tree_leaves(anew), strict=True):
                if isinstance(place, torch.Tensor) and place.data_ptr() != value.data_ptr():
                    place.copy_(value)


class Stream:
    def __init__(self, _: object = None) -> None:
        pass

    def synchronize(self) -> None:
        pass

    def wait_stream(self, _: object) -> None:
        pass


@contextmanager
def record(graph: Recording, **_: object) -> Iterator[None]:
    with graph:
        yield


@pytest.fixture
def stand_in(student: Student, monkeypatch: pytest.MonkeyPatch) -> CudaBackend:
    monkeypatch.setattr('torch.cuda.is_available', lambda: True)
    monkeypatch.setattr('torch.cuda.Stream', Stream)
    monkeypatch.setattr('torch.cuda.current_stream', Stream)
    monkeypatch.setattr('torch.cuda.stream', lambda _: nullcontext())
    monkeypatch.setattr('torch.cuda.CUDAGraph', Recording)
    monkeypatch.setattr('torch.cuda.graph', record)
    monkeypatch.setattr('wpt_core.model.runtime.cuda._pinned', lambda tensor: tensor.clone())
    return CudaBackend(student, device='cpu')


def compare(card: CudaBackend, student: Student) -> None:
    """Compare with eager float32 over changing inputs: no input may be baked into the graph."""
    exact = EagerBackend(student)
    flags = (ALIVE, ~ALIVE, np.ones(6, bool), np.zeros(6, bool))
    for seed, alive in enumerate(flags):
        views = random_views(student.config, seed=seed)
        expected, found = exact.extract(views, alive), card.extract(views, alive)
        assert found.dtype == np.float32
        np.testing.assert_allclose(found, expected, rtol=0, atol=0.02)
        history = random_history(student.config, seed=seed)
        ours, theirs = card.decide(history), exact.decide(history)
        np.testing.assert_allclose(ours.means, theirs.means, rtol=0, atol=2e-3)
        np.testing.assert_allclose(ours.logits, theirs.logits, rtol=0, atol=2e-3)
        np.testing.assert_allclose(ours.action_means, theirs.action_means, rtol=0, atol=2e-3)


def test_a_replayed_recording_says_what_eager_says(
    stand_in: CudaBackend, student: Student
) -> None:
    compare(stand_in, student)


def test_the_recording_is_what_runs(stand_in: CudaBackend, student: Student) -> None:
    graph: Any = stand_in._extract._graph
    before = graph.replays
    stand_in.extract(random_views(student.config, seed=1), ALIVE)
    assert graph.replays == before + 1


def test_results_are_kept_when_the_next_ones_come(stand_in: CudaBackend, student: Student) -> None:
    first = stand_in.extract(random_views(student.config, seed=1), ALIVE)
    kept = first.copy()
    stand_in.extract(random_views(student.config, seed=2), ALIVE)
    np.testing.assert_array_equal(first, kept)


def test_another_thread_is_turned_away(stand_in: CudaBackend, student: Student) -> None:
    caught: list[str] = []

    def use() -> None:
        try:
            stand_in.extract(random_views(student.config, seed=1), ALIVE)
        except RuntimeError as error:
            caught.append(str(error))

    thread = threading.Thread(target=use)
    thread.start()
    thread.join()
    assert caught == ['a CudaBackend must be used in the thread that created it']


def test_wrong_shapes_and_types_are_refused(stand_in: CudaBackend, student: Student) -> None:
    with pytest.raises(InputError, match='views must be'):
        stand_in.extract(random_views(student.config, seed=1)[:3], ALIVE)
    history = random_history(student.config, seed=1)
    wide = History(history.features.astype(np.float64), history.conditions, history.known)
    with pytest.raises(TypeError, match='Cannot cast'):
        stand_in.decide(wide)


def test_without_a_card_the_sentence_says_so(
    student: Student, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr('torch.cuda.is_available', lambda: False)
    with pytest.raises(InputError, match='expected a CUDA GPU'):
        CudaBackend(student)


@pytest.mark.skipif(not torch.cuda.is_available(), reason='no CUDA GPU')
def test_a_real_card_says_what_eager_says(student: Student) -> None:
    card = best_backend(student)
    assert isinstance(card, CudaBackend)
    compare(card, student)
