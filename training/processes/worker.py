# SPDX-License-Identifier: Apache-2.0
"""A process that answers requests over a pipe; if it dies, only its own requests are lost."""

import multiprocessing
import signal
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any

from training.processes.pool import limit_threads
from training.processes.signals import handle
from wpt_core.types import WptError

__all__ = ['DeadWorkerError', 'Worker', 'WorkerError']

_EXCEPTION = 1
"""Exit code of a Python process that an exception ended."""


class DeadWorkerError(WptError):
    """A worker process exited or was killed; its request has no answer."""


class WorkerError(WptError):
    """A request failed, or raised an exception whose traceback is on stderr."""


class Worker:
    """One spawned process that answers requests in order."""

    def __init__(self, make: Callable[..., Callable[[Any], Any]], *arguments: Any) -> None:
        """Call `make(*arguments)` once in the process, and the function it returns per request."""
        context = multiprocessing.get_context('spawn')
        self.connection, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, make, arguments), daemon=True)
        # The process inherits that SIGINT is ignored: the parent handles it.
        with handle(signal.SIG_IGN, signal.SIGINT):
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
        """Send a request; if the worker is dead, `receive` raises."""
        with suppress(BrokenPipeError):
            self.connection.send(request)

    def receive(self) -> Any:
        """Return the answer to the oldest request, or raise DeadWorkerError or WorkerError."""
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
        """Terminate the process."""
        self._process.terminate()
        self._process.join()
        self.connection.close()


def _serve(
    connection: Connection, make: Callable[..., Callable[[Any], Any]], arguments: tuple[Any, ...]
) -> None:
    limit_threads(1)
    answer: Callable[[Any], Any] | None = None
    # Raised when the parent has closed the pipe or exited.
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):
        while True:
            request = connection.recv()
            try:
                answer = answer or make(*arguments)
                reply = (False, answer(request))
            except WptError as error:
                reply = (True, str(error))
            connection.send(reply)
