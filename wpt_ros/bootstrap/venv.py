# SPDX-License-Identifier: Apache-2.0
"""`.venv`: what it was made for, whether it is sound, and how another one takes its place.

A working `.venv` stays, whatever Python comes first on the PATH. Another one is made at the same
path, as scripts and CMake files in it hold that path; until it is complete, the old one waits
beside it, and comes back if that fails.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from wpt_ros.bootstrap.ground import Ground, survey
from wpt_ros.bootstrap.house import House
from wpt_ros.bootstrap.progress import Progress
from wpt_ros.bootstrap.stamps import stamp
from wpt_ros.bootstrap.trouble import SetupError

__all__ = ['Made', 'keeps', 'made_for', 'make', 'settle', 'stand']

HALF_MADE = 'half made'
ASK = """
import sys
from importlib.util import find_spec
print(sys.prefix, sys.base_prefix, find_spec('pip') is not None, sep='\\n')
"""


@dataclass(frozen=True)
class Made:
    """What a `.venv` was made for; its stamp."""

    place: str
    python: str
    python_version: str
    ros_distro: str


def made_for(house: House, ground: Ground) -> Made:
    """What a `.venv` made here and now is for."""
    return Made(str(house.venv), str(ground.python), ground.python_version, ground.ros_distro)


def stand(house: House, environ: Mapping[str, str] = os.environ) -> Ground:
    """What a set-up stands on: the Python of a sound `.venv`, unless WPT_PYTHON names another."""
    ground, made = survey(house.venv, environ), _read(house)
    if environ.get('WPT_PYTHON') or made is None or not _is_sound(house):
        return ground
    return replace(ground, python=Path(made.python), python_version=made.python_version)


def keeps(house: House, ground: Ground) -> bool:
    """Whether `.venv` stays; raise if it works but not with the ROS 2 that is sourced now."""
    made = _read(house)
    if made is None or not _is_sound(house):
        return False
    wanted = made_for(house, ground)
    if replace(made, ros_distro=ground.ros_distro) != wanted:
        return False
    if made.ros_distro != ground.ros_distro:
        raise SetupError(_other_ros(house, made.ros_distro, ground))
    return True


def make(house: House, ground: Ground, progress: Progress) -> None:
    """Make `.venv` without packages; a complete one moves aside, a half-made one goes."""
    progress.step(f'making .venv with Python {ground.python_version} ({ground.ros})')
    if house.venv.is_dir() and not _is_ours(house):
        raise SetupError(
            f'{house.venv} was not made by ./wpt: move it away (mv .venv .venv-mine) '
            'and run ./wpt setup again'
        )
    if house.packages_stamp.is_file():
        house.venv.rename(house.old_venv)
    _discard(house.venv)
    house.venv.mkdir(exist_ok=True)
    stamp(house.venv_stamp, HALF_MADE)
    sight = ['--system-site-packages'] if ground.ros_is_sourced else []
    progress.run(
        [ground.python, '-I', '-m', 'venv', *sight, house.venv],
        doing='making .venv',
        environ=os.environ,
        cwd=house.root,
    )
    stamp(house.venv_stamp, json.dumps(asdict(made_for(house, ground))))


def settle(house: House) -> None:
    """End a replacement, also one that was killed: a complete new `.venv` stays, else the old."""
    if not house.old_venv.exists():
        return
    if house.packages_stamp.is_file():
        _discard(house.old_venv)
    else:
        print('wpt: the .venv from before comes back', file=sys.stderr, flush=True)
        _discard(house.venv)
        house.old_venv.rename(house.venv)


def _read(house: House) -> Made | None:
    """Its stamp; None if there is none, it is half made, or an older ./wpt wrote it."""
    try:
        return Made(**json.loads(house.venv_stamp.read_text()))
    except (OSError, ValueError, TypeError):
        return None


def _is_sound(house: House) -> bool:
    """Whether its Python starts, has pip, and has `.venv` as its prefix.

    Without pyvenv.cfg it starts as the machine's own Python.
    """
    try:
        answer = subprocess.run([house.python, '-I', '-c', ASK], capture_output=True, text=True)
    except OSError:
        return False
    if answer.returncode != 0:
        return False
    prefix, base, has_pip = answer.stdout.split('\n')[:3]
    return prefix != base and os.path.samefile(prefix, house.venv) and has_pip == 'True'


def _is_ours(house: House) -> bool:
    """Whether `.venv` may be thrown away: we stamp it before anything else goes in."""
    return house.venv_stamp.is_file() or not any(house.venv.iterdir())


def _discard(folder: Path) -> None:
    if folder.is_symlink():
        folder.unlink()
    else:
        shutil.rmtree(folder, ignore_errors=True)


def _other_ros(house: House, made: str, ground: Ground) -> str:
    was = f'ROS 2 {made}, sourced' if made else 'ROS 2 from wheels'
    remedy = f'source /opt/ros/{made}/setup.bash' if made else 'use a shell that sources none'
    return (
        f'{house.venv} was made for {was}, and now it is {ground.ros}: {remedy}, '
        'or have a new one made (rm -rf .venv .wpt, then ./wpt setup)'
    )
