# SPDX-License-Identifier: Apache-2.0
"""The three steps of a set-up: create `.venv`, install packages, build the messages.

A step is done when its stamp matches. Stamps are written last, so an interrupted step is repeated.
"""

import os
import shutil
import subprocess
from pathlib import Path

from wpt_ros.bootstrap import pip, venv, wheels
from wpt_ros.bootstrap.checkout import Checkout, environment, fingerprint, is_stamped, write_stamp
from wpt_ros.bootstrap.errors import SetupError
from wpt_ros.bootstrap.machine import Machine, missing_requirement
from wpt_ros.bootstrap.packages import constraints, expected, requirements
from wpt_ros.bootstrap.progress import Progress

__all__ = ['is_complete', 'set_up']

INCLUDES = (
    'import sysconfig, numpy; print(sysconfig.get_path("include")); print(numpy.get_include())'
)


def is_complete(checkout: Checkout, machine: Machine) -> bool:
    """Return whether all steps are done; raise SetupError if `.venv` is for another ROS 2."""
    return (
        not checkout.old_venv.exists()
        and venv.is_usable(checkout, machine)
        and is_stamped(checkout.packages_stamp, _packages_print(checkout, machine))
        and is_stamped(checkout.messages_stamp, _messages_print(checkout, machine))
    )


def set_up(checkout: Checkout, machine: Machine) -> None:
    """Perform the missing steps."""
    is_usable = venv.is_usable(checkout, machine)
    if sentence := missing_requirement(checkout.root, machine):
        raise SetupError(sentence)
    progress = Progress(checkout.log)
    try:
        if not is_usable:
            venv.create(checkout, machine, progress)
        if not is_stamped(checkout.packages_stamp, _packages_print(checkout, machine)):
            _install(checkout, machine, progress)
    finally:
        venv.finish_replacement(checkout)
    if not is_stamped(checkout.messages_stamp, _messages_print(checkout, machine)):
        _build_messages(checkout, machine, progress)
    progress.step('ready')


def _packages_print(checkout: Checkout, machine: Machine) -> str:
    recipe = ''.join(requirements(checkout.root, machine)) + constraints(checkout.root, machine)
    return fingerprint(recipe, files=[Path(wheels.__file__)])


def _messages_print(checkout: Checkout, machine: Machine) -> str:
    files = [file for file in (checkout.root / 'msg').iterdir() if file.is_file()]
    made = repr(venv.stamp_for(checkout, machine))
    return fingerprint(_packages_print(checkout, machine), made, files=files)


def _install(checkout: Checkout, machine: Machine, progress: Progress) -> None:
    wanted = requirements(checkout.root, machine)
    progress.step(f'installing {len(wanted)} packages and what they need (some minutes)')
    checkout.packages_stamp.unlink(missing_ok=True)
    pip.install(
        checkout,
        progress,
        wanted=wanted,
        constraints=constraints(checkout.root, machine),
        total=expected(checkout.root, machine),
    )
    if not machine.ros_is_sourced:
        answer = subprocess.run(
            [checkout.python, '-I', '-c', INCLUDES], capture_output=True, text=True, check=True
        )
        python_include, numpy_include = map(Path, answer.stdout.split('\n')[:2])
        wheels.mend_cmake_paths(
            checkout.venv, python_include=python_include, numpy_include=numpy_include
        )
        wheels.make_prefix_sourceable(checkout.venv)
    write_stamp(checkout.packages_stamp, _packages_print(checkout, machine))


def _build_messages(checkout: Checkout, machine: Machine, progress: Progress) -> None:
    progress.step('building the messages (wpt_msgs)')
    checkout.messages_stamp.unlink(missing_ok=True)
    for folder in ('build', 'install'):
        shutil.rmtree(checkout.work / folder, ignore_errors=True)
    progress.run(
        [
            *(
                checkout.python,
                '-m',
                'colcon',
                '--log-base',
                checkout.work / 'log',
                'build',
                '--base-paths',
                'msg',
            ),
            *(
                '--build-base',
                checkout.work / 'build',
                '--install-base',
                checkout.work / 'install',
            ),
            *('--event-handlers', 'console_direct+', '--cmake-args', '-DBUILD_TESTING=OFF'),
        ],
        doing='building the messages',
        environ={**os.environ, **environment(checkout, machine, os.environ)},
        cwd=checkout.root,
    )
    write_stamp(checkout.messages_stamp, _messages_print(checkout, machine))
