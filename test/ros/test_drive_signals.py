# SPDX-License-Identifier: Apache-2.0
"""However the command ends that has started the nodes, none of them lives on."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep

import pytest

pytest.importorskip('wpt_msgs', reason='wpt_msgs cannot be imported; ./wpt test brings it')

from wpt_ros.processes import ending_at_signals

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures('domain')]

PATIENCE_S = 60.0
NODES = {'world', 'planner', 'controller', 'gate', 'visualizer'}


@contextmanager
def driving(runs: Path) -> Iterator[subprocess.Popen[str]]:
    """`wpt drive`, once all of its nodes run."""
    command = [sys.executable, '-m', 'wpt_ros.cli', 'drive', '--out', str(runs), '--no-record']
    process = subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=default_hangup,
    )
    try:
        waited(lambda: {one for n, one in nodes_in(runs) if has_ros(n)} == NODES, 'nodes', process)
        yield process
    finally:
        process.kill()
        process.wait()
        for number, _ in nodes_in(runs):
            with suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)


def default_hangup() -> None:
    """Tests that run under nohup inherit an ignored SIGHUP."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


def nodes_in(runs: Path) -> list[tuple[int, str]]:
    """Processes whose output goes into the logs of this drive, by the kernel's account."""
    found = []
    for entry in Path('/proc').glob('[0-9]*/fd/1'):
        with suppress(OSError):
            log = Path(os.readlink(entry))
            if log.suffix == '.log' and runs in log.parents:
                found.append((int(entry.parts[2]), log.stem))
    return found


def has_ros(number: int) -> bool:
    """Has it imported what only comes after it was tied to the one that started it?"""
    return 'rclpy' in Path(f'/proc/{number}/maps').read_text()


def waited(
    holds: Callable[[], bool], what: str, process: subprocess.Popen[str] | None = None
) -> None:
    end_s = monotonic() + PATIENCE_S
    while not holds():
        assert process is None or process.poll() is None, 'the command ended'
        assert monotonic() < end_s, f'waited in vain for {what}'
        sleep(0.1)


@pytest.mark.parametrize('number', [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_a_drive_that_is_ended_takes_its_nodes_along(
    tmp_path: Path, number: signal.Signals
) -> None:
    with driving(tmp_path) as process:
        os.kill(nodes_in(tmp_path)[0][0], signal.SIGSTOP)
        process.send_signal(number)
        _, said = process.communicate(timeout=PATIENCE_S)
        killed = number is signal.SIGKILL
        assert process.returncode == (-number if killed else 128 + number)
        assert 'Traceback' not in said
        waited(lambda: not nodes_in(tmp_path), 'the end of the nodes')


def test_a_process_whose_starter_has_gone_before_ends_at_once() -> None:
    done = subprocess.run(
        [sys.executable, '-m', 'wpt_ros.child_process', '1', 'this'],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert 'has ended' in done.stderr


def test_what_was_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with ending_at_signals():
            os.kill(os.getpid(), signal.SIGHUP)
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
        with pytest.raises(SystemExit, match=str(128 + signal.SIGTERM)):
            terminated()
    finally:
        signal.signal(signal.SIGHUP, before)


def terminated() -> None:
    with ending_at_signals():
        os.kill(os.getpid(), signal.SIGTERM)
        sleep(1.0)
