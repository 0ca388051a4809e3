# SPDX-License-Identifier: Apache-2.0
"""Ctrl-C and SIGTERM: a training finishes its step and saves, everything else ends at once."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

__all__ = ['StopRequest', 'ignore_signals', 'sigterm_as_interrupt', 'stop_request']

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class StopRequest:
    """Whether a signal has asked this process to stop."""

    def __init__(self) -> None:
        self.received = False

    def receive(self, _number: int, _frame: FrameType | None) -> None:
        """A second signal does not wait for the step."""
        if self.received:
            raise KeyboardInterrupt
        self.received = True


def ignore_signals(_worker: int) -> None:
    """In a process that reads for a training: a signal to the whole group is for the training."""
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_IGN)


@contextmanager
def stop_request() -> Iterator[StopRequest]:
    """Within it, the first SIGINT or SIGTERM is noted and interrupts nothing."""
    request = StopRequest()
    before = {number: signal.signal(number, request.receive) for number in _SIGNALS}
    try:
        yield request
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def sigterm_as_interrupt() -> Iterator[None]:
    """Within it SIGTERM raises KeyboardInterrupt as SIGINT does, so that workers end as well."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
