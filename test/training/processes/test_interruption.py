# SPDX-License-Identifier: Apache-2.0
"""Ctrl-C on the command line: completed work is kept, all processes end, one message."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from training import cli
from training.cli import prepare
from training.processes.signals import stop_request

NEVER_S = 300.0
ENDED_S = 5.0


@pytest.fixture(autouse=True)
def interruptible() -> Iterator[None]:
    """Background processes of a shell inherit an ignored SIGINT."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_the_first_signal_is_noted_and_the_second_interrupts() -> None:
    with stop_request() as request:
        signal.raise_signal(signal.SIGINT)
        assert request.received
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGTERM)


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_a_signal_is_one_sentence_that_says_how_to_go_on(
    number: signal.Signals,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(prepare, 'main', lambda _words: signal.raise_signal(number))
    before = signal.getsignal(signal.SIGTERM)
    assert cli.main(['prepare']) == 130
    said = capsys.readouterr().err
    assert said == 'wpt: prepare was interrupted; run the same command again to continue\n'
    assert signal.getsignal(signal.SIGTERM) == before


def wait_for(path: Path, process: subprocess.Popen[str]) -> None:
    """Wait until the path exists."""
    until = time.monotonic() + NEVER_S
    while not path.exists():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until
        time.sleep(0.1)


def members(group: int) -> list[int]:
    """The processes of a process group that still run."""
    found = []
    for stat in Path('/proc').glob('[0-9]*/stat'):
        try:
            fields = stat.read_text().rpartition(')')[2].split()
        except OSError:
            continue
        if int(fields[2]) == group and fields[0] != 'Z':
            found.append(int(stat.parent.name))
    return found


@pytest.mark.slow
def test_prepare_ends_with_its_workers_and_keeps_what_is_whole(root: Path, tmp_path: Path) -> None:
    words = [sys.executable, '-m', 'training.cli', 'prepare', '--out', str(tmp_path / 'out')]
    words += ['--clean', '0', '--beside', '0', '--perturbed', '40', '--held-out', '0']
    words += ['--processes', '2']
    with subprocess.Popen(
        words, cwd=root, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        wait_for(tmp_path / 'out' / 'perturbed_00000' / 'metadata.yaml', process)
        os.killpg(process.pid, signal.SIGINT)
        _, said = process.communicate(timeout=NEVER_S)
        assert process.returncode == 130
        assert 'run the same command again to continue' in said.splitlines()[-1]
        assert 'Traceback' not in said
        until = time.monotonic() + ENDED_S
        while members(process.pid) and time.monotonic() < until:
            time.sleep(0.05)  # the resource tracker ends after the workers
        assert members(process.pid) == []
    episodes = [path for path in (tmp_path / 'out').iterdir() if path.name[0] != '.']
    assert episodes
    assert all((path / 'metadata.yaml').is_file() for path in episodes)
