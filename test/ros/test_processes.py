# SPDX-License-Identifier: Apache-2.0
"""Processes that end are started again, but who was killed on purpose waits to be released."""

import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic, sleep

import pytest

pytest.importorskip('wpt_msgs', reason='wpt_msgs cannot be imported; ./wpt test brings it')

from wpt_core.types import InputError
from wpt_ros.graph import NodeSpec
from wpt_ros.processes import Processes

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures('domain')]

PATIENCE_S, WHILE_S = 60.0, 1.5


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    with Processes([NodeSpec('controller', '')], tmp_path) as running:
        yield running


def another_started(processes: Processes, before: int, within_s: float) -> bool:
    return supervised(processes, lambda: processes.pid('controller') != before, within_s)


def supervised(processes: Processes, happened: Callable[[], bool], within_s: float) -> bool:
    end_s = monotonic() + within_s
    while not happened() and monotonic() < end_s:
        processes.supervise()
        sleep(0.02)
    return happened()


def test_who_dies_is_started_again(processes: Processes) -> None:
    first = processes.pid('controller')
    processes.send('controller', signal.SIGKILL)
    assert another_started(processes, first, PATIENCE_S)
    assert processes.deaths == ['controller ended with signal SIGKILL']


def test_who_is_killed_on_purpose_waits_to_be_released(processes: Processes) -> None:
    first = processes.pid('controller')
    processes.kill('controller')
    assert supervised(processes, lambda: bool(processes.deaths), PATIENCE_S)
    assert not another_started(processes, first, WHILE_S)
    processes.release('controller')
    assert another_started(processes, first, PATIENCE_S)


def test_who_cannot_be_configured_is_not_started_again_but_told(tmp_path: Path) -> None:
    model = tmp_path / 'nobody'
    spec = NodeSpec('planner', '', {'model': str(model)})
    with Processes([spec], tmp_path / 'logs') as running:
        first = running.pid('planner')
        with pytest.raises(InputError, match=f'^the planner refuses to start: {model}'):
            supervised(running, lambda: running.pid('planner') != first, PATIENCE_S)
