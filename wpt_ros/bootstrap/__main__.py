# SPDX-License-Identifier: Apache-2.0
"""`python -m wpt_ros.bootstrap [--look]`: set up what is missing, print the environment.

With --look nothing is installed, and nothing is printed unless everything is there.
"""

import errno
import fcntl
import os
import sys
from pathlib import Path

from wpt_ros.bootstrap.ground import Ground, survey
from wpt_ros.bootstrap.house import House, as_shell, environment
from wpt_ros.bootstrap.steps import done, set_up
from wpt_ros.bootstrap.trouble import SetupError

ROOT = Path(__file__).resolve().parents[2]


def main(words: list[str]) -> int:
    """Return 0, 1 with a sentence on stderr, or 130 when interrupted."""
    house = House(ROOT)
    try:
        ground = survey()
        if not done(house, ground):
            if '--look' in words:
                return 0
            _set_up_alone(house, ground)
        print(as_shell(environment(house, ground, os.environ)), end='')
    except SetupError as error:
        if '--look' in words:
            return 0
        print(f'wpt: {error}', file=sys.stderr)
        return 1
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        remedy = 'make room (about 3 GB)' if full else 'make that possible'
        print(f'wpt: {error}: {remedy} and run ./wpt setup again', file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print('\nwpt: interrupted; the same command goes on where it stopped', file=sys.stderr)
        return 130
    return 0


def _set_up_alone(house: House, ground: Ground) -> None:
    """Set up while no other ./wpt of this checkout does."""
    house.work.mkdir(exist_ok=True)
    with (house.work / 'lock').open('w') as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print('wpt: another ./wpt is setting up; waiting for it', file=sys.stderr)
            fcntl.flock(lock, fcntl.LOCK_EX)
        set_up(house, ground)


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
