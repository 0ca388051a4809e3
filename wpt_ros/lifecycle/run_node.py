# SPDX-License-Identifier: Apache-2.0
"""One node in one process: from its arguments to a clean end at SIGINT or SIGTERM."""

import signal
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import rclpy
from rclpy.executors import SingleThreadedExecutor
from rclpy.signals import SignalHandlerOptions

from wpt_core.types import WptError
from wpt_ros.lifecycle.managed import ManagedNode

__all__ = ['run_node']

_ENDING = (signal.SIGINT, signal.SIGTERM)
_LOOK_S = 0.25
"""So often, at least, the signals are looked at: the waiting itself does not see them."""


def run_node(make: Callable[[], ManagedNode[Any]]) -> None:
    """Run it until a signal comes; exit code 2 with one sentence if it cannot be made."""
    rclpy.init(args=sys.argv, signal_handler_options=SignalHandlerOptions.NO)
    ended = _Ended()
    try:
        node = make()
    except WptError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    node.start()
    while not ended:
        executor.spin_once(timeout_sec=_LOOK_S)
    node.stop()
    executor.shutdown(timeout_sec=0.5)
    node.destroy_node()
    rclpy.shutdown()
    ended.ignore_more()


class _Ended:
    """True from the first SIGINT or SIGTERM on."""

    def __init__(self) -> None:
        self._ended = False
        for number in _ENDING:
            signal.signal(number, self._end)

    def ignore_more(self) -> None:
        """While Python ends it hears signals no more, and one would kill what is ending well."""
        for number in _ENDING:
            signal.signal(number, signal.SIG_IGN)

    def __bool__(self) -> bool:
        return self._ended

    def _end(self, _number: int, _frame: FrameType | None) -> None:
        self._ended = True
