# SPDX-License-Identifier: Apache-2.0
"""The player over real DDS: a recording as topics, on its clock."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip('wpt_msgs', reason='wpt_msgs cannot be imported; ./wpt test brings it')

from diagnostic_msgs.msg import DiagnosticStatus
from node_harness import PATIENCE_S, Probe, running
from own_domain import quiet_domain
from player_tape import COUNT, PICTURES, STAMPS_NS, START_NS, record_tape
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy
from std_srvs.srv import SetBool

from wpt_ros import topics
from wpt_ros.executables import CANNOT_CONFIGURE
from wpt_ros.qos import Reliability, profile, type_of


@pytest.fixture(scope='module')
def bag(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return record_tape(tmp_path_factory.mktemp('player') / 'tape')


@pytest.fixture(autouse=True, scope='module')
def domain() -> Iterator[None]:
    with quiet_domain():
        yield


class Listener:
    """What a probe hears of a player: pictures, odometry, plans and the clock."""

    def __init__(self, probe: Probe) -> None:
        self.probe = probe
        self.order: list[str] = []
        self.pictures = self._hears(PICTURES.name, PICTURES.type_name)
        self.motion = self._hears('odometry', topics.ODOMETRY.type_name)
        self.plans = self._hears('plan', topics.PLAN.type_name)
        self.clock = self._hears('/clock', topics.CLOCK.type_name)
        self.diagnosis = probe.diagnosis('player')

    def figure(self, name: str) -> str | None:
        newest = self.diagnosis()
        return {pair.key: pair.value for pair in newest.values}.get(name) if newest else None

    def ends(self) -> None:
        self.probe.until(
            lambda: self.figure('played') == 'to the end' and len(self.pictures) >= COUNT,
            'the end of the recording',
            otherwise=lambda: f'{len(self.pictures)} pictures, {self.diagnosis()}',
        )

    def jumps(self) -> list[int]:
        """Where time went on after it had run back."""
        times_ns = np.array([ns(message.clock) for message in self.clock])
        return times_ns[1:][np.diff(times_ns) < 0].tolist()

    def pause(self, pauses: bool) -> str:
        name = topics.PAUSE.name
        client = self.probe.node.create_client(type_of(topics.PAUSE.type_name), name)
        self.probe.until(client.service_is_ready, 'the service')
        answer = client.call_async(SetBool.Request(data=pauses))
        self.probe.until(answer.done, 'an answer')
        assert answer.result().success
        return str(answer.result().message)

    def _hears(self, topic: str, kind: str) -> list[Any]:
        """All of it: reliable, and more than are recorded."""
        received: list[Any] = []

        def keep(message: Any) -> None:
            received.append(message)
            self.order.append(topic)

        quality = QoSProfile(depth=1000, reliability=ReliabilityPolicy.RELIABLE)
        self.probe.node.create_subscription(type_of(kind), topic, keep, quality)
        return received


def ns(stamp: Any) -> int:
    return int(stamp.sec * 10**9 + stamp.nanosec)


def stamps_ns(messages: list[Any]) -> list[int]:
    return [ns(message.header.stamp) for message in messages]


AWAITED = (PICTURES.name, 'odometry')


def test_everything_comes_in_order_with_its_clock(bag: Path, tmp_path: Path) -> None:
    with (
        Probe('tape') as probe,
        running(
            'player', tmp_path / 'log', namespace='tape', bag=str(bag), wait_for=AWAITED
        ) as node,
    ):
        listener = Listener(probe)
        listener.ends()
        assert stamps_ns(listener.pictures) == STAMPS_NS
        assert stamps_ns(listener.motion) == STAMPS_NS
        assert [m.twist.twist.linear.x for m in listener.motion] == [s * 1e-9 for s in STAMPS_NS]
        assert bytes(listener.pictures[0].data[:2]) == b'\xff\xd8'
        times_ns = [ns(message.clock) for message in listener.clock]
        assert times_ns == sorted(set(times_ns))
        assert times_ns[0] < START_NS  # so that all know the time when the first message comes
        assert set(STAMPS_NS) <= set(times_ns)
        assert len(times_ns) > 3 * COUNT  # it runs between the messages, too
        assert listener.plans == []
        assert listener.figure('left_out') == '/plan'
        found = listener.diagnosis()
        assert found.level == DiagnosticStatus.WARN
        assert found.message == 'Not played: /note (demo_msgs/msg/Note: not installed).'
        assert node.tracebacks == 0
        a_latecomer_gets_only_what_was_latched(probe)


def a_latecomer_gets_only_what_was_latched(probe: Probe) -> None:
    names: list[Any] = []
    quality = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
    kind = type_of('std_msgs/msg/String')
    probe.node.create_subscription(kind, 'road_name', names.append, quality)
    motion: list[Any] = []
    sensors = profile(topics.ODOMETRY.quality, Reliability.RELIABLE)
    kind = type_of(topics.ODOMETRY.type_name)
    probe.node.create_subscription(kind, 'odometry', motion.append, sensors)
    probe.until(lambda: names, 'the name of the road')
    assert names[-1].data == 'A 8'
    probe.spin(0.5)
    assert motion == []


def test_our_own_plans_are_played_on_demand_and_a_new_start_begins_anew(
    bag: Path, tmp_path: Path
) -> None:
    wait_for = (*AWAITED, 'plan')
    with (
        Probe('all') as probe,
        running(
            'player',
            tmp_path / 'log',
            namespace='all',
            bag=str(bag),
            everything=True,
            wait_for=wait_for,
            rate=4.0,
        ),
    ):
        listener = Listener(probe)
        listener.ends()
        probe.until(lambda: len(listener.plans) == COUNT, 'the plans')
        assert stamps_ns(listener.plans) == STAMPS_NS
        assert listener.figure('left_out') == ''
        for transition in ('deactivate', 'cleanup', 'configure', 'activate'):
            assert probe.change('player', transition)
        probe.until(lambda: len(listener.pictures) == 2 * COUNT, 'the same from the start')
        assert stamps_ns(listener.pictures) == 2 * STAMPS_NS


def test_a_pause_stops_time_and_going_on_loses_nothing(bag: Path, tmp_path: Path) -> None:
    with (
        Probe('rest') as probe,
        running('player', tmp_path / 'log', namespace='rest', bag=str(bag), paused=True),
    ):
        listener = Listener(probe)
        probe.until(listener.diagnosis, 'a sign of life')
        probe.spin(1.0)
        assert (listener.pictures, listener.clock) == ([], [])
        assert listener.pause(False) == 'playing'
        probe.until(lambda: len(listener.pictures) >= 2, 'pictures')
        assert listener.pause(True) == 'paused'
        probe.spin(0.3)
        received, told = len(listener.pictures), len(listener.clock)
        assert received < COUNT
        probe.spin(1.0)
        assert (len(listener.pictures), len(listener.clock)) == (received, told)
        listener.pause(False)
        listener.ends()
        assert stamps_ns(listener.pictures) == STAMPS_NS


def test_looped_it_begins_again_and_time_jumps_back(bag: Path, tmp_path: Path) -> None:
    with (
        Probe('loop') as probe,
        running(
            'player', tmp_path / 'log', namespace='loop', bag=str(bag), loop=True, wait_for=AWAITED
        ),
    ):
        listener = Listener(probe)
        probe.until(
            lambda: len(listener.pictures) > 2 * COUNT and len(listener.jumps()) == 2,
            'the third time round',
        )
        assert stamps_ns(listener.pictures)[: 2 * COUNT] == 2 * STAMPS_NS
        assert listener.jumps() == 2 * [START_NS]
        assert listener.figure('played') != 'to the end'


def test_it_begins_late_and_plays_at_another_rate(bag: Path, tmp_path: Path) -> None:
    with (
        Probe('late') as probe,
        running(
            'player',
            tmp_path / 'log',
            namespace='late',
            bag=str(bag),
            start_offset_s=0.35,
            rate=0.1,
            wait_for=AWAITED,
        ),
    ):
        listener = Listener(probe)
        probe.until(lambda: len(listener.pictures) >= 2, 'two pictures')
        assert stamps_ns(listener.pictures)[:2] == STAMPS_NS[4:6]
        assert ns(listener.clock[0].clock) >= START_NS + 310_000_000  # a moment before the start
        # At a tenth of the pace, 0.1 s between pictures are a second: time for many clock ticks.
        between = [c for c in listener.clock if STAMPS_NS[4] < ns(c.clock) < STAMPS_NS[5]]
        assert len(between) == 9


def damaged(folder: Path) -> str:
    folder.mkdir()
    (folder / 'rubbish.mcap').write_bytes(b'this is no recording at all')
    return str(folder)


@pytest.mark.parametrize(
    ('make', 'words'),
    [
        (lambda folder: str(folder / 'nowhere'), 'nowhere'),
        (lambda folder: damaged(folder / 'torn'), 'torn'),
    ],
    ids=['missing', 'damaged'],
)
def test_a_recording_that_is_none_is_told_in_one_sentence(
    tmp_path: Path, make: Callable[[Path], str], words: str
) -> None:
    path = make(tmp_path)
    with running('player', tmp_path / 'log', namespace='void', bag=path) as node:
        assert node.process.wait(PATIENCE_S) == CANNOT_CONFIGURE
        assert node.tracebacks == 0, node.log_text
        *_, last = node.log_text.strip().splitlines()
        assert last.startswith('player: configure: ')
        assert words in last


def test_a_start_after_the_end_is_told_and_can_be_tried_again(bag: Path, tmp_path: Path) -> None:
    given = {'bag': str(bag), 'start_offset_s': 9.0, 'autostart': False}
    with (
        Probe('edge') as probe,
        running('player', tmp_path / 'log', namespace='edge', **given) as node,
    ):
        listener = Listener(probe)
        words = 'cannot start at 9 s; expected 0 to 0.7'
        for _ in range(2):
            assert not probe.change('player', 'configure')
            assert probe.state('player') == 'unconfigured'
        probe.until(lambda: listener.diagnosis() and words in listener.diagnosis().message, words)
        assert node.tracebacks == 0, node.log_text
