# SPDX-License-Identifier: Apache-2.0
"""What the machine provides before anything is installed: Python, ROS 2, build tools."""

import importlib.metadata
import os
import re
import shutil
import sys
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

__all__ = ['Machine', 'inspect_machine', 'missing_requirement']

_RCLPY_MARK = 'share/ament_index/resource_index/packages/rclpy'
_PLAIN_PATH = re.compile(r'[A-Za-z0-9._/+@~-]+')
"""What CMake and rosidl can build in; both break on spaces, rosidl also on other letters."""


@dataclass(frozen=True)
class Machine:
    """The Python and the ROS 2 that a set-up uses."""

    python: Path
    """The Python to make `.venv` with, never one of a virtual environment."""
    python_version: str
    ros_distro: str
    """Name of the sourced ROS 2, empty where ROS comes from wheels."""
    system_numpy: str = ''
    """Version of the numpy that a sourced ROS 2 was compiled for, empty if none is found."""
    system_opencv: bool = False
    fault: str = ''
    """Error message if no environment can be made here, else empty."""

    @property
    def ros_is_sourced(self) -> bool:
        return bool(self.ros_distro)

    @property
    def ros(self) -> str:
        """Where ROS 2 comes from, for messages."""
        return f'ROS 2 {self.ros_distro}, sourced' if self.ros_distro else 'ROS 2 from wheels'


def inspect_machine(venv: Path, environ: Mapping[str, str] = os.environ) -> Machine:
    """Inspect the running Python and environment; `venv` is ours, not a sourced ROS 2."""
    version = f'{sys.version_info.major}.{sys.version_info.minor}'
    python = Path(sys.base_prefix) / 'bin' / f'python{version}'
    prefix = _sourced_prefix(venv, environ)
    distro = environ.get('ROS_DISTRO', '')
    if prefix is None:
        fault = _not_sourced(distro) if distro else ''
        return Machine(python=python, python_version=version, ros_distro='', fault=fault)
    distro = distro or prefix.name
    return Machine(
        python=python,
        python_version=version,
        ros_distro=distro,
        system_numpy=importlib.metadata.version('numpy') if _seen_from_a_venv('numpy') else '',
        system_opencv=_seen_from_a_venv('cv2'),
        fault='' if _has_rclpy(prefix, version) else _other_python(distro, prefix, python),
    )


def _sourced_prefix(venv: Path, environ: Mapping[str, str]) -> Path | None:
    """Return the prefix of the sourced ROS 2; an environment with ROS wheels does not count."""
    prefixes = [Path(part) for part in environ.get('AMENT_PREFIX_PATH', '').split(':') if part]
    for prefix in prefixes:
        is_environment = prefix == venv or (prefix / 'pyvenv.cfg').is_file()
        if (prefix / _RCLPY_MARK).is_file() and not is_environment:
            return prefix
    return None


def _has_rclpy(prefix: Path, version: str) -> bool:
    libraries = (prefix / 'lib', prefix / 'local' / 'lib')
    return any(any(lib.glob(f'python{version}/*-packages/rclpy')) for lib in libraries)


def _not_sourced(distro: str) -> str:
    return (
        f'ROS_DISTRO is {distro} but no ROS 2 is sourced: source it '
        f'(source /opt/ros/{distro}/setup.bash), or unset ROS_DISTRO to get ROS 2 from wheels'
    )


def _other_python(distro: str, prefix: Path, python: Path) -> str:
    return (
        f'ROS 2 {distro} is sourced from {prefix} but was not built for {python}: name the Python '
        'it was built for, for example WPT_PYTHON=/usr/bin/python3 ./wpt setup'
    )


def _seen_from_a_venv(module: str) -> bool:
    """Return whether a new venv with --system-site-packages could import the module.

    Packages of an active virtual environment do not count, as a new one does not see them.
    """
    spec = find_spec(module)
    if spec is None or spec.origin is None:
        return False
    in_a_venv = sys.prefix != sys.base_prefix
    return not (in_a_venv and Path(sys.prefix) in Path(spec.origin).parents)


def missing_requirement(root: Path, machine: Machine) -> str:
    """Return the error message for the first missing requirement; empty if there is none."""
    if not _PLAIN_PATH.fullmatch(str(root)):
        return (
            f'the path {str(root)!r} has characters that ROS 2 cannot build messages in: move the '
            'checkout to a path of plain letters, digits and . _ - + @ ~, without spaces'
        )
    return machine.fault or _missing_tool()


def _missing_tool() -> str:
    compiler = os.environ.get('CXX', 'c++').split()[0]
    headers = Path(sysconfig.get_path('include')) / 'Python.h'
    lacking = (
        (shutil.which(compiler) or shutil.which('g++'), 'C++ compiler', 'g++'),
        (shutil.which('cmake'), 'CMake', 'cmake'),
        (shutil.which('make') or shutil.which('ninja'), 'make', 'make'),
        (find_spec('ensurepip'), 'venv module for this Python', 'python3-venv'),
        (headers.is_file(), 'Python.h', 'python3-dev'),
    )
    for found, what, package in lacking:
        if not found:
            return (
                f'no {what} found: install it (Debian, Ubuntu: sudo apt install {package}) '
                'and run ./wpt setup again'
            )
    return ''
