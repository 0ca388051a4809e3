# SPDX-License-Identifier: Apache-2.0
"""`./wpt` itself: what it finds, what it leaves alone, and the sentence when it cannot go on."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path

import pytest
from script_copy import BASE_PYTHON, BUILD_TOOLS, sentence, surroundings, tools, wpt

from wpt_ros.bootstrap import steps, venv
from wpt_ros.bootstrap.checkout import Checkout, write_stamp
from wpt_ros.bootstrap.machine import Machine
from wpt_ros.verbs import CHECKOUT_VERBS, VERBS


def test_shellcheck_finds_nothing(root: Path) -> None:
    checker = shutil.which(
        'shellcheck', path=f'{Path(sys.executable).parent}:{os.environ["PATH"]}'
    )
    if checker is None:
        pytest.skip('no shellcheck on this machine')
    answer = subprocess.run([checker, 'wpt', '.ci/run'], cwd=root, capture_output=True, text=True)
    assert answer.returncode == 0, answer.stdout


@pytest.mark.parametrize('verb', ['help', '--help', '--version'])
def test_help_needs_no_set_up(copy: Path, tmp_path: Path, verb: str) -> None:
    environ = surroundings(tools(tmp_path), WPT_PYTHON=BASE_PYTHON)
    answer = wpt(copy, verb, environ)
    assert answer.returncode == 0, answer.stderr
    assert ('0.1.0' if verb == '--version' else 'doctor') in answer.stdout
    assert not (copy / '.venv').exists()


def test_every_verb_is_one_of_the_script(root: Path) -> None:
    script = (root / 'wpt').read_text()
    cases = re.findall(r'^ {4}([a-z |]+)\)', script, flags=re.MULTILINE)
    known = {word for case in cases for word in case.split(' | ')}
    assert known == {verb.split()[0] for verb in (*VERBS, *CHECKOUT_VERBS)}


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


def test_ros_that_is_named_but_not_sourced(copy: Path, tmp_path: Path) -> None:
    environ = surroundings(tools(tmp_path), WPT_PYTHON=BASE_PYTHON, ROS_DISTRO='humble')
    assert 'ROS_DISTRO is humble but no' in sentence(wpt(copy, 'setup', environ))


def test_a_path_that_ros_cannot_build_in(copy: Path, tmp_path: Path) -> None:
    place = copy.rename(tmp_path / 'mein Ürdner')
    environ = surroundings(tools(tmp_path, *BUILD_TOOLS), WPT_PYTHON=BASE_PYTHON)
    assert "mein Ürdner' has characters" in sentence(wpt(place, 'setup', environ))
    assert not (place / '.venv').exists()
    assert wpt(place, 'help', environ).returncode == 0


def test_a_named_python_that_is_not_one(copy: Path, tmp_path: Path) -> None:
    environ = surroundings(tools(tmp_path), WPT_PYTHON='/no/python3')
    said = sentence(wpt(copy, 'help', environ))
    assert said.startswith('wpt: WPT_PYTHON is /no/python3, which is no Python 3.10 or newer')


@pytest.fixture
def set_up(copy: Path) -> Path:
    """A copy in which everything is done, as far as ./wpt can see; nothing is installed."""
    checkout = Checkout(copy)
    checkout.work.mkdir()
    subprocess.run([BASE_PYTHON, '-m', 'venv', '--without-pip', checkout.venv], check=True)
    (checkout.venv / 'lib' / Path(BASE_PYTHON).name / 'site-packages' / 'pip.py').touch()
    machine = Machine(Path(BASE_PYTHON), Path(BASE_PYTHON).name.removeprefix('python'), '')
    write_stamp(checkout.venv_stamp, json.dumps(asdict(venv.stamp_for(checkout, machine))))
    write_stamp(checkout.packages_stamp, steps._packages_print(checkout, machine))
    write_stamp(checkout.messages_stamp, steps._messages_print(checkout, machine))
    return copy


def test_a_working_venv_stays_when_another_python_comes_first(
    set_up: Path, tmp_path: Path
) -> None:
    folder = tools(tmp_path)
    (folder / 'python3').write_text(f'#!/bin/sh\ntouch {tmp_path}/asked\nexit 1\n')
    (folder / 'python3').chmod(0o755)
    answer = wpt(set_up, 'setup', surroundings(folder))
    assert (answer.returncode, answer.stderr) == (0, '')
    assert not (tmp_path / 'asked').exists()


@pytest.mark.parametrize('verb', ['help', '--version', 'doctor', 'wrold'])
def test_a_verb_that_only_reads_leaves_a_broken_venv(
    set_up: Path, tmp_path: Path, verb: str
) -> None:
    (set_up / '.venv' / 'pyvenv.cfg').unlink()
    before = sorted((set_up / '.venv').rglob('*'))
    answer = wpt(set_up, verb, surroundings(tools(tmp_path, *BUILD_TOOLS)))
    assert ('set-up     not done' in answer.stdout) == (verb == 'doctor')
    assert sorted((set_up / '.venv').rglob('*')) == before


@pytest.mark.setup
def test_the_second_run_costs_less_than_two_seconds(root: Path) -> None:
    def seconds() -> float:
        before_s = time.monotonic()
        subprocess.run([root / 'wpt', 'setup'], check=True, capture_output=True)
        return time.monotonic() - before_s

    assert min(seconds() for _ in range(3)) < 2.0
