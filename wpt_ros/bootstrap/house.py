# SPDX-License-Identifier: Apache-2.0
"""The places of a checkout, and the environment in which its verbs run."""

import os
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from wpt_ros.bootstrap.ground import Ground
from wpt_ros.network import network

__all__ = ['House', 'as_shell', 'environment']


@dataclass(frozen=True)
class House:
    """A checkout; everything that set-up makes is in `.venv` and `.wpt`."""

    root: Path

    @property
    def venv(self) -> Path:
        return self.root / '.venv'

    @property
    def old_venv(self) -> Path:
        """Where a complete `.venv` waits while another one takes its place."""
        return self.root / '.venv.old'

    @property
    def python(self) -> Path:
        return self.venv / 'bin' / 'python'

    @property
    def work(self) -> Path:
        return self.root / '.wpt'

    @property
    def messages(self) -> Path:
        return self.work / 'install' / 'wpt_msgs'

    @property
    def log(self) -> Path:
        return self.work / 'setup.log'

    @property
    def venv_stamp(self) -> Path:
        return self.venv / 'wpt-made-for'

    @property
    def packages_stamp(self) -> Path:
        return self.venv / 'wpt-ready'

    @property
    def messages_stamp(self) -> Path:
        return self.work / 'messages-ready'


def environment(house: House, ground: Ground, outer: Mapping[str, str]) -> dict[str, str]:
    """The variables to set so that `.venv`, the messages and the DDS profile are used."""
    site = house.messages / 'lib' / f'python{ground.python_version}' / 'site-packages'
    prefixes = [house.messages, *([] if ground.ros_is_sourced else [house.venv])]
    libraries = [prefix / 'lib' for prefix in prefixes]
    return {
        'VIRTUAL_ENV': str(house.venv),
        'PATH': _before(outer, 'PATH', [house.venv / 'bin']),
        'PYTHONPATH': _before(outer, 'PYTHONPATH', [house.root, site]),
        'LD_LIBRARY_PATH': _before(outer, 'LD_LIBRARY_PATH', libraries),
        'AMENT_PREFIX_PATH': _before(outer, 'AMENT_PREFIX_PATH', prefixes),
        'CMAKE_PREFIX_PATH': _before(outer, 'CMAKE_PREFIX_PATH', prefixes),
        **network(house.root / 'config' / 'fastdds.xml', outer),
    }


def as_shell(variables: Mapping[str, str]) -> str:
    """The same, for `eval` of a POSIX shell."""
    return ''.join(f'export {name}={shlex.quote(value)}\n' for name, value in variables.items())


def _before(outer: Mapping[str, str], name: str, folders: list[Path]) -> str:
    first = [str(folder) for folder in folders]
    rest = [part for part in outer.get(name, '').split(os.pathsep) if part and part not in first]
    return os.pathsep.join([*first, *rest])
