# SPDX-License-Identifier: Apache-2.0
"""A drive needs a ROS domain of its own, and says so before anything is started."""

from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

import pytest

pytest.importorskip('wpt_msgs', reason='wpt_msgs cannot be imported; ./wpt test brings it')

from node_harness import Probe
from own_domain import quiet_domain

from wpt_core.types import InputError
from wpt_ros import topics
from wpt_ros.cli import main
from wpt_ros.domain import check_domain_unused
from wpt_ros.qos import type_of


@pytest.fixture(autouse=True, scope='module')
def domain() -> Iterator[None]:
    with quiet_domain():
        yield


@pytest.fixture
def neighbour() -> Iterator[Probe]:
    """A gate of another graph, which says nothing until it is spun."""
    with Probe('/') as probe:
        speaker = probe.advertise(topics.COMMAND)
        command = type_of(topics.COMMAND.type_name)()
        probe.steps.append(lambda: speaker.publish(command))
        yield probe


def test_a_domain_with_another_graph_is_refused(
    neighbour: Probe, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ended = Event()

    def speak() -> None:
        while not ended.is_set():
            neighbour.spin(0.1)

    speaker = Thread(target=speak)
    speaker.start()
    try:
        assert main(['drive', '--out', str(tmp_path / 'runs')]) == 2
    finally:
        ended.set()
        speaker.join()
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert '/probe publishes gate/command; end it, or export ROS_DOMAIN_ID' in line
    assert not (tmp_path / 'runs').exists()


def test_a_domain_of_our_own_is_taken_without_a_word() -> None:
    said: list[str] = []
    check_domain_unused(said.append)
    assert said == []


def test_who_is_only_listed_is_waited_for_until_forgotten(neighbour: Probe) -> None:
    said: list[str] = []

    def forgotten(text: str) -> None:
        said.append(text)
        publishers = neighbour.node.publishers
        speaker = next(one for one in publishers if one.topic_name == '/gate/command')
        neighbour.node.destroy_publisher(speaker)

    check_domain_unused(forgotten)
    assert said == ['waiting up to 25 s until DDS drops the nodes of a previous drive']


def test_who_stays_listed_is_another_graph(neighbour: Probe) -> None:
    assert neighbour.steps
    with pytest.raises(InputError, match='/probe publishes gate/command'):
        check_domain_unused(lambda _: None, lease_s=3.0)


@pytest.mark.parametrize('told', ['300', 'abc', '-1', '010', '1.5', '233'])
def test_a_number_that_ros_cannot_use_is_one_sentence(
    told: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv('ROS_DOMAIN_ID', told)
    assert main(['drive', '--out', str(tmp_path / 'runs')]) == 2
    (line,) = capsys.readouterr().err.strip().splitlines()
    sentence = f'ROS_DOMAIN_ID must be a whole number from 0 to 232, got {told!r}'
    assert line.startswith(f'wpt: {sentence}')
    assert not (tmp_path / 'runs').exists()
