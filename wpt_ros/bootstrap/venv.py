# SPDX-License-Identifier: Apache-2.0
"""Creation, check and replacement of `.venv`.

A working `.venv` is kept, whichever Python is first on the PATH. A new one is created at the same
path, because its scripts and CMake files contain that path. The old one is kept as `.venv.old`
until the new one is complete, and restored if that fails.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from wpt_ros.bootstrap.checkout import Checkout, write_stamp
from wpt_ros.bootstrap.errors import SetupError
from wpt_ros.bootstrap.machine import Machine, inspect_machine
from wpt_ros.bootstrap.progress import Progress

__all__ = ['VenvStamp', 'create', 'finish_replacement', 'is_usable', 'machine_for', 'stamp_for']

HALF_MADE = 'half made'
ASK = """
import sys
from importlib.util import find_spec
print(sys.prefix, sys.base_prefix, find_spec('pip') is not None, sep='\\n')
"""


@dataclass(frozen=True)
class VenvStamp:
    """Stamp of a `.venv`: the Python and the ROS 2 that it was created for."""

    place: str
    python: str
    python_version: str
    ros_distro: str


def stamp_for(checkout: Checkout, machine: Machine) -> VenvStamp:
    """Return the stamp of a `.venv` created now."""
    return VenvStamp(
        str(checkout.venv), str(machine.python), machine.python_version, machine.ros_distro
    )


def machine_for(checkout: Checkout, environ: Mapping[str, str] = os.environ) -> Machine:
    """Inspect the machine; use the Python of a working `.venv` unless WPT_PYTHON is set."""
    machine, made = inspect_machine(checkout.venv, environ), _read(checkout)
    if environ.get('WPT_PYTHON') or made is None or not _is_sound(checkout):
        return machine
    return replace(machine, python=Path(made.python), python_version=made.python_version)


def is_usable(checkout: Checkout, machine: Machine) -> bool:
    """Return whether `.venv` can be used; raise SetupError if it is for another ROS 2."""
    made = _read(checkout)
    if made is None or not _is_sound(checkout):
        return False
    wanted = stamp_for(checkout, machine)
    if replace(made, ros_distro=machine.ros_distro) != wanted:
        return False
    if made.ros_distro != machine.ros_distro:
        raise SetupError(_other_ros(checkout, made.ros_distro, machine))
    return True


def create(checkout: Checkout, machine: Machine, progress: Progress) -> None:
    """Create `.venv` without packages; keep a complete old one as `.venv.old`."""
    progress.step(f'making .venv with Python {machine.python_version} ({machine.ros})')
    if checkout.venv.is_dir() and not _is_ours(checkout):
        raise SetupError(
            f'{checkout.venv} was not made by ./wpt: move it away (mv .venv .venv-mine) '
            'and run ./wpt setup again'
        )
    if checkout.packages_stamp.is_file():
        checkout.venv.rename(checkout.old_venv)
    _discard(checkout.venv)
    checkout.venv.mkdir(exist_ok=True)
    write_stamp(checkout.venv_stamp, HALF_MADE)
    sight = ['--system-site-packages'] if machine.ros_is_sourced else []
    progress.run(
        [machine.python, '-I', '-m', 'venv', *sight, checkout.venv],
        doing='making .venv',
        environ=os.environ,
        cwd=checkout.root,
    )
    write_stamp(checkout.venv_stamp, json.dumps(asdict(stamp_for(checkout, machine))))


def finish_replacement(checkout: Checkout) -> None:
    """Finish a replacement, also a killed one: keep a complete `.venv`, else restore the old."""
    if not checkout.old_venv.exists():
        return
    if checkout.packages_stamp.is_file():
        _discard(checkout.old_venv)
    else:
        print('wpt: restoring the previous .venv', file=sys.stderr, flush=True)
        _discard(checkout.venv)
        checkout.old_venv.rename(checkout.venv)


def _read(checkout: Checkout) -> VenvStamp | None:
    """Return the stamp; None if it is missing, incomplete, or from an older ./wpt."""
    try:
        return VenvStamp(**json.loads(checkout.venv_stamp.read_text()))
    except (OSError, ValueError, TypeError):
        return None


def _is_sound(checkout: Checkout) -> bool:
    """Return whether its Python starts, has pip, and has `.venv` as its prefix.

    Without pyvenv.cfg it starts as the Python of the machine.
    """
    try:
        answer = subprocess.run([checkout.python, '-I', '-c', ASK], capture_output=True, text=True)
    except OSError:
        return False
    if answer.returncode != 0:
        return False
    prefix, base, has_pip = answer.stdout.split('\n')[:3]
    return prefix != base and os.path.samefile(prefix, checkout.venv) and has_pip == 'True'


def _is_ours(checkout: Checkout) -> bool:
    """Return whether `.venv` may be deleted: ours is stamped before it has content."""
    return checkout.venv_stamp.is_file() or not any(checkout.venv.iterdir())


def _discard(folder: Path) -> None:
    if folder.is_symlink():
        folder.unlink()
    else:
        shutil.rmtree(folder, ignore_errors=True)


def _other_ros(checkout: Checkout, made: str, machine: Machine) -> str:
    was = f'ROS 2 {made}, sourced' if made else 'ROS 2 from wheels'
    remedy = f'source /opt/ros/{made}/setup.bash' if made else 'use a shell that sources none'
    return (
        f'{checkout.venv} was made for {was}, and now it is {machine.ros}: {remedy}, '
        'or have a new one made (rm -rf .venv .wpt, then ./wpt setup)'
    )
