# SPDX-License-Identifier: Apache-2.0
"""Runs a load in a process of its own, on one core and with one thread, whenever it is asked to.

Several such processes take turns, so that what is compared is measured at the same time on the
same machine; while one runs, the others wait.
"""

import multiprocessing
import os
import resource
import tempfile
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Protocol

from benchmarks.rates import Run

__all__ = ['Load', 'OneCore', 'stay_on_one_core']

_THREADS = ('OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS', 'MKL_NUM_THREADS', 'LP_NUM_THREADS')
"""OpenMP, two libraries of linear algebra, and Mesa's software renderer."""
_ANSWER_S = 600.0
_LAST_WORDS = 12


class Load(Protocol):
    """Something to measure."""

    frames_per_step: int
    about: str
    """What it is, for the report."""

    def step(self) -> None:
        """Move on and take the pictures."""


def stay_on_one_core() -> None:
    """Hold this process, and those it starts from now on, on the last core it may use.

    Threads are limited through the environment, which libraries read when they are loaded: what
    this process has loaded before is not limited.
    """
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    os.environ.update(dict.fromkeys(_THREADS, '1'))


class OneCore:
    """A load in its own process; RuntimeError with its last words when that process fails."""

    def __init__(self, make: Callable[[], Load]) -> None:
        context = multiprocessing.get_context('spawn')
        self._folder = tempfile.TemporaryDirectory()
        self._words = Path(self._folder.name) / 'output'
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(
            target=_serve, args=(theirs, make, self._words), daemon=True
        )
        self._process.start()
        theirs.close()

    def about(self) -> str:
        """What the load says of itself, once it is ready."""
        self._pipe.send(None)
        return str(self._answer())

    def run(self, steps: int) -> Run:
        self._pipe.send(steps)
        run = self._answer()
        assert isinstance(run, Run)
        return run

    def __enter__(self) -> 'OneCore':
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.join()
        self._pipe.close()
        self._folder.cleanup()

    def _answer(self) -> object:
        try:
            if not self._pipe.poll(_ANSWER_S):
                raise RuntimeError(f'a measured process gave no answer for {_ANSWER_S:.0f} s')
            answer: object = self._pipe.recv()
        except (EOFError, ConnectionError) as error:
            words = self._words.read_text(errors='replace').splitlines()[-_LAST_WORDS:]
            raise RuntimeError('\n'.join(['a measured process failed:', *words])) from error
        return answer


def _serve(pipe: Connection, make: Callable[[], Load], words: Path) -> None:
    """In the process: set up, take one step that is not measured, then do as asked."""
    with words.open('wb') as file:
        # Also what libraries in C print; the report is not to drown in it.
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    load = make()
    load.step()
    while True:
        steps = pipe.recv()
        pipe.send(load.about if steps is None else _measured(load, steps))


def _measured(load: Load, steps: int) -> Run:
    wall_s, processor_s = time.perf_counter(), time.process_time()
    for _ in range(steps):
        load.step()
    return Run(
        frames=steps * load.frames_per_step,
        wall_s=time.perf_counter() - wall_s,
        processor_s=time.process_time() - processor_s,
        peak_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6,
    )
