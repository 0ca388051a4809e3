# SPDX-License-Identifier: Apache-2.0
"""Paths of a checkout, its stamp files, and the environment of its verbs."""

import hashlib
import os
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from wpt_ros.bootstrap.machine import Machine
from wpt_ros.network import ros_variables

__all__ = ['Checkout', 'environment', 'fingerprint', 'is_stamped', 'shell_exports', 'write_stamp']


@dataclass(frozen=True)
class Checkout:
    """A checkout; everything that set-up makes is in `.venv` and `.wpt`."""

    root: Path

    @property
    def venv(self) -> Path:
        return self.root / '.venv'

    @property
    def old_venv(self) -> Path:
        """Return the path of a complete `.venv` while it is being replaced."""
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


def environment(checkout: Checkout, machine: Machine, outer: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that select `.venv`, the messages and the DDS profile."""
    site = checkout.messages / 'lib' / f'python{machine.python_version}' / 'site-packages'
    prefixes = [checkout.messages, *([] if machine.ros_is_sourced else [checkout.venv])]
    libraries = [prefix / 'lib' for prefix in prefixes]
    return {
        'VIRTUAL_ENV': str(checkout.venv),
        'PATH': _before(outer, 'PATH', [checkout.venv / 'bin']),
        'PYTHONPATH': _before(outer, 'PYTHONPATH', [checkout.root, site]),
        'LD_LIBRARY_PATH': _before(outer, 'LD_LIBRARY_PATH', libraries),
        'AMENT_PREFIX_PATH': _before(outer, 'AMENT_PREFIX_PATH', prefixes),
        'CMAKE_PREFIX_PATH': _before(outer, 'CMAKE_PREFIX_PATH', prefixes),
        **ros_variables(checkout.root / 'config' / 'fastdds.xml', outer),
    }


def shell_exports(variables: Mapping[str, str]) -> str:
    """Return the variables for `eval` of a POSIX shell."""
    return ''.join(f'export {name}={shlex.quote(value)}\n' for name, value in variables.items())


def _before(outer: Mapping[str, str], name: str, folders: list[Path]) -> str:
    first = [str(folder) for folder in folders]
    rest = [part for part in outer.get(name, '').split(os.pathsep) if part and part not in first]
    return os.pathsep.join([*first, *rest])


def fingerprint(*texts: str, files: Iterable[Path] = ()) -> str:
    """Return one hash of texts and of the names and contents of files."""
    digest = hashlib.sha256()
    for text in texts:
        digest.update(text.encode() + b'\0')
    for file in sorted(files):
        digest.update(file.name.encode() + b'\0' + file.read_bytes() + b'\0')
    return digest.hexdigest()


def is_stamped(stamp_file: Path, print_: str) -> bool:
    """Return whether the step with this fingerprint was finished."""
    return stamp_file.is_file() and stamp_file.read_text().strip() == print_


def write_stamp(stamp_file: Path, print_: str) -> None:
    """Mark a step as finished, atomically."""
    half = stamp_file.with_name(stamp_file.name + '.half')
    half.write_text(print_ + '\n')
    half.replace(stamp_file)
