# SPDX-License-Identifier: Apache-2.0
"""Each fault that cameras, odometry and commands can have, over real DDS.

It is seen in the status and in the diagnostics, leads to no traceback, and is over when it ends.
"""

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

pytest.importorskip('wpt_msgs', reason='wpt_msgs cannot be imported; ./wpt test brings it')

from fake_car import FakeCar
from image_faults import (
    before_time,
    cut_bytes,
    cut_off,
    from_the_future,
    nothing,
    other_encoding,
    other_size,
    random_bytes,
    the_same_again,
)
from node_harness import Probe, running
from own_domain import quiet_domain
from planner_harness import DEGRADED, FAULT, PLANNING, Drive, small_student
from std_msgs.msg import Float32, Int8
from wpt_msgs.msg import DrivingCommand

from wpt_ros import topics

pytestmark = pytest.mark.slow


@pytest.fixture(scope='module')
def drive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drive]:
    """One planner for all tests; each of them begins and ends with a sound one."""
    folder = tmp_path_factory.mktemp('street')
    model = small_student(folder / 'student')
    with (
        quiet_domain(),
        Probe('street') as probe,
        running('planner', folder / 'log', namespace='street', model=model) as node,
    ):
        yield Drive(node, probe, FakeCar(probe))


@pytest.fixture
def sound(drive: Drive) -> Iterator[Drive]:
    drive.recovers()
    yield drive
    drive.car.mend()


FAULTS = {
    'wrong encoding': (other_encoding, 'potato'),
    'wrong size': (other_size, '128 x 128 pixels'),
    'pixels missing': (cut_off, 'holds 1000 bytes'),
    'random bytes': (random_bytes, 'sensor_msgs/Image'),
    'cut message': (cut_bytes, 'ends within its'),
    'from the future': (from_the_future, 'ahead of the clock'),
    'before time': (before_time, 'expected 0 s or more'),
    'silent': (nothing, 'is masked'),
    'frozen': (the_same_again, 'the image repeats'),
}


def masked(status: Any) -> list[str]:
    ages_s = dict(zip(status.cameras, status.camera_ages_s, strict=True))
    return [name for name, age_s in ages_s.items() if math.isinf(age_s)]


def makes_no_plan(sound: Drive) -> None:
    sound.plans.clear()
    sound.probe.spin(1.0)
    assert not sound.plans


@pytest.mark.parametrize('fault', FAULTS)
def test_a_bad_camera_is_masked_and_named_and_the_others_go_on(sound: Drive, fault: str) -> None:
    spoil, word = FAULTS[fault]
    sound.car.spoilt['front_left'] = spoil
    status = sound.comes_to(DEGRADED, word, "Camera 'front_left' is masked")
    assert masked(status) == ['front_left']
    sound.is_diagnosed(word, 'front_left')
    sound.makes_plans()
    sound.car.spoilt.clear()
    sound.recovers()


@pytest.mark.parametrize('fault', FAULTS)
def test_when_nobody_sees_the_road_ahead_there_is_no_plan(sound: Drive, fault: str) -> None:
    spoil, word = FAULTS[fault]
    sound.car.spoilt['front'] = spoil
    status = sound.comes_to(FAULT, word, "Camera 'front' is masked", 'sees the road ahead')
    assert masked(status) == ['front']
    assert math.isnan(status.latency_s)
    sound.is_diagnosed(word, 'front', 'sees the road ahead')
    makes_no_plan(sound)
    sound.car.spoilt.clear()
    sound.recovers()


def test_without_any_camera_there_is_a_fault_and_no_plan(sound: Drive) -> None:
    sound.car.sees = False
    status = sound.comes_to(FAULT, *(f"'{name}'" for name in sound.car.cameras))
    assert math.isnan(status.latency_s)
    sound.is_diagnosed('masked')
    makes_no_plan(sound)
    sound.car.sees = True
    sound.recovers()


