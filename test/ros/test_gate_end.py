# SPDX-License-Identifier: Apache-2.0
"""The gate's last word is not to obey, and whoever can hear hears it."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from gate_harness import PATIENT, GateHarness
from node_harness import Probe, running
from own_domain import quiet_domain

from wpt_core.safety import GateState
from wpt_ros import topics
from wpt_ros.lifecycle.managed import SubscriptionEventCallbacks
from wpt_ros.qos import subscription_profile, type_of

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
        heard: list[Any] = probe.collect(topics.COMMAND)
        other = GateHarness(n, probe)
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
        other = GateHarness(n, probe)
        other.engaged()
        probe.until(lambda: last_line(tmp_path / 'heard') == '1', 'the listener')
        listener.send_signal(signal.SIGSTOP)
        n.process.send_signal(signal.SIGTERM)
        probe.spin(STALL_S)
        listener.send_signal(signal.SIGCONT)
        probe.until(lambda: n.process.poll() is not None, 'its end')
        probe.until(lambda: last_line(tmp_path / 'heard') == '0', 'its last word')


def test_a_gate_that_is_killed_is_missed_by_the_middleware_and_comes_back_without_steering(
    tmp_path: Path,
) -> None:
    with quiet_domain(), Probe('gate_kill') as probe:
        missed: list[str] = []
        for topic in (topics.COMMAND, topics.GATE_STATE):
            probe.node.create_subscription(
                type_of(topic.type_name),
                topic.name,
                lambda _: None,
                subscription_profile(topic, simulated=False),
                event_callbacks=SubscriptionEventCallbacks(
                    deadline=lambda _, name=topic.name: missed.append(f'{name} deadline'),
                    liveliness=lambda event, name=topic.name: missed.append(
                        f'{name} alive {event.alive_count}'
                    ),
                ),
            )
        with (
            suppress(AssertionError),
            running('gate', tmp_path / 'log', namespace='gate_kill', **PATIENT) as n,
        ):
            house = GateHarness(n, probe)
            house.engaged()
            del missed[:]
            n.process.kill()
            expected = {
                f'{topic.name} {what}'
                for topic in (topics.COMMAND, topics.GATE_STATE)
                for what in ('deadline', 'alive 0')
            }
            probe.until(lambda: expected <= set(missed), 'the middleware to miss it')
        probe.steps.clear()
        with running('gate', tmp_path / 'again', namespace='gate_kill', **PATIENT) as n:
            again = GateHarness(n, probe)
            probe.until(lambda: again.alerts, 'the alert of the new gate')
            assert again.alerts[0].code == 'gate_started'
            probe.until(lambda: len(again.commands) > 50, 'commands')
            assert not any(command.valid for command in again.commands)
            assert again.state is GateState.DISENGAGED


@pytest.mark.parametrize(
    ('parameters', 'sentence'),
    [
        (
            {'command_from': 'somebody'},
            'published by /gate_names/probe, expected /gate_names/some',
        ),
        ({'command_from': '/probe'}, 'published by /gate_names/probe, expected /probe'),
        (
            {'command_from': 'probe', 'engage_from': '/panel'},
            'Only /panel may engage; clients of gate/engage: /gate_names/probe',
        ),
    ],
)
def test_who_may_command_and_who_may_engage_is_configured(
    tmp_path: Path, parameters: dict[str, str], sentence: str
) -> None:
    with (
        quiet_domain(),
        Probe('gate_names') as probe,
        running('gate', tmp_path / 'log', namespace='gate_names', **parameters) as n,
    ):
        house = GateHarness(n, probe)
        probe.until(lambda: house.states and len(house.commands) > 50, 'the gate')
        for _ in range(3):
            answer = probe.call(topics.ENGAGE)
            assert not answer.success
            if sentence in answer.message:
                break
        assert sentence in answer.message
        assert not any(command.valid for command in house.commands)


def test_the_named_node_may_engage(tmp_path: Path) -> None:
    names = {'command_from': 'probe', 'engage_from': '/gate_panel/probe'}
    with (
        quiet_domain(),
        Probe('gate_panel') as probe,
        running('gate', tmp_path / 'log', namespace='gate_panel', **names) as n,
    ):
        GateHarness(n, probe).engaged()
