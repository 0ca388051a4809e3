# SPDX-License-Identifier: Apache-2.0
"""Actors as processes of this machine."""

from collections.abc import Callable, Sequence
from multiprocessing.connection import wait
from pathlib import Path

from training.on_policy.actors import Actor, ActorDeathError, Actors, RolloutJob
from training.processes.worker import DeadWorkerError, Worker

__all__ = ['ProcessActors']

DriveFunction = Callable[[RolloutJob], Path]
"""Drives, labels and writes one episode; must be importable in other processes."""


class ProcessActors(Actors):
    """`count` spawned processes with one thread each."""

    def __init__(self, function: DriveFunction, count: int, *, capacity: int) -> None:
        super().__init__(_ProcessPool(function, count), capacity=capacity)


class _ProcessPool:
    """Starts worker processes."""

    def __init__(self, function: DriveFunction, count: int) -> None:
        self.count = count
        self._function = function

    def start_actor(self) -> '_ProcessActor':
        return _ProcessActor(self._function)

    def wait(self, busy: Sequence[Actor], timeout_s: float) -> Sequence[Actor]:
        actors = [one for one in busy if isinstance(one, _ProcessActor)]
        ready = wait([one.connection for one in actors], timeout_s)
        return [one for one in actors if one.connection in ready]


class _ProcessActor:
    def __init__(self, function: DriveFunction) -> None:
        self._worker = Worker(_identity, function)
        self.connection = self._worker.connection

    def begin(self, job: RolloutJob) -> None:
        self._worker.send(job)

    def result(self) -> Path:
        try:
            path: Path = self._worker.receive()
        except DeadWorkerError as error:
            raise ActorDeathError(str(error)) from error
        return path

    def close(self) -> None:
        self._worker.close()


def _identity(function: DriveFunction) -> DriveFunction:
    return function
