# SPDX-License-Identifier: Apache-2.0
"""A working `.venv` stays, nothing is installed elsewhere, and a failed replacement is undone."""

import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from wpt_ros.bootstrap import pip, steps, venv
from wpt_ros.bootstrap.checkout import Checkout, write_stamp
from wpt_ros.bootstrap.errors import SetupError
from wpt_ros.bootstrap.machine import Machine
from wpt_ros.bootstrap.pip import PipStatus, remove_incomplete_records
from wpt_ros.bootstrap.progress import Progress

# Instead of pip: writes down into which environment it would install.
PIP = """
import pathlib, sys
if 'config' in sys.argv:
    print(pathlib.Path(__file__).with_name('pip.conf').read_text())
else:
    pathlib.Path(__file__).with_name('asked').write_text(sys.prefix)
"""


VERSION = f'{sys.version_info.major}.{sys.version_info.minor}'
HERE = Machine(
    python=Path(sys.base_prefix) / 'bin' / f'python{VERSION}',
    python_version=VERSION,
    ros_distro='',
)


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """A checkout with a complete `.venv`, in which one file tells it from another."""
    made = Checkout(tmp_path)
    made.work.mkdir()
    subprocess.run([HERE.python, '-m', 'venv', '--without-pip', made.venv], check=True)
    (site(made) / 'pip.py').write_text(PIP)
    (site(made) / 'pip.conf').touch()
    write_stamp(made.venv_stamp, json.dumps(asdict(venv.stamp_for(made, HERE))))
    write_stamp(made.packages_stamp, 'complete')
    (made.venv / 'precious').touch()
    return made


def site(checkout: Checkout) -> Path:
    (folder,) = checkout.venv.glob('lib/python3.*/site-packages')
    return folder


def install(checkout: Checkout) -> None:
    pip.install(checkout, Progress(checkout.log), wanted=['anything'], constraints='', total=1)


def test_the_python_of_a_working_venv_decides(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, 'base_prefix', '/opt/conda')  # what comes first on the PATH
    assert venv.machine_for(checkout, {}).python == HERE.python
    assert venv.is_usable(checkout, venv.machine_for(checkout, {}))
    named = venv.machine_for(checkout, {'WPT_PYTHON': 'python3'})
    assert named.python.parent == Path('/opt/conda/bin')
    assert not venv.is_usable(checkout, named)


def test_a_venv_for_another_ros_stays_too(checkout: Checkout) -> None:
    sourced = replace(HERE, ros_distro='jazzy')
    with pytest.raises(
        SetupError, match=r'was made for ROS 2 from wheels, and now it is .*rm -rf'
    ):
        venv.is_usable(checkout, sourced)
    write_stamp(checkout.venv_stamp, json.dumps(asdict(venv.stamp_for(checkout, sourced))))
    with pytest.raises(SetupError, match=r'source /opt/ros/jazzy/setup\.bash'):
        venv.is_usable(checkout, HERE)
    assert (checkout.venv / 'precious').exists()


def test_a_venv_that_is_not_sound_does_not_stay(checkout: Checkout) -> None:
    assert venv.is_usable(checkout, HERE)
    (site(checkout) / 'pip.py').rename(checkout.root / 'pip.py')
    assert not venv.is_usable(checkout, HERE)
    (checkout.root / 'pip.py').rename(site(checkout) / 'pip.py')
    (checkout.venv / 'pyvenv.cfg').unlink()
    assert not venv.is_usable(checkout, HERE)


def test_a_venv_that_was_moved_does_not_stay(checkout: Checkout) -> None:
    elsewhere = Checkout(checkout.root / 'elsewhere')
    elsewhere.root.mkdir()
    checkout.venv.rename(elsewhere.venv)
    assert not venv.is_usable(elsewhere, HERE)


def test_pip_runs_in_the_venv(checkout: Checkout) -> None:
    install(checkout)
    assert (site(checkout) / 'asked').read_text() == str(checkout.venv)


def test_pip_does_not_run_in_the_python_of_the_machine(checkout: Checkout) -> None:
    (checkout.venv / 'pyvenv.cfg').unlink()  # now .venv/bin/python is the Python it was made with
    with pytest.raises(SetupError, match='would install into'):
        install(checkout)


def test_pip_that_is_configured_to_install_elsewhere_is_refused(checkout: Checkout) -> None:
    (site(checkout) / 'pip.conf').write_text("global.timeout='60'\ninstall.target='/usr/mine'\n")
    with pytest.raises(SetupError, match=r"elsewhere .*\(install\.target='/usr/mine'\)"):
        install(checkout)
    assert not (site(checkout) / 'asked').exists()


def test_a_foreign_venv_is_not_thrown_away(tmp_path: Path) -> None:
    checkout = Checkout(tmp_path)
    checkout.venv.mkdir()
    (checkout.venv / 'precious').touch()
    with pytest.raises(SetupError, match=r'not made by \./wpt: move it away'):
        venv.create(checkout, HERE, Progress(checkout.log))
    assert (checkout.venv / 'precious').exists()


