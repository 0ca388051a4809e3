# SPDX-License-Identifier: Apache-2.0
"""What the machine offers before anything is installed: Python, ROS 2, the tools to build with."""

import importlib.metadata
import os
import shutil
import sys
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from wpt_ros.bootstrap.trouble import SetupError

__all__ = ['Ground', 'missing_tool', 'survey']


@dataclass(frozen=True)
class Ground:
    """What a set-up stands on."""

    python: Path
    """The Python to make `.venv` with, never one of a virtual environment."""
    python_version: str
    ros_distro: str
    """Name of the sourced ROS 2, empty where ROS comes from wheels."""
    system_numpy: str = ''
    """Version of the numpy that a sourced ROS 2 was compiled for, empty if none is found."""
    system_opencv: bool = False

    @property
    def ros_is_sourced(self) -> bool:
        return bool(self.ros_distro)


def survey(environ: Mapping[str, str] = os.environ) -> Ground:
    """Look around with the running Python; raise if ROS 2 is sourced for another Python."""
    version = f'{sys.version_info.major}.{sys.version_info.minor}'
    python = Path(sys.base_prefix) / 'bin' / f'python{version}'
    sourced = _seen_from_a_venv('rclpy')
    distro = environ.get('ROS_DISTRO', '')
    if distro and not sourced:
        raise SetupError(
            f'ROS 2 {distro} is sourced but {python} cannot import rclpy: name the Python it was '
            'built for, for example WPT_PYTHON=/usr/bin/python3 ./wpt setup'
        )
    if not sourced:
        return Ground(python=python, python_version=version, ros_distro='')
    return Ground(
        python=python,
        python_version=version,
        ros_distro=distro or 'unnamed',
        system_numpy=importlib.metadata.version('numpy') if _seen_from_a_venv('numpy') else '',
        system_opencv=_seen_from_a_venv('cv2'),
    )


def _seen_from_a_venv(module: str) -> bool:
    """Whether a new venv with --system-site-packages could import it.

    What lies in a virtual environment that happens to be active does not count: a new one does
    not see it.
    """
    spec = find_spec(module)
    if spec is None or spec.origin is None:
        return False
    in_a_venv = sys.prefix != sys.base_prefix
    return not (in_a_venv and Path(sys.prefix) in Path(spec.origin).parents)


def missing_tool() -> str:
    """One sentence about the first tool that set-up needs and does not find; empty if none."""
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
