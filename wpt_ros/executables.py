# SPDX-License-Identifier: Apache-2.0
"""The executables: `ros2 run wpt_ros planner`, or `python -m wpt_ros.executables planner`.

Importing a node takes seconds. During the import SIGINT ends the process immediately, because a
KeyboardInterrupt can get lost there: numpy and PyTorch catch exceptions of their own imports.

Exit codes: 0 after a signal, those named below, and 1 or a signal for a crash.
"""

import signal
import sys
from importlib import import_module

__all__ = [
    'CANNOT_CONFIGURE',
    'DRIVE_FAILED',
    'controller',
    'gate',
    'planner',
    'player',
    'run',
    'visualizer',
    'world',
]

CANNOT_CONFIGURE = 2
"""The node cannot be created, or `autostart` cannot configure and activate it; stderr has the
reason in one sentence. A restart does not help, so the launch ends."""
DRIVE_FAILED = 3
"""Exit code of the world node with `ends: true` when the drive has not passed."""


def run(node: str) -> None:
    """Import the node and run it; then `wpt_ros.lifecycle.run_node` handles signals."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    import_module(f'wpt_ros.nodes.{node}').main()


def controller() -> None:
    run('controller')


def gate() -> None:
    run('gate')


def planner() -> None:
    run('planner')


def player() -> None:
    run('player')


def visualizer() -> None:
    run('visualizer')


def world() -> None:
    run('world')


if __name__ == '__main__':
    run(sys.argv[1])
