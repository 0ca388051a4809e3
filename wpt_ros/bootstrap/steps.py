# SPDX-License-Identifier: Apache-2.0
"""The three steps of a set-up: make `.venv`, fill it, build the messages.

A step is done when its stamp says so; stamps are written last, so after an interruption the step
is taken again, and it finishes what is half made.
"""

import os
import shutil
import subprocess
from pathlib import Path

from wpt_ros.bootstrap import pip, venv, wheels
from wpt_ros.bootstrap.ground import Ground, obstacle
from wpt_ros.bootstrap.house import House, environment
from wpt_ros.bootstrap.packages import constraints, expected, requirements
from wpt_ros.bootstrap.progress import Progress
from wpt_ros.bootstrap.stamps import fingerprint, is_stamped, stamp
from wpt_ros.bootstrap.trouble import SetupError

__all__ = ['done', 'set_up']

INCLUDES = (
    'import sysconfig, numpy; print(sysconfig.get_path("include")); print(numpy.get_include())'
)


def done(house: House, ground: Ground) -> bool:
    """Whether nothing is left to do; raise if `.venv` works, but not with this ROS 2."""
    return (
        not house.old_venv.exists()
        and venv.keeps(house, ground)
        and is_stamped(house.packages_stamp, _packages_print(house, ground))
        and is_stamped(house.messages_stamp, _messages_print(house, ground))
    )


def set_up(house: House, ground: Ground) -> None:
    """Do what is left to do."""
    keeps = venv.keeps(house, ground)
    if sentence := obstacle(house.root, ground):
        raise SetupError(sentence)
    progress = Progress(house.log)
    try:
        if not keeps:
            venv.make(house, ground, progress)
        if not is_stamped(house.packages_stamp, _packages_print(house, ground)):
            _install(house, ground, progress)
    finally:
        venv.settle(house)
    if not is_stamped(house.messages_stamp, _messages_print(house, ground)):
        _build_messages(house, ground, progress)
    progress.step('ready')


def _packages_print(house: House, ground: Ground) -> str:
    recipe = ''.join(requirements(house.root, ground)) + constraints(house.root, ground)
    return fingerprint(recipe, files=[Path(wheels.__file__)])


def _messages_print(house: House, ground: Ground) -> str:
    files = [file for file in (house.root / 'msg').iterdir() if file.is_file()]
    made = repr(venv.made_for(house, ground))
    return fingerprint(_packages_print(house, ground), made, files=files)


def _install(house: House, ground: Ground, progress: Progress) -> None:
    wanted = requirements(house.root, ground)
    progress.step(f'installing {len(wanted)} packages and what they need (some minutes)')
    house.packages_stamp.unlink(missing_ok=True)
    pip.install(
        house,
        progress,
        wanted=wanted,
        constraints=constraints(house.root, ground),
        total=expected(house.root, ground),
    )
    if not ground.ros_is_sourced:
        answer = subprocess.run(
            [house.python, '-I', '-c', INCLUDES], capture_output=True, text=True, check=True
        )
        python_include, numpy_include = map(Path, answer.stdout.split('\n')[:2])
        wheels.mend_cmake_paths(
            house.venv, python_include=python_include, numpy_include=numpy_include
        )
        wheels.make_prefix_sourceable(house.venv)
    stamp(house.packages_stamp, _packages_print(house, ground))


def _build_messages(house: House, ground: Ground, progress: Progress) -> None:
    progress.step('building the messages (wpt_msgs)')
    house.messages_stamp.unlink(missing_ok=True)
    for folder in ('build', 'install'):
        shutil.rmtree(house.work / folder, ignore_errors=True)
    progress.run(
        [
            *(
                house.python,
                '-m',
                'colcon',
                '--log-base',
                house.work / 'log',
                'build',
                '--base-paths',
                'msg',
            ),
            *('--build-base', house.work / 'build', '--install-base', house.work / 'install'),
            *('--event-handlers', 'console_direct+', '--cmake-args', '-DBUILD_TESTING=OFF'),
        ],
        doing='building the messages',
        environ={**os.environ, **environment(house, ground, os.environ)},
        cwd=house.root,
    )
    stamp(house.messages_stamp, _messages_print(house, ground))
