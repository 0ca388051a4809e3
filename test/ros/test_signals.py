# SPDX-License-Identifier: Apache-2.0
"""A node that is told to end does so cleanly, however often it is told.

Ctrl-C in a terminal reaches a node twice: from the terminal, and from the launch that it ends.
"""

import signal
import time
from pathlib import Path

import pytest
from node_house import PATIENCE_S, Probe, running
from own_domain import quiet_domain


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_told_again_and_again_it_still_ends_cleanly(
    tmp_path: Path, number: signal.Signals
) -> None:
    with (
        quiet_domain(),
        Probe('told') as probe,
        running('controller', tmp_path / 'log', namespace='told') as node,
    ):
        probe.until(lambda: probe.state('controller') == 'active', 'the controller at work')
        end_s = time.monotonic() + PATIENCE_S
        while node.process.poll() is None and time.monotonic() < end_s:
            node.process.send_signal(number)
            time.sleep(0.001)
        assert node.process.returncode == 0
        assert not node.tracebacks
