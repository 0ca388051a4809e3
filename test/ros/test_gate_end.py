# SPDX-License-Identifier: Apache-2.0
"""The gate's last word is not to obey, and whoever can hear hears it."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from gate_house import PATIENT, House
from node_house import Probe, running
from own_domain import quiet_domain

from wpt_ros import wires

STALL_S = 0.35
"""Less than the gate waits to be heard."""


@contextmanager
def listening(namespace: str, heard: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Another process that hears the commands."""
    words = [sys.executable, str(Path(__file__).with_name('listener.py')), namespace]
    with heard.open('wb') as file:
        process = subprocess.Popen(words, stdout=file)
    yield process
    process.kill()
    process.wait()


def last_line(heard: Path) -> str | None:
    lines = heard.read_text().split()
    return lines[-1] if lines else None


def test_its_last_word_when_it_is_told_to_end_is_not_to_obey(tmp_path: Path) -> None:
    with (
        quiet_domain(),
        Probe('gate_end') as probe,
        running('gate', tmp_path / 'log', namespace='gate_end', **PATIENT) as n,
    ):
        heard: list[Any] = probe.hears(wires.COMMAND)
        other = House(n, probe)
        other.engaged()
        del heard[:]
        n.process.send_signal(signal.SIGTERM)
        probe.until(lambda: n.process.poll() is not None, 'its end')
        assert n.process.returncode == 0
        probe.until(lambda: heard, 'a word after it was told')
        probe.spin(0.3)
        assert not heard[-1].valid


def test_who_stands_still_for_a_moment_hears_its_last_word_too(tmp_path: Path) -> None:
    with (
        quiet_domain(),
        Probe('gate_stall') as probe,
        running('gate', tmp_path / 'log', namespace='gate_stall', **PATIENT) as n,
        listening('gate_stall', tmp_path / 'heard') as listener,
    ):
        other = House(n, probe)
        other.engaged()
        probe.until(lambda: last_line(tmp_path / 'heard') == '1', 'the listener')
        listener.send_signal(signal.SIGSTOP)
        n.process.send_signal(signal.SIGTERM)
        probe.spin(STALL_S)
        listener.send_signal(signal.SIGCONT)
        probe.until(lambda: n.process.poll() is not None, 'its end')
        probe.until(lambda: last_line(tmp_path / 'heard') == '0', 'its last word')
