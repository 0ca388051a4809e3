# SPDX-License-Identifier: Apache-2.0
"""A node that is told to end does so cleanly, however often it is told.

Ctrl-C in a terminal reaches a node twice: from the terminal, and from the launch that it ends.
"""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from node_harness import PATIENCE_S, Probe, running
from own_domain import quiet_domain

SLOW_TO_CONFIGURE = """
import time
from wpt_ros.lifecycle.managed import ManagedNode, NodeConfig
from wpt_ros.lifecycle.run_node import run_node

class Slow(ManagedNode):
    def __init__(self):
        super().__init__('slow', NodeConfig)

    def prepare(self):
        print('configuring', flush=True)
        time.sleep(600.0)

run_node(Slow)
"""


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


@pytest.mark.slow
@pytest.mark.parametrize('library', ['_multiarray_umath', 'libtorch_cpu', 'rclpy_pybind11'])
def test_a_signal_during_the_imports_ends_it(tmp_path: Path, library: str) -> None:
    # numpy, imported by PyTorch, swallows a KeyboardInterrupt and is then only half there.
    with running('planner', tmp_path / 'log', namespace='early') as node:
        while library not in Path(f'/proc/{node.process.pid}/maps').read_text():
            assert node.process.poll() is None
            time.sleep(0.001)
        node.process.send_signal(signal.SIGINT)
        assert node.process.wait(PATIENCE_S) in (0, -signal.SIGINT)
        assert not node.tracebacks, node.log_text


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_it_configures_ends_it(number: signal.Signals) -> None:
    words = [sys.executable, '-c', SLOW_TO_CONFIGURE]
    with (
        quiet_domain(),
        subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process,
    ):
        assert process.stdout is not None
        assert process.stdout.readline() == b'configuring\n'
        process.send_signal(number)
        try:
            _, errors = process.communicate(timeout=PATIENCE_S)
        finally:
            process.kill()
        assert process.returncode == 0
        assert errors == b''
