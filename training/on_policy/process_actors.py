# SPDX-License-Identifier: Apache-2.0
"""Actors that are processes of this machine."""

from collections.abc import Callable, Sequence
from multiprocessing.connection import wait
from pathlib import Path

from training.on_policy.actors import Actor, ActorDeathError, Actors, Drive
from training.processes.worker import DeadWorkerError, Worker

__all__ = ['ProcessActors']

DriveFunction = Callable[[Drive], Path]
"""Drives, labels and writes one episode; importable, because other processes call it."""


class ProcessActors(Actors):
    """`count` spawned processes with one thread each."""

    def __init__(self, function: DriveFunction, count: int, *, capacity: int) -> None:
        super().__init__(_Processes(function, count), capacity=capacity)


class _Processes:
    """A crew of worker processes."""

    def __init__(self, function: DriveFunction, count: int) -> None:
        self.count = count
        self._function = function

    def hire(self) -> '_ProcessActor':
        return _ProcessActor(self._function)

    def wait(self, busy: Sequence[Actor], timeout_s: float) -> Sequence[Actor]:
        actors = [one for one in busy if isinstance(one, _ProcessActor)]
        ready = wait([one.connection for one in actors], timeout_s)
        return [one for one in actors if one.connection in ready]


class _ProcessActor:
    def __init__(self, function: DriveFunction) -> None:
        self._worker = Worker(_as_is, function)
        self.connection = self._worker.connection

    def begin(self, drive: Drive) -> None:
        self._worker.send(drive)

    def result(self) -> Path:
        try:
            path: Path = self._worker.receive()
        except DeadWorkerError as error:
            raise ActorDeathError(str(error)) from error
        return path

    def close(self) -> None:
        self._worker.close()


def _as_is(function: DriveFunction) -> DriveFunction:
    return function
