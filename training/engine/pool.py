# SPDX-License-Identifier: Apache-2.0
"""Process pool: jobs in spawned processes with one thread each, and a progress bar."""

import multiprocessing
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from typing import TypeVar

import cv2
import torch
from tqdm import tqdm

from wpt_core.types import InputError

__all__ = ['limit_threads', 'spawned_pool', 'work']

J = TypeVar('J')
R = TypeVar('R')


def work(
    do: Callable[[J], R], jobs: Sequence[J], *, processes: int, title: str
) -> Iterator[tuple[J, R]]:
    """Each job with its result, as they come in. One process: in this one, in order.

    An interruption ends the jobs under way at once; those already yielded are not lost.
    """
    if processes < 1:
        raise InputError(f'--processes must be 1 or more, not {processes}.')
    with tqdm(total=len(jobs), desc=title, disable=None, smoothing=0.05) as bar:
        for done in _alone(do, jobs) if processes == 1 else _together(do, jobs, processes):
            bar.update()
            yield done


def _alone(do: Callable[[J], R], jobs: Sequence[J]) -> Iterator[tuple[J, R]]:
    return ((job, do(job)) for job in jobs)


def _together(do: Callable[[J], R], jobs: Sequence[J], processes: int) -> Iterator[tuple[J, R]]:
    if not jobs:
        return
    with spawned_pool(min(processes, len(jobs)), threads=1) as pool:
        waiting = _submitted(pool, do, jobs)
        for future in as_completed(waiting):
            yield waiting.pop(future), future.result()


@contextmanager
def spawned_pool(processes: int, *, threads: int) -> Iterator[ProcessPoolExecutor]:
    """Fresh processes with so many threads each; an error or an interruption terminates them.

    Spawned, because a fork copies the threads of torch and OpenCV in an unknown state.
    """
    others = multiprocessing.active_children()
    pool = ProcessPoolExecutor(
        processes,
        mp_context=multiprocessing.get_context('spawn'),
        initializer=limit_threads,
        initargs=(threads,),
    )
    try:
        yield pool
    except BaseException:
        # `shutdown` waits for running jobs, and a drive takes up to a minute.
        for worker in multiprocessing.active_children():
            if worker not in others:
                worker.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _submitted(
    pool: ProcessPoolExecutor, do: Callable[[J], R], jobs: Sequence[J]
) -> dict['Future[R]', J]:
    """The workers start here and inherit that Ctrl-C is ignored: the parent handles it."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        return {pool.submit(do, job): job for job in jobs}
    finally:
        signal.signal(signal.SIGINT, before)


def limit_threads(threads: int) -> None:
    """Of OpenCV and PyTorch, in this process."""
    cv2.setNumThreads(threads)
    torch.set_num_threads(threads)
