# SPDX-License-Identifier: Apache-2.0
"""Faults of the proving ground and of intruders happen on the topics, for as long as they last."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip('wpt_msgs', reason='wpt_msgs cannot be imported; ./wpt test brings it')

from node_harness import PATIENCE_S, Probe, running
from own_domain import quiet_domain

from wpt_ros import topics
from wpt_ros.conversions.stamps import seconds
from wpt_ros.drives.intruder import Intruder
from wpt_ros.executables import CANNOT_CONFIGURE

START_S, END_S, UNTIL_S = 1.0, 2.0, 3.0
NEAR = 1e-3


@pytest.fixture(autouse=True, scope='module')
def domain() -> Iterator[None]:
    with quiet_domain():
        yield


@dataclass(frozen=True)
class Step:
    """What was published at one step of the drive."""

    time_s: float
    stamp_s: float
    odometry: Any
    clock_s: float


def drive(rig: Path, namespace: str, *faults: str) -> list[Step]:
    """Steps without a gate until 3 s; with a fault from 1 s on the driver in the seat steers."""
    with Probe(namespace) as probe:
        progress, odometry, clock = map(
            probe.collect, (topics.PROGRESS, topics.ODOMETRY, topics.CLOCK)
        )
        world = running(
            'world',
            rig.parent / 'log',
            namespace=namespace,
            rig=str(rig),
            scenario='straight_12_right',
            engages=False,
            faults=faults,
            reliability='reliable',
            **{'pace.real_time_factor': 0.5},
        )
        with world:
            probe.until(lambda: progress and progress[-1].time_s >= UNTIL_S, 'the end')
    return [step for one in progress if (step := step_of(one, odometry, clock)) is not None]


def step_of(progress: Any, odometry: list[Any], clock: list[Any]) -> Step | None:
    """The clock of a step is the first heard of at least its odometry, in order."""
    stamp_s = seconds(progress.header.stamp)
    stamps_s = [seconds(one.header.stamp) for one in odometry]
    found = [k for k, at_s in enumerate(stamps_s) if abs(at_s - stamp_s) < NEAR]
    if not found or len(clock) <= found[0]:
        return None
    return Step(progress.time_s, stamp_s, odometry[found[0]], seconds(clock[found[0]].clock))


def speeds(steps: list[Step], begin_s: float, end_s: float) -> list[float]:
    return [one.odometry.twist.twist.linear.x for one in during(steps, begin_s, end_s)]


def positions(steps: list[Step]) -> set[float]:
    return {round(one.odometry.pose.pose.position.x, 3) for one in steps}


def during(steps: list[Step], begin_s: float, end_s: float) -> list[Step]:
    found = [one for one in steps if begin_s + NEAR < one.time_s < end_s - NEAR]
    assert len(found) > 3
    return found


def test_odometry_stands_still_and_is_true_again(front_rig: Path) -> None:
    steps = drive(front_rig, 'zero', 'odometry=zero@1+1')
    assert min(speeds(steps, 0.0, START_S)) > 5.0
    assert set(speeds(steps, START_S, END_S)) == {0.0}
    assert len(positions(during(steps, START_S, END_S))) == 1
    assert len({one.stamp_s for one in during(steps, START_S, END_S)}) > 3
    assert min(speeds(steps, END_S, UNTIL_S)) > 5.0


def test_odometry_freezes_under_fresh_stamps(front_rig: Path) -> None:
    steps = drive(front_rig, 'freeze', 'odometry=freeze@1')
    frozen = during(steps, START_S, UNTIL_S)
    assert len({one.odometry.twist.twist.linear.x for one in frozen}) == 1
    assert frozen[0].odometry.twist.twist.linear.x > 5.0
    assert len(positions(frozen)) == 1
    assert len(positions(during(steps, 0.0, START_S))) > 3


def test_odometry_tells_half_the_speed_at_true_poses(front_rig: Path) -> None:
    steps = drive(front_rig, 'scale', 'odometry=scale@1')
    before, after = speeds(steps, 0.0, START_S), speeds(steps, START_S, UNTIL_S)
    assert max(after) < 0.7 * min(before)
    late = during(steps, START_S, UNTIL_S)
    first, last = (one.odometry.pose.pose.position for one in (late[0], late[-1]))
    moved_m = math.hypot(last.x - first.x, last.y - first.y)
    truth_mps = moved_m / (late[-1].time_s - late[0].time_s)
    assert truth_mps == pytest.approx(2.0 * sum(after) / len(after), rel=0.1)


def test_the_clock_stands_still_while_the_world_goes_on(front_rig: Path) -> None:
    steps = drive(front_rig, 'stop', 'clock=stop@1+1')
    behind_s = [one.stamp_s - one.clock_s for one in during(steps, START_S, END_S)]
    assert len({round(one.clock_s, 3) for one in during(steps, START_S, END_S)}) == 1
    assert behind_s[-1] > behind_s[0] + 0.5
    for one in (*during(steps, 0.0, START_S), *during(steps, END_S, UNTIL_S)):
        assert one.clock_s == pytest.approx(one.stamp_s, abs=NEAR)


def test_the_clock_jumps_ahead_with_all_stamps(front_rig: Path) -> None:
    steps = drive(front_rig, 'jump', 'clock=jump@1')
    ahead_s = [one.stamp_s - one.time_s for one in steps]
    for one, found_s in zip(steps, ahead_s, strict=True):
        expected_s = 10.0 if one.time_s > START_S - NEAR else 0.0
        assert found_s - ahead_s[0] == pytest.approx(expected_s, abs=NEAR)
        assert one.clock_s == pytest.approx(one.stamp_s, abs=NEAR)


def test_a_fault_that_is_none_keeps_the_world_from_starting(tmp_path: Path) -> None:
    log = tmp_path / 'log'
    with running('world', log, namespace='none', faults=('clock=x@1',)) as node:
        assert node.process.wait(PATIENCE_S) == CANNOT_CONFIGURE
        assert "cannot read 'clock=x@1'" in node.log_text


def test_a_second_publisher_of_odometry_tells_of_a_car_that_stands() -> None:
    with Probe('second') as probe:
        heard = probe.collect(topics.ODOMETRY)
        end = Intruder(probe.node).second_odometry()
        probe.until(lambda: len(heard) > 5, 'odometry')
        end()
        assert {one.twist.twist.linear.x for one in heard} == {0.0}
        stamps_s = [seconds(one.header.stamp) for one in heard]
        assert stamps_s == sorted(set(stamps_s))
        assert probe.node.count_publishers(topics.ODOMETRY.name) == 0


def test_an_impostor_has_the_name_of_the_controller_and_leaves_again() -> None:
    with Probe('impostor') as probe:
        heard = probe.collect(topics.WANTED)
        topic = f'/impostor/{topics.WANTED.name}'

        def publishers() -> list[str]:
            return [one.node_name for one in probe.node.get_publishers_info_by_topic(topic)]

        end = Intruder(probe.node).impostor()
        probe.until(lambda: len(heard) > 5 and publishers(), 'commands')
        assert publishers() == ['controller']
        assert all(one.valid and seconds(one.plan_stamp) > 1e9 for one in heard)
        end()
        probe.until(lambda: not publishers(), 'its end')
