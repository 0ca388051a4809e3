# SPDX-License-Identifier: Apache-2.0
"""Packages of `.venv` and their versions."""

import ast
import re
from pathlib import Path
from typing import Any

from wpt_ros.bootstrap.machine import Machine

__all__ = ['constraints', 'expected', 'requirements']

ROS_WHEELS = (
    'ros-jazzy-common-interfaces',
    'ros-jazzy-rclpy',
    'ros-jazzy-rmw-fastrtps-cpp',
)
"""ROS 2 itself, where none is sourced."""

# The wheels do not declare what their CMake files look for, so everything is named.
ROS_BUILD_WHEELS = (
    *(
        f'ros-jazzy-ament-cmake{part}'
        for part in (
            '',
            '-core',
            '-export-definitions',
            '-export-dependencies',
            '-export-include-directories',
            '-export-interfaces',
            '-export-libraries',
            '-export-link-flags',
            '-export-targets',
            '-gen-version-h',
            '-gmock',
            '-gtest',
            '-include-directories',
            '-libraries',
            '-pytest',
            '-python',
            '-ros',
            '-target-dependencies',
            '-test',
            '-version',
        )
    ),
    *(
        f'ros-jazzy-rosidl-{part}'
        for part in (
            'adapter',
            'cli',
            'cmake',
            'core-generators',
            'core-runtime',
            'default-generators',
            'default-runtime',
            'dynamic-typesupport',
            'dynamic-typesupport-fastrtps',
            'generator-c',
            'generator-cpp',
            'generator-py',
            'generator-type-description',
            'parser',
            'pycommon',
            'runtime-c',
            'runtime-cpp',
            'typesupport-c',
            'typesupport-cpp',
            'typesupport-fastrtps-c',
            'typesupport-fastrtps-cpp',
            'typesupport-interface',
            'typesupport-introspection-c',
            'typesupport-introspection-cpp',
        )
    ),
    'ros-jazzy-ament-package',
    'ros-jazzy-fastrtps-cmake-module',
    'ros-jazzy-python-cmake-module',
)
"""What builds a message package there."""

EXTRAS = ('training', 'onnx', 'test', 'dev')

# A sourced ROS 2 was compiled against the system's numpy and breaks with another major version,
# so that numpy stays, and the packages that are tied to a numpy follow it.
TIED_TO_NUMPY = ('contourpy', 'matplotlib', 'numpy', 'opencv-python-headless', 'scipy')


def requirements(root: Path, machine: Machine) -> list[str]:
    """Return the requirements: packages of the car, extras, and ROS wheels if none is sourced."""
    car, extras = _declared(root / 'setup.py')
    wanted = {*car, *(name for extra in EXTRAS for name in extras[extra])}
    if not machine.ros_is_sourced:
        wanted |= {*ROS_WHEELS, *ROS_BUILD_WHEELS}
    elif machine.system_opencv:
        wanted = {name for name in wanted if _name(name) != 'opencv-python-headless'}
    return sorted(wanted)


def constraints(root: Path, machine: Machine) -> str:
    """Return the pins of constraints.txt, without those that a sourced ROS 2 determines."""
    pins = (root / 'constraints.txt').read_text()
    if not (machine.ros_is_sourced and machine.system_numpy):
        return pins
    kept = [line for line in pins.splitlines() if _name(line) not in TIED_TO_NUMPY]
    return '\n'.join([*kept, f'numpy=={machine.system_numpy}', ''])


def expected(root: Path, machine: Machine) -> int:
    """Return about how many packages will be installed: the pinned ones, without a second ROS."""
    names = {_name(line) for line in constraints(root, machine).splitlines()} - {''}
    return sum(1 for name in names if not (machine.ros_is_sourced and name.startswith('ros-')))


def _declared(setup_py: Path) -> tuple[list[str], dict[str, list[str]]]:
    """Read CAR and EXTRAS of setup.py without running it: setuptools may be missing."""
    values: dict[str, Any] = {}
    for node in ast.parse(setup_py.read_text()).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            values[node.targets[0].id] = ast.literal_eval(node.value)
    return values['CAR'], values['EXTRAS']


def _name(line: str) -> str:
    return re.split(r'[ =<>!~;\[#]', line.strip(), maxsplit=1)[0].lower()


if __name__ == '__main__':
    # The input for making constraints.txt anew: everything but the simulator, for wheels.
    ROOT = Path(__file__).resolve().parents[2]
    EVERYTHING = requirements(ROOT, Machine(python=Path(), python_version='', ros_distro=''))
    print('\n'.join(EVERYTHING))
