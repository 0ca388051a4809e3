# SPDX-License-Identifier: Apache-2.0
"""A process that answers requests over a pipe; its death costs the requests it holds."""

import multiprocessing
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from typing import Any

from training.engine.pool import limit_threads
from wpt_core.types import WptError

__all__ = ['DeadWorkerError', 'Worker', 'WorkerError']

_EXCEPTION = 1
"""Exit code of a Python process that an exception ended."""


class DeadWorkerError(WptError):
    """A worker process ended by itself or was killed; its request has no answer."""


class WorkerError(WptError):
    """A request that cannot be answered, or an exception, whose traceback is on stderr."""


class Worker:
    """One spawned process that answers requests in order; other workers outlive its death."""

    def __init__(self, make: Callable[..., Callable[[Any], Any]], *arguments: Any) -> None:
        """The process calls `make(*arguments)` once and what it returns for each request."""
        context = multiprocessing.get_context('spawn')
        self.connection, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, make, arguments), daemon=True)
        with _without_interrupt():
            self._process.start()
        # Only the worker may hold its end, or its death would not close the pipe.
        theirs.close()

    @property
    def pid(self) -> int | None:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.is_alive()

    def send(self, request: Any) -> None:
        """A request to a dead worker is no error; `receive` reports the death."""
        with suppress(BrokenPipeError):
            self.connection.send(request)

    def receive(self) -> Any:
        """The answer to the oldest request; DeadWorkerError or WorkerError instead of it."""
        try:
            failed, answer = self.connection.recv()
        except (EOFError, ConnectionResetError) as error:
            self._process.join()
            code = self._process.exitcode
            kind = WorkerError if code == _EXCEPTION else DeadWorkerError
            raise kind(f'worker process {self.pid} ended with exit code {code}') from error
        if failed:
            raise WorkerError(answer)
        return answer

    def close(self) -> None:
        """End the process, whatever it is doing."""
        self._process.terminate()
        self._process.join()
        self.connection.close()


def _serve(
    connection: Connection, make: Callable[..., Callable[[Any], Any]], arguments: tuple[Any, ...]
) -> None:
    limit_threads(1)
    answer: Callable[[Any], Any] | None = None
    # The parent closes the pipe, or has ended.
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):
        while True:
            request = connection.recv()
            try:
                answer = answer or make(*arguments)
                reply = (False, answer(request))
            except WptError as error:
                reply = (True, str(error))
            connection.send(reply)


@contextmanager
def _without_interrupt() -> Iterator[None]:
    """Processes started inside inherit that Ctrl-C is ignored: it is the parent's to handle."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