def test_all_cameras_sending_rubbish_is_the_same(sound: Drive) -> None:
    sound.car.spoilt = dict.fromkeys(sound.car.cameras, random_bytes)
    sound.comes_to(FAULT, 'is masked', 'sensor_msgs/Image')
    sound.car.spoilt.clear()
    sound.recovers()


def test_odometry_that_is_no_number_stops_the_plans_until_it_is_one(sound: Drive) -> None:
    sound.car.speed_mps = math.nan
    sound.comes_to(FAULT, 'odometry', 'not finite')
    sound.is_diagnosed('not finite')
    sound.car.speed_mps = 10.0
    sound.recovers()


def test_without_odometry_there_is_no_plan(sound: Drive) -> None:
    sound.car.moves = False
    sound.comes_to(FAULT, 'odometry is')
    sound.car.moves = True
    sound.recovers()


def test_time_that_jumps_back_begins_anew(sound: Drive) -> None:
    sound.car.shift_s = -20.0
    status = sound.comes_to(PLANNING, 'after its images')
    assert 20.0 <= status.latency_s < 40.0
    sound.makes_plans()
    sound.car.shift_s = 0.0
    sound.recovers()


def test_all_stamps_from_the_future_are_a_fault(sound: Drive) -> None:
    sound.car.shift_s = 30.0
    sound.comes_to(FAULT, 'ahead of the clock')
    sound.car.shift_s = 0.0
    sound.recovers()


def test_duplicates_and_reordered_pictures_change_nothing(sound: Drive) -> None:
    before: dict[str, Any] = {}

    def twice_and_the_one_before(message: Any) -> list[Any]:
        name = message.header.frame_id
        sent = [message, before.get(name, message)]
        before[name] = message
        return sent

    count = int(sound.figures['pictures_ignored'])
    sound.car.spoilt = dict.fromkeys(sound.car.cameras, twice_and_the_one_before)
    sound.probe.until(lambda: int(sound.figures['pictures_ignored']) > count, 'ignored pictures')
    stamps = sound.makes_plans(6)
    assert sorted(set(stamps)) == stamps
    sound.car.spoilt.clear()
    sound.recovers()


def test_the_delay_that_the_controller_learns_is_planned_with(sound: Drive) -> None:
    delays = sound.probe.advertise(topics.STEERING_DELAY)
    delays.publish(Float32(data=0.25))
    sound.probe.until(lambda: sound.plans[-1].action_delay_s == 0.25, 'the delay in a plan')
    delays.publish(Float32(data=math.nan))
    sound.comes_to(PLANNING, 'expected a delay')
    delays.publish(Float32(data=0.5))
    sound.probe.until(lambda: sound.plans[-1].action_delay_s == 0.5, 'the delay in a plan')
    sound.recovers()


@pytest.mark.parametrize(
    ('topic', 'bad', 'good', 'word'),
    [
        (topics.DRIVING_COMMAND, DrivingCommand(command=99), DrivingCommand(), 'is unknown'),
        (topics.BLINKER, Int8(data=5), Int8(data=0), 'a blinker is'),
    ],
)
def test_a_command_that_is_none_is_named(
    sound: Drive, topic: topics.Topic, bad: Any, good: Any, word: str
) -> None:
    speaker = sound.probe.advertise(topic)
    sound.probe.until(speaker.get_subscription_count, 'the planner to hear')
    speaker.publish(bad)
    sound.comes_to(PLANNING, word)
    speaker.publish(good)
    sound.recovers()


def test_a_camera_that_changes_its_resolution_is_masked_until_it_is_back(sound: Drive) -> None:
    left = sound.car.cameras['front_left']
    smaller = replace(left.intrinsics, width_px=128, height_px=64)
    sound.car.cameras['front_left'] = replace(left, intrinsics=smaller)
    sound.comes_to(DEGRADED, '128 x 64 pixels', "Camera 'front_left' is masked")
    sound.car.cameras['front_left'] = left
    sound.recovers()
