# SPDX-License-Identifier: Apache-2.0
"""Many jobs in a few processes, each with one thread, and a bar that says how long it takes."""

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
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

    An interruption loses the jobs under way, not those already yielded.
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
    pool = ProcessPoolExecutor(
        min(processes, len(jobs)),
        mp_context=multiprocessing.get_context('spawn'),
        initializer=_one_thread,
    )
    try:
        waiting = {pool.submit(do, job): job for job in jobs}
        for future in as_completed(waiting):
            yield waiting.pop(future), future.result()
    finally:
        pool.shutdown(cancel_futures=True)


def _one_thread() -> None:
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
