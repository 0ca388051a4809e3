# SPDX-License-Identifier: Apache-2.0
"""The three steps of a set-up: make `.venv`, fill it, build the messages.

A step is done when its stamp says so; stamps are written last, so after an interruption the step
is taken again, and it finishes what is half made.
"""

import os
import shutil
import subprocess
from pathlib import Path

from wpt_ros.bootstrap import wheels
from wpt_ros.bootstrap.ground import Ground, missing_tool
from wpt_ros.bootstrap.house import House, environment
from wpt_ros.bootstrap.packages import constraints, requirements
from wpt_ros.bootstrap.progress import Progress
from wpt_ros.bootstrap.stamps import fingerprint, is_stamped, stamp
from wpt_ros.bootstrap.trouble import SetupError

__all__ = ['done', 'forget_half_installed', 'set_up']

PIP_FLAGS = ('--no-input', '--progress-bar=off', '--disable-pip-version-check')

INCLUDES = (
    'import sysconfig, numpy; print(sysconfig.get_path("include")); print(numpy.get_include())'
)


def done(house: House, ground: Ground) -> bool:
    """Whether nothing is left to do."""
    return (
        is_stamped(house.venv_stamp, _venv_print(house, ground))
        and is_stamped(house.packages_stamp, _packages_print(house, ground))
        and is_stamped(house.messages_stamp, _messages_print(house, ground))
    )


def set_up(house: House, ground: Ground) -> None:
    """Do what is left to do."""
    if sentence := missing_tool():
        raise SetupError(sentence)
    progress = Progress(house.log)
    if not is_stamped(house.venv_stamp, _venv_print(house, ground)) or not _runs(house.python):
        _make_venv(house, ground, progress)
    if not is_stamped(house.packages_stamp, _packages_print(house, ground)):
        _install(house, ground, progress)
    if not is_stamped(house.messages_stamp, _messages_print(house, ground)):
        _build_messages(house, ground, progress)
    progress.step('ready')


def _venv_print(house: House, ground: Ground) -> str:
    return fingerprint(
        str(house.venv), str(ground.python), ground.python_version, ground.ros_distro
    )


def _packages_print(house: House, ground: Ground) -> str:
    recipe = ''.join(requirements(house.root, ground)) + constraints(house.root, ground)
    return fingerprint(recipe, files=[Path(wheels.__file__)])


def _messages_print(house: House, ground: Ground) -> str:
    files = [file for file in (house.root / 'msg').iterdir() if file.is_file()]
    return fingerprint(_packages_print(house, ground), _venv_print(house, ground), files=files)


def _make_venv(house: House, ground: Ground, progress: Progress) -> None:
    ros = f'ROS 2 {ground.ros_distro}, sourced' if ground.ros_is_sourced else 'ROS 2 from wheels'
    progress.step(f'making .venv with Python {ground.python_version} ({ros})')
    if house.venv.is_dir() and not _is_ours(house):
        raise SetupError(
            f'{house.venv} was not made by ./wpt: move it away (mv .venv .venv-mine) '
            'and run ./wpt setup again'
        )
    shutil.rmtree(house.venv, ignore_errors=True)
    house.venv.mkdir(exist_ok=True)
    stamp(house.venv_stamp, 'half made')
    sight = ['--system-site-packages'] if ground.ros_is_sourced else []
    progress.run(
        [ground.python, '-m', 'venv', *sight, house.venv],
        doing='making .venv',
        environ=os.environ,
        cwd=house.root,
    )
    stamp(house.venv_stamp, _venv_print(house, ground))


def _install(house: House, ground: Ground, progress: Progress) -> None:
    wanted = requirements(house.root, ground)
    progress.step(f'installing {len(wanted)} packages and what they need (some minutes)')
    house.packages_stamp.unlink(missing_ok=True)
    forget_half_installed(house.venv)
    pins, names = house.work / 'constraints.txt', house.work / 'requirements.txt'
    pins.write_text(constraints(house.root, ground))
    names.write_text('\n'.join(wanted) + '\n')
    progress.run(
        [house.python, '-m', 'pip', 'install', *PIP_FLAGS, '-c', pins, '-r', names],
        doing='installing packages',
        environ=os.environ,
        cwd=house.root,
    )
    if not ground.ros_is_sourced:
        answer = subprocess.run(
            [house.python, '-c', INCLUDES], capture_output=True, text=True, check=True
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


def forget_half_installed(venv: Path) -> None:
    """Remove the records of packages whose installation was cut off, so that pip starts them anew.

    pip takes a package as installed when its metadata is there, and writes RECORD last.
    """
    for metadata in venv.glob('lib/python3.*/site-packages/*.dist-info'):
        if not (metadata / 'RECORD').is_file():
            shutil.rmtree(metadata)


def _is_ours(house: House) -> bool:
    """Whether `.venv` may be thrown away: we stamp it before anything else goes in."""
    return house.venv_stamp.is_file() or not any(house.venv.iterdir())


def _runs(python: Path) -> bool:
    """Whether `.venv` has a Python with pip that starts; a half-made one does not."""
    try:
        answer = subprocess.run([python, '-m', 'pip', '--version'], capture_output=True)
    except OSError:
        return False
    return answer.returncode == 0
