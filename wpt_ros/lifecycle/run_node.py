# SPDX-License-Identifier: Apache-2.0
"""Run one node in one process, with a clean shutdown at SIGINT or SIGTERM.

Exit codes (`wpt_ros.executables`): 0 after a signal; that of a node that ends by itself;
`CANNOT_CONFIGURE`, with one sentence on stderr, for a node that cannot be created, or that
`autostart` cannot configure and activate. A restart would not help, so a launch ends at this code.
"""

import signal
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import rclpy
from rclpy.executors import SingleThreadedExecutor
from rclpy.signals import SignalHandlerOptions

from wpt_core.types import WptError
from wpt_ros.executables import CANNOT_CONFIGURE
from wpt_ros.lifecycle.managed import ManagedNode

__all__ = ['run_node']

_ENDING = (signal.SIGINT, signal.SIGTERM)
_LOOK_S = 0.25
"""Longest wait of the executor, which does not return at a signal."""


def run_node(make: Callable[[], ManagedNode[Any]]) -> None:
    """Run the node until a signal; see above for the exit codes."""
    ended = _Ended()
    rclpy.init(args=sys.argv, signal_handler_options=SignalHandlerOptions.NO)
    executor = SingleThreadedExecutor()
    node, code = None, 0
    try:
        node = make()
        node.start()
        ended.interrupts = False
        executor.add_node(node)
        while not ended and node.exit_code is None:
            executor.spin_once(timeout_sec=_LOOK_S)
        code = node.exit_code or 0
    except _Interrupted:
        pass
    except WptError as error:
        print(error, file=sys.stderr)
        code = CANNOT_CONFIGURE
    if node is not None:
        node.stop()
    executor.shutdown(timeout_sec=0.5)
    if node is not None:
        node.destroy_node()
    rclpy.shutdown()
    ended.ignore_more()
    sys.exit(code)


class _Interrupted(BaseException):
    """A signal arrived while the node was created or configured."""


class _Ended:
    """True after the first SIGINT or SIGTERM."""

    def __init__(self) -> None:
        self.interrupts = True
        """Raise `_Interrupted` at the first signal: configuring takes seconds."""
        self._ended = False
        for number in _ENDING:
            signal.signal(number, self._end)

    def ignore_more(self) -> None:
        """Ignore signals: during interpreter shutdown one would kill the process."""
        for number in _ENDING:
            signal.signal(number, signal.SIG_IGN)

    def __bool__(self) -> bool:
        return self._ended

    def _end(self, _number: int, _frame: FrameType | None) -> None:
        interrupts, self._ended = self.interrupts and not self._ended, True
        if interrupts:
            raise _Interrupted
