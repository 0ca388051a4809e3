# SPDX-License-Identifier: Apache-2.0
"""Many jobs in a few processes, each with one thread, and a bar that says how long it takes."""

import multiprocessing
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from typing import TypeVar

import cv2
import torch
from tqdm import tqdm

from wpt_core.types import InputError

__all__ = ['work']

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
    # Spawned, because a fork copies torch's and OpenCV's threads in an unknown state.
    context = multiprocessing.get_context('spawn')
    others = multiprocessing.active_children()
    pool = ProcessPoolExecutor(
        min(processes, len(jobs)), mp_context=context, initializer=_one_thread
    )
    try:
        waiting = _submitted(pool, do, jobs)
        for future in as_completed(waiting):
            yield waiting.pop(future), future.result()
    except BaseException:
        # `shutdown` waits for the jobs that have begun, and a drive takes up to a minute.
        for worker in multiprocessing.active_children():
            if worker not in others:
                worker.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _submitted(
    pool: ProcessPoolExecutor, do: Callable[[J], R], jobs: Sequence[J]
) -> dict['Future[R]', J]:
    """The worker processes start here and inherit that Ctrl-C is ignored: it is ours to handle."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        return {pool.submit(do, job): job for job in jobs}
    finally:
        signal.signal(signal.SIGINT, before)


def _one_thread() -> None:
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
