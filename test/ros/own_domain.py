# SPDX-License-Identifier: Apache-2.0
"""A ROS domain that no other run on this machine uses, though several may run at a time."""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

import pytest

_DOMAINS = range(20, 100)


@contextmanager
def quiet_domain() -> Iterator[int]:
    """The environment of a domain of this process alone, for as long as the block lasts."""
    number = _own_domain()
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv('ROS_DOMAIN_ID', str(number))
        patched.setenv('ROS_AUTOMATIC_DISCOVERY_RANGE', 'LOCALHOST')
        yield number


@cache
def _own_domain() -> int:
    """One that is free; the lock on its file goes with this process."""
    first = os.getpid() % len(_DOMAINS)
    for number in (*_DOMAINS[first:], *_DOMAINS[:first]):
        with suppress(OSError):
            path = Path(tempfile.gettempdir(), f'wpt_ros_test_domain_{number}')
            file = os.open(path, os.O_CREAT | os.O_RDWR)  # closed with this process
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return number
    pytest.fail(f'other tests use every ROS domain from {_DOMAINS[0]} to {_DOMAINS[-1]}')
