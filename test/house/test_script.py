# SPDX-License-Identifier: Apache-2.0
"""`./wpt` itself: what it finds, and the one sentence when it cannot go on.

Each test has a copy of the script and its package in a folder of its own, and a package index
that is not there, so nothing is ever installed.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

PARTS = ('wpt', 'wpt_ros', 'msg', 'config', 'setup.py', 'constraints.txt')
SHELL_TOOLS = ('sh', 'dirname', 'sed', 'env', 'cat')
BUILD_TOOLS = ('c++', 'g++', 'cmake', 'make')
BASE_PYTHON = f'{sys.base_prefix}/bin/python{sys.version_info.major}.{sys.version_info.minor}'


@pytest.fixture
def copy(tmp_path: Path, root: Path) -> Path:
    """A checkout in which nothing was set up."""
    folder = tmp_path / 'copy of wpt'
    folder.mkdir()
    for part in PARTS:
        target = folder / part
        if (root / part).is_dir():
            shutil.copytree(root / part, target, ignore=shutil.ignore_patterns('__pycache__'))
        else:
            shutil.copy(root / part, target)
    return folder


def tools(tmp_path: Path, *names: str) -> Path:
    """A folder for PATH that holds only these of the machine's tools."""
    folder = tmp_path / 'tools'
    folder.mkdir(exist_ok=True)
    for name in (*SHELL_TOOLS, *names):
        if place := shutil.which(name):
            (folder / name).symlink_to(place)
    return folder


def surroundings(path: Path | str, **more: str) -> dict[str, str]:
    """An environment with no ROS, no settings of pip, and no package index."""
    return {
        'PATH': str(path),
        'HOME': os.environ.get('HOME', '/'),
        'PIP_CONFIG_FILE': os.devnull,
        'PIP_INDEX_URL': 'http://127.0.0.1:9/simple',
        'PIP_RETRIES': '1',
        'PIP_NO_CACHE_DIR': '1',
        **more,
    }


def wpt(copy: Path, verb: str, environ: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [copy / 'wpt', verb],
        capture_output=True,
        text=True,
        env=environ,
        cwd=copy.parent,
        timeout=300,
    )


def sentence(answer: subprocess.CompletedProcess[str], code: int = 1) -> str:
    """The last line of a failure, of which nothing else may look like one."""
    assert answer.returncode == code, answer.stderr
    assert 'Traceback' not in answer.stderr
    return answer.stderr.strip().splitlines()[-1]


def test_shellcheck_finds_nothing(root: Path) -> None:
    checker = shutil.which(
        'shellcheck', path=f'{Path(sys.executable).parent}:{os.environ["PATH"]}'
    )
    if checker is None:
        pytest.skip('no shellcheck on this machine')
    answer = subprocess.run([checker, 'wpt', '.ci/run'], cwd=root, capture_output=True, text=True)
    assert answer.returncode == 0, answer.stdout


def test_help_needs_no_set_up(copy: Path, tmp_path: Path) -> None:
    environ = surroundings(tools(tmp_path), WPT_PYTHON=BASE_PYTHON)
    answer = wpt(copy, 'help', environ)
    assert answer.returncode == 0, answer.stderr
    assert 'doctor' in answer.stdout
    assert not (copy / '.venv').exists()


def test_files_of_the_current_folder_are_not_imported(copy: Path, tmp_path: Path) -> None:
    for name in ('argparse', 'runpy', 'wpt_ros'):
        (copy.parent / f'{name}.py').write_text('raise SystemExit("not this one")\n')
    answer = wpt(copy, 'help', surroundings(tools(tmp_path), WPT_PYTHON=BASE_PYTHON))
    assert answer.returncode == 0, answer.stderr


def test_a_mistyped_verb_installs_nothing(copy: Path, tmp_path: Path) -> None:
    environ = surroundings(tools(tmp_path), WPT_PYTHON=BASE_PYTHON)
    assert "unknown verb 'wrold'" in sentence(wpt(copy, 'wrold', environ), code=2)
    assert not (copy / '.venv').exists()


def test_the_doctor_comes_before_set_up(copy: Path, tmp_path: Path) -> None:
    answer = wpt(copy, 'doctor', surroundings(tools(tmp_path), WPT_PYTHON=BASE_PYTHON))
    assert answer.returncode == 1
    assert 'missing  tools      no C++ compiler found' in answer.stdout
    assert 'missing  set-up     not done' in answer.stdout
    assert not (copy / '.venv').exists()


def test_no_python_new_enough(copy: Path, tmp_path: Path) -> None:
    folder = tools(tmp_path)
    old = folder / 'python3'
    old.write_text('#!/bin/sh\n# A Python that is older than what it is asked for.\nexit 1\n')
    old.chmod(0o755)
    said = sentence(wpt(copy, 'setup', surroundings(folder)))
    assert said.startswith('wpt: no Python 3.10 or newer found: install one')


