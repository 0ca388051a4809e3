# SPDX-License-Identifier: Apache-2.0
"""The status of a drive: true, one line of the terminal, and readable where there is none."""

import io
import os
import pty
import re
import struct
from collections.abc import Iterator
from fcntl import ioctl
from termios import TIOCSWINSZ
from typing import TextIO

import pytest

pytest.importorskip('wpt_msgs', reason='wpt_msgs cannot be imported; ./wpt test brings it')

from node_harness import Probe
from own_domain import quiet_domain

from wpt_ros import topics
from wpt_ros.conversions.stamps import stamp_of
from wpt_ros.drives.monitor import SILENT, DriveMonitor, SilenceTimer
from wpt_ros.drives.status_line import StatusLine
from wpt_ros.qos import type_of

LINE = '  7.2 s   43 km/h  -0.05 m  plan   50 ms old  1.7 plans/s  6 cameras  ENGAGED: ' + 'x' * 80
COLUMNS = 60


@pytest.fixture
def terminal() -> Iterator[tuple[TextIO, int]]:
    """Something to write to that is a terminal, and where to read what was written."""
    reader, writer = pty.openpty()
    ioctl(writer, TIOCSWINSZ, struct.pack('HHHH', 24, COLUMNS, 0, 0))
    with os.fdopen(writer, 'w') as stream:
        yield stream, reader
    os.close(reader)


@pytest.mark.parametrize('coloured', [True, False])
def test_it_fits_the_terminal_and_is_coloured_unless_told_not_to(
    terminal: tuple[TextIO, int], coloured: bool
) -> None:
    stream, reader = terminal
    line = StatusLine(stream, {} if coloured else {'NO_COLOR': '1'})
    for at_s in (0.0, 1.0):
        line.show('1 s  FAULT: ' + 'x' * 200, at_s)
    line.end()
    written = ''
    while not written.endswith('\n'):  # what was written comes in pieces
        written += os.read(reader, 10_000).decode()
    written = written.removesuffix('\r\n')
    assert '\n' not in written
    assert ('\033[31mFAULT\033[0m' in written) is coloured
    stats = [re.sub(r'\033\[\d*[mK]', '', part) for part in written.split('\r') if part]
    assert [len(part) for part in stats] == [COLUMNS - 1] * 2


def test_without_a_terminal_there_are_plain_lines_now_and_then() -> None:
    stream = io.StringIO()
    line = StatusLine(stream, {})
    for step in range(100):
        line.show(LINE if step > 50 else 'waiting', 0.1 * step)
    line.end()
    assert stream.getvalue() == f'waiting\n{LINE}\n'


def test_silence_counts_from_the_last_message_while_it_was_listened() -> None:
    gate = SilenceTimer(0.5)
    for step in range(50):
        gate.poll(0.1 * step)
    assert not gate.lost, 'it was never there'
    gate.received()
    gate.poll(60.0)
    assert not gate.lost, 'the listener was held up'
    gate.poll(60.1)
    gate.received()
    for step in range(7):
        assert gate.lost == (step > 5)
        gate.poll(60.1 + 0.1001 * (step + 1))
    gate.received()
    assert not gate.lost


def test_the_desk_tells_the_age_of_the_plan_now_and_that_the_gate_is_silent() -> None:
    with quiet_domain(), Probe('desk_line') as probe:
        monitor = DriveMonitor(probe.node)
        progress, state, plan = map(
            probe.advertise, (topics.PROGRESS, topics.GATE_STATE, topics.PLAN)
        )
        kinds = [
            type_of(one.type_name) for one in (topics.PROGRESS, topics.GATE_STATE, topics.PLAN)
        ]
        planned = kinds[2]()
        planned.header.stamp = stamp_of(100.0)
        plan.publish(planned)
        shown = kinds[0](time_s=5.0, steered=True)
        shown.header.stamp = stamp_of(105.15)
        progress.publish(shown)
        state.publish(kinds[1](state=1))
        probe.until(
            lambda: (
                monitor.stats.progress
                and monitor.stats.states
                and 'no plan' not in monitor.line(0.0)
            ),
            'the messages',
        )
        assert 'plan 5150 ms old' in monitor.line(0.0)
        assert monitor.line(0.0).endswith('ENGAGED')
        for step in range(8):
            monitor.poll(0.1 * step)
        assert monitor.line(0.0).endswith(SILENT)
        assert monitor.stats.states == [(5.0, 'ENGAGED'), (5.0, SILENT)]
        state.publish(kinds[1](state=1))
        probe.until(lambda: monitor.stats.state == 'ENGAGED', 'the gate again')
