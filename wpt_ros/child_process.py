# SPDX-License-Identifier: Apache-2.0
"""Run a module that ends with its parent: `python -m wpt_ros.child_process PID MODULE ...`.

The kernel sends SIGKILL when the parent ends, also when the parent was killed or this process
hangs. Linux only; elsewhere the process continues. Standard library only.
"""

import ctypes
import os
import runpy
import signal
import sys

__all__ = ['end_with_parent']

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def end_with_parent(parent: int) -> None:
    """End when the process `parent`, which started this one, ends; now if it has ended already."""
    if sys.platform == 'linux':
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL))
    if os.getppid() != parent:
        sys.exit(f'the parent process {parent} has ended')


if __name__ == '__main__':
    end_with_parent(int(sys.argv[1]))
    del sys.argv[:2]
    runpy.run_module(sys.argv[0], run_name='__main__', alter_sys=True)
