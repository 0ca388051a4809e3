# SPDX-License-Identifier: Apache-2.0
"""SIGINT and SIGTERM: a training finishes its step and saves, other verbs stop immediately."""

import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from types import FrameType

__all__ = ['StopRequest', 'handle', 'ignore_signals', 'sigterm_as_interrupt', 'stop_request']

_Handler = Callable[[int, FrameType | None], object] | signal.Handlers


class StopRequest:
    """Set by the first signal; the second one raises KeyboardInterrupt."""

    def __init__(self) -> None:
        self.received = False

    def receive(self, _number: int, _frame: FrameType | None) -> None:
        if self.received:
            raise KeyboardInterrupt
        self.received = True


@contextmanager
def handle(handler: _Handler, *numbers: signal.Signals) -> Iterator[None]:
    """Install a handler while the block runs; processes started in it inherit `SIG_IGN`."""
    before = {number: signal.signal(number, handler) for number in numbers}
    try:
        yield
    finally:
        for number, earlier in before.items():
            signal.signal(number, earlier)


@contextmanager
def stop_request() -> Iterator[StopRequest]:
    """While the block runs, the first SIGINT or SIGTERM interrupts nothing."""
    request = StopRequest()
    with handle(request.receive, signal.SIGINT, signal.SIGTERM):
        yield request


def sigterm_as_interrupt() -> AbstractContextManager[None]:
    """While the block runs, SIGTERM raises KeyboardInterrupt as SIGINT does."""
    return handle(signal.default_int_handler, signal.SIGTERM)


def ignore_signals(_worker: int) -> None:
    """Initialise a data loader's worker: its parent handles signals to the process group."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