@pytest.fixture
def set_up(root: Path, checkout: Checkout, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Prepares `steps.set_up` with a Python that cannot make a `.venv`; the script to change."""
    monkeypatch.setattr(steps, 'missing_requirement', lambda *_: '')
    for part in ('msg', 'setup.py', 'constraints.txt'):
        (checkout.root / part).symlink_to(root / part)
    script = checkout.root / 'python'
    script.write_text('#!/bin/sh\necho error: not today\nexit 1\n')
    script.chmod(0o755)
    return script


def test_a_replacement_that_fails_is_undone(set_up: Path, checkout: Checkout) -> None:
    with pytest.raises(SetupError, match='not today'):
        steps.set_up(checkout, replace(HERE, python=set_up))
    assert (checkout.venv / 'precious').exists()
    assert not checkout.old_venv.exists()
    assert venv.is_usable(checkout, HERE)


def test_a_replacement_that_is_interrupted_is_undone(
    set_up: Path, checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        assert not (checkout.venv / 'precious').exists()
        raise KeyboardInterrupt

    monkeypatch.setattr(Progress, 'run', interrupted)
    with pytest.raises(KeyboardInterrupt):
        steps.set_up(checkout, replace(HERE, python=set_up))
    assert (checkout.venv / 'precious').exists()


def test_a_replacement_that_was_killed_is_ended_by_the_next_run(checkout: Checkout) -> None:
    checkout.venv.rename(checkout.old_venv)
    checkout.venv.mkdir()
    venv.finish_replacement(checkout)  # the new one is not complete
    assert (checkout.venv / 'precious').exists()
    checkout.venv.rename(checkout.old_venv)
    checkout.venv.mkdir()
    write_stamp(checkout.packages_stamp, 'complete')
    venv.finish_replacement(checkout)
    assert not (checkout.venv / 'precious').exists()
    assert not checkout.old_venv.exists()


HOLD = """
import os, sys
from pathlib import Path
from wpt_ros.bootstrap.__main__ import Checkout, _setup_lock
from wpt_ros.bootstrap.progress import Progress

root = Path(sys.argv[1])
with _setup_lock(Checkout(root)):
    Progress(root / 'log').run(['cat', root / 'pipe'], doing='x', environ=os.environ, cwd=root)
"""


def test_a_command_left_over_from_a_killed_set_up_holds_the_lock(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / 'pipe')
    (tmp_path / '.wpt').mkdir()
    killed = subprocess.Popen([sys.executable, '-c', HOLD, tmp_path])
    with (tmp_path / 'pipe').open('w') as pipe:  # opens when the command reads
        killed.kill()
        killed.wait()
        with (tmp_path / '.wpt' / 'lock').open('w') as lock:
            with pytest.raises(BlockingIOError):
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            pipe.close()
            fcntl.flock(lock, fcntl.LOCK_EX)  # when the command has ended


def test_half_installed_packages_are_forgotten(tmp_path: Path) -> None:
    packages = tmp_path / 'lib' / 'python3.12' / 'site-packages'
    for name, files in {'whole': ['METADATA', 'RECORD'], 'half': ['METADATA']}.items():
        (packages / f'{name}-1.0.dist-info').mkdir(parents=True)
        for file in files:
            (packages / f'{name}-1.0.dist-info' / file).touch()
    remove_incomplete_records(tmp_path)
    assert [folder.name for folder in packages.iterdir()] == ['whole-1.0.dist-info']


def test_the_status_of_pip_counts_packages(checkout: Checkout) -> None:
    status = PipStatus(checkout.venv, 40)
    for line in (
        'Collecting tqdm==4.1 (from -r requirements.txt (line 4))\n',
        '  Downloading tqdm-4.1-py3-none-any.whl (78 kB)\n',
        'Requirement already satisfied: typing_extensions>=4 in ./.venv/lib (from torch)\n',
        'Requirement already satisfied: typing-extensions in ./.venv/lib (from onnx)\n',
        'Processing /wheels/torch-2.1-cp311-cp311-manylinux_2_28_x86_64.whl (from -r x)\n',
        'WARNING: something\n',
    ):
        status.read(line)
    torch = 'Processing torch-2.1-cp311-cp311-manylinux_2_28_x86_64.whl'
    assert str(status) == f'3 of about 40 packages found: {torch}'
    status.read('Installing collected packages: tqdm, torch, sympy\n')
    assert str(status) == '0 of 3 packages installed'
    (site(checkout) / 'tqdm-4.1.dist-info').mkdir()
    (site(checkout) / 'tqdm-4.1.dist-info' / 'RECORD').touch()
    assert str(status) == '1 of 3 packages installed'


class Asked:
    """A status that does something whenever it is asked."""

    def __init__(self, act: Callable[[], None]) -> None:
        self.act, self.count = act, 0

    def read(self, line: str) -> None: ...

    def __str__(self) -> str:
        self.count += 1
        self.act()
        return f'asked {self.count}'


def test_a_command_that_prints_nothing_still_shows_progress(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    progress, status = Progress(tmp_path / 'log'), Asked(lambda: None)
    progress.quiet_s = 0.0
    progress.run(['sleep', '1'], doing='x', environ=os.environ, cwd=tmp_path, status=status)
    assert status.count > 1
    assert '     asked 1\n' in capsys.readouterr().err


def test_an_interruption_ends_the_command(tmp_path: Path) -> None:
    progress, note = Progress(tmp_path / 'log'), tmp_path / 'number'

    def interrupt_when_it_runs() -> None:
        if note.exists() and note.read_text().endswith('\n'):
            raise KeyboardInterrupt

    progress.quiet_s = 0.0
    command = ['sh', '-c', f'echo $$ > {note}; exec sleep 600']
    with pytest.raises(KeyboardInterrupt):
        progress.run(
            command,
            doing='x',
            environ=os.environ,
            cwd=tmp_path,
            status=Asked(interrupt_when_it_runs),
        )
    with pytest.raises(ProcessLookupError):
        os.kill(int(note.read_text()), 0)
