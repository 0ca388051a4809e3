# SPDX-License-Identifier: Apache-2.0
"""Process pool: jobs in spawned processes with one thread each, and a progress bar."""

import multiprocessing
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from typing import TypeVar

import cv2
import torch
from tqdm import tqdm

from training.processes.signals import handle
from wpt_core.types import InputError

__all__ = ['limit_threads', 'spawned_pool', 'work']

J = TypeVar('J')
R = TypeVar('R')


def work(
    function: Callable[[J], R], jobs: Sequence[J], *, processes: int, title: str
) -> Iterator[tuple[J, R]]:
    """Yield each job with its result as it completes; in this process and in order if it is one.

    An interruption terminates the running jobs immediately.
    """
    if processes < 1:
        raise InputError(f'--processes must be 1 or more, not {processes}.')
    alone = ((job, function(job)) for job in jobs)
    results = alone if processes == 1 else _parallel(function, jobs, processes)
    with tqdm(total=len(jobs), desc=title, disable=None, smoothing=0.05) as bar:
        for result in results:
            bar.update()
            yield result


def _parallel(
    function: Callable[[J], R], jobs: Sequence[J], processes: int
) -> Iterator[tuple[J, R]]:
    if not jobs:
        return
    with spawned_pool(min(processes, len(jobs)), threads=1) as pool:
        # The workers start here and inherit that SIGINT is ignored: the parent handles it.
        with handle(signal.SIG_IGN, signal.SIGINT):
            job_of = {pool.submit(function, job): job for job in jobs}
        for future in as_completed(job_of):
            yield job_of.pop(future), future.result()


@contextmanager
def spawned_pool(processes: int, *, threads: int) -> Iterator[ProcessPoolExecutor]:
    """Start spawned processes with this many threads each; an exception terminates them.

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


def limit_threads(threads: int) -> None:
    """Limit OpenCV and PyTorch in this process."""
    cv2.setNumThreads(threads)
    torch.set_num_threads(threads)
