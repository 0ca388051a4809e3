# SPDX-License-Identifier: Apache-2.0
"""`./wpt setup` without a network, on a full disk, and interrupted: one sentence each."""

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from script_copy import BASE_PYTHON, BUILD_TOOLS, sentence, surroundings, tools, wpt

pytestmark = pytest.mark.slow


def test_no_network_then_a_broken_venv(copy: Path, tmp_path: Path) -> None:
    environ = surroundings(tools(tmp_path, *BUILD_TOOLS), WPT_PYTHON=BASE_PYTHON)
    answer = wpt(copy, 'setup', environ)
    assert 'no network while installing packages' in sentence(answer)
    assert 'wpt: making .venv' in answer.stderr

    # The next run goes on with the .venv that is there,
    again = wpt(copy, 'setup', environ)
    assert 'no network' in sentence(again)
    assert 'making .venv' not in again.stderr

    # and makes a broken one anew: this one's Python starts as the Python of the machine.
    (copy / '.venv' / 'pyvenv.cfg').unlink()
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


@pytest.mark.skipif(shutil.which('mount') is None, reason='no mount on this machine')
def test_a_full_disk(copy: Path, tmp_path: Path, tiny_disk: Path) -> None:
    environ = surroundings(tools(tmp_path, *BUILD_TOOLS), WPT_PYTHON=BASE_PYTHON)
    said = sentence(wpt(copy, 'setup', environ))
    assert said.startswith('wpt: the disk is full while making .venv')
    assert 'make room' in said
    assert not (tiny_disk / 'wpt-ready').exists()


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
            # Tests that run in the background of a shell inherit an ignored SIGINT.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
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
