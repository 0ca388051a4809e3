# SPDX-License-Identifier: Apache-2.0
"""`python -m wpt_ros.bootstrap [--look]`: perform missing set-up steps, print the environment.

With --look nothing is installed, and nothing is printed unless the set-up is complete.
"""

import errno
import fcntl
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from wpt_ros.bootstrap.checkout import Checkout, environment, shell_exports
from wpt_ros.bootstrap.errors import SetupError
from wpt_ros.bootstrap.steps import is_complete, set_up
from wpt_ros.bootstrap.venv import finish_replacement, machine_for

ROOT = Path(__file__).resolve().parents[2]


def main(words: list[str]) -> int:
    """Return 0, 1 with an error message, or 130 when interrupted."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:  # as it is under nohup
            signal.signal(number, signal.default_int_handler)
    look = '--look' in words
    try:
        print(_environment(Checkout(ROOT), look=look), end='')
    except SetupError as error:
        return 0 if look else _fail(str(error))
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        remedy = 'make room (about 3 GB)' if full else 'make that possible'
        return _fail(f'{error}: {remedy} and run ./wpt setup again')
    except KeyboardInterrupt:
        print('\nwpt: interrupted; repeat the command to continue', file=sys.stderr)
        return 130
    return 0


def _environment(checkout: Checkout, *, look: bool) -> str:
    """Return the variables for the shell; with `look` empty if the set-up is incomplete."""
    machine = machine_for(checkout)
    if not is_complete(checkout, machine):
        if look:
            return ''
        with _setup_lock(checkout):
            finish_replacement(checkout)
            machine = machine_for(checkout)
            set_up(checkout, machine)
    return shell_exports(environment(checkout, machine, os.environ))


@contextmanager
def _setup_lock(checkout: Checkout) -> Iterator[None]:
    """Hold the lock of the set-up of this checkout.

    Commands inherit it: one that is left over from a killed ./wpt still holds the lock.
    """
    checkout.work.mkdir(exist_ok=True)
    with (checkout.work / 'lock').open('w') as lock:
        os.set_inheritable(lock.fileno(), True)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print('wpt: another ./wpt is setting up; waiting for it', file=sys.stderr)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _fail(sentence: str) -> int:
    print(f'wpt: {sentence}', file=sys.stderr)
    return 1


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