def test_a_newer_python_beside_an_old_one_is_found(copy: Path, tmp_path: Path) -> None:
    folder = tools(tmp_path)
    (folder / 'python3').write_text('#!/bin/sh\nexit 1\n')
    (folder / 'python3').chmod(0o755)
    (folder / 'python3.12').symlink_to(BASE_PYTHON)
    assert wpt(copy, 'help', surroundings(folder)).returncode == 0


LACKING = [
    (
        ('cmake', 'make'),
        'no C++ compiler found: install it (Debian, Ubuntu: sudo apt install g++)',
    ),
    (
        ('c++', 'g++', 'make'),
        'no CMake found: install it (Debian, Ubuntu: sudo apt install cmake)',
    ),
    (('c++', 'g++', 'cmake'), 'no make found: install it'),
]


@pytest.mark.parametrize(('present', 'expected'), LACKING)
def test_a_missing_tool(
    copy: Path, tmp_path: Path, present: tuple[str, ...], expected: str
) -> None:
    environ = surroundings(tools(tmp_path, *present), WPT_PYTHON=BASE_PYTHON)
    assert expected in sentence(wpt(copy, 'setup', environ))
    assert not (copy / '.venv').exists()


def test_ros_sourced_for_another_python(copy: Path, tmp_path: Path) -> None:
    environ = surroundings(tools(tmp_path), WPT_PYTHON=BASE_PYTHON, ROS_DISTRO='humble')
    assert 'ROS 2 humble is sourced but' in sentence(wpt(copy, 'setup', environ))


@pytest.mark.slow
def test_no_network_then_a_broken_venv(copy: Path, tmp_path: Path) -> None:
    environ = surroundings(tools(tmp_path, *BUILD_TOOLS), WPT_PYTHON=BASE_PYTHON)
    answer = wpt(copy, 'setup', environ)
    assert 'no network while installing packages' in sentence(answer)
    assert 'wpt: making .venv' in answer.stderr

    # The next run goes on with the .venv that is there,
    again = wpt(copy, 'setup', environ)
    assert 'no network' in sentence(again)
    assert 'making .venv' not in again.stderr

    # and makes a broken one anew: here the cut-off one lost its pip and its Python.
    shutil.rmtree(copy / '.venv' / 'lib')
    (copy / '.venv' / 'bin' / 'python').unlink()
    mended = wpt(copy, 'setup', environ)
    assert 'no network' in sentence(mended)
    assert 'wpt: making .venv' in mended.stderr
    assert subprocess.run([copy / '.venv' / 'bin' / 'python', '-m', 'pip', '-V']).returncode == 0
    assert 'missing  set-up     not done' in wpt(copy, 'doctor', environ).stdout


@pytest.fixture
def tiny_disk(copy: Path) -> Iterator[Path]:
    """`.venv` on a disk of 6 MB."""
    place = copy / '.venv'
    place.mkdir()
    mounted = subprocess.run(
        ['mount', '-t', 'tmpfs', '-o', 'size=6m', 'tmpfs', place], capture_output=True, text=True
    )
    if mounted.returncode != 0:
        pytest.skip(f'this user cannot mount a small disk: {mounted.stderr.strip()}')
    yield place
    subprocess.run(['umount', place], check=True)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which('mount') is None, reason='no mount on this machine')
def test_a_full_disk(copy: Path, tmp_path: Path, tiny_disk: Path) -> None:
    environ = surroundings(tools(tmp_path, *BUILD_TOOLS), WPT_PYTHON=BASE_PYTHON)
    said = sentence(wpt(copy, 'setup', environ))
    assert said.startswith('wpt: the disk is full while making .venv')
    assert 'make room' in said
    assert not (tiny_disk / 'wpt-ready').exists()


@pytest.mark.slow
def test_an_interruption_can_be_taken_up_again(copy: Path, tmp_path: Path) -> None:
    with socket.create_server(('127.0.0.1', 0)) as index:  # accepts, and never answers
        address = f'http://127.0.0.1:{index.getsockname()[1]}/simple'
        environ = surroundings(tools(tmp_path, *BUILD_TOOLS), WPT_PYTHON=BASE_PYTHON)
        process = subprocess.Popen(
            [copy / 'wpt', 'setup'],
            env={**environ, 'PIP_INDEX_URL': address},
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        index.settimeout(120)
        connection, _ = index.accept()  # pip is at work now
        with connection:
            os.killpg(process.pid, signal.SIGINT)
            _, err = process.communicate(timeout=60)
    assert process.returncode in (130, -signal.SIGINT)  # which of them, depends on the shell
    assert err.strip().splitlines()[-1].startswith('wpt: interrupted')
    assert 'Traceback' not in err
    again = wpt(copy, 'setup', environ)
    assert 'no network' in sentence(again)
    assert 'making .venv' not in again.stderr


@pytest.mark.setup
def test_the_second_run_costs_less_than_two_seconds(root: Path) -> None:
    def seconds() -> float:
        before_s = time.monotonic()
        subprocess.run([root / 'wpt', 'setup'], check=True, capture_output=True)
        return time.monotonic() - before_s

    assert min(seconds() for _ in range(3)) < 2.0
