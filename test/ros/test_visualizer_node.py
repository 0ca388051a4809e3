# SPDX-License-Identifier: Apache-2.0
"""The visualizer over real DDS: shows what it hears, and outlives what it cannot use."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip('wpt_msgs', reason='wpt_msgs cannot be imported; ./wpt test brings it')

from diagnostic_msgs.msg import DiagnosticStatus
from drive_samples import circles
from node_harness import PATIENCE_S, Probe, Running, running
from own_domain import quiet_domain
from visualization_msgs.msg import Marker

from wpt_core.safety import GateState
from wpt_core.types import Action, EgoState, LateralCommand, Level, Notice, Plan, Pose2
from wpt_ros import topics
from wpt_ros.conversions.commands import lateral_message, state_message
from wpt_ros.conversions.images import image_message
from wpt_ros.conversions.motion import odometry_message
from wpt_ros.conversions.plans import plan_message
from wpt_ros.conversions.stamps import stamp_of
from wpt_ros.executables import CANNOT_CONFIGURE

IMAGE, OVERLAY = topics.IMAGE.of('front'), topics.OVERLAY.of('front')
GREY = np.full((128, 256, 3), 100, np.uint8)
RADIUS_M = 200.0
REASON = Notice(Level.WARNING, 'plan_late', 'The plan is late: look at the road.')
NAMES = ['car', 'command', 'others', 'plan', 'state', 'uncertainty']
SPOKEN = (topics.ODOMETRY, topics.GATE_STATE, topics.COMMAND, topics.PLAN, IMAGE)


class Watched:
    """What car, planner and gate say, 20 times a second, and what the visualizer makes of it."""

    def __init__(self, probe: Probe) -> None:
        self.probe = probe
        self.publishers = {topic.name: probe.advertise(topic) for topic in SPOKEN}
        self.arrays = probe.collect(topics.MARKERS)
        self.diagnosis = probe.diagnosis('visualizer')
        self.spoilt: dict[str, Callable[[Any], Any]] = {}
        """By topic: what is sent in place of its messages; None for nothing."""
        probe.steps.append(self.step)

    def __repr__(self) -> str:
        return 'Watched'

    def step(self) -> None:
        now_s = time.time()
        stamp = stamp_of(now_s)
        plan = circles(1 / RADIUS_M, 0.0, odds=(0.7, 0.3), stamp_s=now_s)
        ego = EgoState(now_s, Pose2(0.0, 0.0, 0.0), 10.0, 0.0, 0.05, 0.005)
        command = LateralCommand(now_s, now_s, 1 / RADIUS_M, 0.0, True)
        self.say(topics.ODOMETRY, odometry_message(ego))
        self.say(topics.GATE_STATE, state_message(GateState.DEGRADED, [REASON], stamp=stamp))
        self.say(topics.COMMAND, lateral_message(command))
        self.say(IMAGE, image_message(GREY, stamp=stamp, frame_id='eye'))
        self.say(topics.PLAN, told(plan))

    def say(self, topic: topics.Topic, message: Any) -> None:
        sent = self.spoilt.get(topic.name, lambda message: message)(message)
        if sent is not None:
            self.publishers[topic.name].publish(sent)

    def shown(self) -> dict[str, list[Marker]]:
        """The newest markers, by name."""
        newest = self.arrays[-1].markers if self.arrays else []
        found: dict[str, list[Marker]] = {}
        for marker in newest:
            if marker.action == Marker.ADD:
                found.setdefault(marker.ns, []).append(marker)
        return found

    def text(self) -> str:
        return next((marker.text for marker in self.shown().get('state', [])), '')

    def comes(self, words: str) -> None:
        """These words come to stand above the car."""
        self.probe.until(lambda: words in self.text(), words, otherwise=self.text)

    def is_told(self, words: str) -> DiagnosticStatus:
        """They come in the diagnostics."""
        found: list[DiagnosticStatus] = []

        def told_now() -> bool:
            newest = self.diagnosis()
            found[:] = [newest] if newest and words in newest.message else []
            return bool(found)

        self.probe.until(told_now, words, otherwise=lambda: str(self.diagnosis()))
        return found[0]

    def recovers(self) -> None:
        """With nothing spoilt all is shown, and the node is well."""
        self.spoilt.clear()
        self.is_told('active')
        # Last, so that all are there for who looks now: on a busy machine a plan may come late.
        self.probe.until(lambda: sorted(self.shown()) == NAMES, 'all markers', otherwise=self.text)

    def looks_at(self) -> list[str]:
        """Cameras whose overlay is drawn, as the node says."""
        newest = self.diagnosis()
        values = {pair.key: pair.value for pair in newest.values} if newest else {}
        return values.get('overlays', '?').split()


def told(plan: Plan) -> Any:
    return plan_message(plan, Action(0.005, 0.0), delay_s=0.3, stamp=stamp_of(plan.stamp_s))


def nothing(_message: Any) -> None:
    return None


def pixels(message: Any) -> np.ndarray:
    return np.frombuffer(message.data, np.uint8).reshape(message.height, message.width, 3)


@pytest.fixture(autouse=True, scope='module')
def domain() -> Iterator[None]:
    with quiet_domain():
        yield


@pytest.fixture(scope='module')
def node(tmp_path_factory: pytest.TempPathFactory, domain: None) -> Iterator[Running]:
    assert domain is None  # asked for so that the process is born in it
    log = tmp_path_factory.mktemp('visualizer') / 'log'
    with running('visualizer', log, namespace='sight') as one:
        yield one


@pytest.fixture
def drive(node: Running) -> Iterator[Watched]:
    before = node.tracebacks
    with Probe('sight') as probe:
        yield Watched(probe)
    assert node.tracebacks == before, node.log_text


def test_a_plan_in_gives_markers_out(drive: Watched) -> None:
    drive.recovers()
    shown = drive.shown()
    (ribbon,) = shown['plan']
    corners_m = np.array([(point.x, point.y) for point in ribbon.points])
    from_circle_m = np.linalg.norm(corners_m - (0.0, RADIUS_M), axis=-1) - RADIUS_M
    np.testing.assert_allclose(np.abs(from_circle_m), 0.5 * 1.85, atol=0.1)
    assert corners_m[:, 0].max() == pytest.approx(RADIUS_M * np.sin(0.5), abs=0.6)
    assert [marker.id for marker in shown['others']] == [0]
    for marker in (marker for markers in shown.values() for marker in markers):
        assert marker.header.frame_id == 'base_link'
        assert marker.header.stamp == ribbon.header.stamp
        heights_m = [point.z for point in marker.points]
        assert np.isfinite([marker.scale.x, marker.pose.position.z, *heights_m]).all()


def test_the_state_and_its_reasons_stand_above_the_car(drive: Watched) -> None:
    drive.comes('DEGRADED, 36 km/h\nplan 0.')
    drive.comes(REASON.text)
    drive.spoilt = {topics.GATE_STATE.name: nothing, topics.ODOMETRY.name: nothing}
    drive.comes('GATE SILENT: YOU STEER, speed unknown')


def test_an_old_plan_is_called_old_and_its_ribbon_goes(drive: Watched) -> None:
    drive.recovers()
    drive.spoilt[topics.PLAN.name] = nothing
    # Older than a second, so that none is on its way any more.
    drive.probe.until(
        lambda: 'PLAN IS OLD' in drive.text() and 'OLD: 0.' not in drive.text(),
        'an old plan',
        otherwise=drive.text,
    )
    assert drive.arrays[-1].markers[0].action == Marker.DELETEALL
    assert 'plan' not in drive.shown()
    count = len(drive.arrays)
    drive.spoilt[topics.PLAN.name] = lambda _: told(circles(0.0, stamp_s=time.time() - 5.0))
    drive.comes('PLAN IS OLD: 5.0 s')
    for array in drive.arrays[count:]:
        assert 'plan' not in {marker.ns for marker in array.markers}
    drive.recovers()


def test_an_overlay_is_drawn_only_while_somebody_looks(drive: Watched) -> None:
    drive.recovers()
    drive.probe.until(lambda: drive.looks_at() == [], 'no overlay')
    with Probe('sight') as looker:
        overlays = looker.collect(OVERLAY)
        looker.steps.append(drive.step)
        looker.until(
            lambda: overlays and (pixels(overlays[-1]) != 100).any(), 'an overlay with a plan'
        )
        drawn = pixels(overlays[-1])
        assert (drawn[:50] == 100).all()  # the sky
        assert (drawn[110, 100:156] != 100).any(axis=-1).mean() > 0.9  # the road
        assert overlays[-1].header.frame_id == 'eye'
        drive.probe.until(lambda: drive.looks_at() == ['front'], 'one overlay')
    drive.probe.until(lambda: drive.looks_at() == [], 'no overlay any more')


def test_overlays_come_no_faster_than_asked_for(drive: Watched) -> None:
    overlays = drive.probe.collect(OVERLAY)
    drive.probe.until(lambda: overlays, 'an overlay')
    before, start_s = len(overlays), time.monotonic()
    drive.probe.spin(2.0)
    came, took_s = len(overlays) - before, time.monotonic() - start_s
    assert 1 <= came <= 10.0 * took_s + 2  # 20 pictures and plans a second go in


def smelling(message: Any) -> Any:
    message.encoding = 'smell8'
    return message


@pytest.mark.parametrize(
    ('spoil', 'words'),
    [
        (smelling, "front/image_raw: its encoding 'smell8'"),
        (lambda _: b'\0\1\0\0' + bytes(range(256)), 'front/image_raw: a sensor_msgs/Image of'),
        (
            lambda message: image_message(GREY[:64], stamp=message.header.stamp, frame_id='eye'),
            'front/image_raw: the image has 256 x 64 pixels, expected',
        ),
    ],
    ids=['encoding', 'bytes', 'size'],
)
def test_a_picture_that_is_none_is_told_and_forgotten(
    drive: Watched, spoil: Callable[[Any], Any], words: str
) -> None:
    overlays = drive.probe.collect(OVERLAY)
    drive.probe.until(lambda: overlays, 'an overlay')
    drive.spoilt[IMAGE.name] = spoil
    assert drive.is_told(words).level == DiagnosticStatus.WARN
    drive.probe.until(lambda: sorted(drive.shown()) == NAMES, 'markers, which need no picture')
    drive.recovers()
    before = len(overlays)
    drive.probe.until(lambda: len(overlays) > before, 'an overlay again')


def with_a_hole(message: Any) -> Any:
    message.hypotheses[0].positions_m[7] = float('nan')
    return message


def test_a_plan_without_numbers_is_told_and_not_shown(drive: Watched) -> None:
    drive.recovers()
    drive.spoilt[topics.PLAN.name] = with_a_hole
    drive.is_told('plan: positions_m of a plan must be between -5000 and 5000, got nan')
    drive.comes('PLAN IS OLD')
    drive.recovers()


def test_a_state_of_the_gate_that_is_none_is_told(drive: Watched) -> None:
    def odd(message: Any) -> Any:
        message.state = 99
        return message

    drive.spoilt[topics.GATE_STATE.name] = odd
    drive.is_told('state 99 of the gate is unknown; expected one of 0 DISENGAGED')
    drive.recovers()


def test_it_goes_silent_and_comes_back_with_its_lifecycle(drive: Watched) -> None:
    drive.recovers()
    assert drive.probe.change('visualizer', 'deactivate')
    drive.probe.spin(0.5)
    count = len(drive.arrays)
    drive.probe.spin(0.5)
    assert len(drive.arrays) == count
    assert drive.probe.change('visualizer', 'cleanup')
    assert drive.probe.change('visualizer', 'configure')
    assert drive.probe.change('visualizer', 'activate')
    drive.recovers()


def test_a_camera_that_is_not_there_is_named(tmp_path: Path) -> None:
    given = {'overlays': ['nose']}
    with running('visualizer', tmp_path / 'log', namespace='nose', **given) as node:
        assert node.process.wait(PATIENCE_S) == CANNOT_CONFIGURE
        assert (
            "camera 'nose' is not in the rig; its cameras are front, front_left" in node.log_text
        )
