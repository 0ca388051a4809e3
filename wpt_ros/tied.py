# SPDX-License-Identifier: Apache-2.0
"""A process that ends with the one that started it: `python -m wpt_ros.tied PID MODULE ...`.

The kernel sends SIGKILL, so that it also ends where the other was killed, and where it stands
still itself. Linux only; elsewhere it runs on. Standard library only.
"""

import ctypes
import os
import runpy
import signal
import sys

__all__ = ['tie']

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def tie(parent: int) -> None:
    """End with the process `parent`, which has started this one; at once if it has ended."""
    if sys.platform == 'linux':
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL))
    if os.getppid() != parent:
        sys.exit(f'the process {parent}, which has started this one, has ended')


if __name__ == '__main__':
    tie(int(sys.argv[1]))
    del sys.argv[:2]
    runpy.run_module(sys.argv[0], run_name='__main__', alter_sys=True)
