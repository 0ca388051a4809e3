# SPDX-License-Identifier: Apache-2.0
"""A drive's bag begins where the drive does, not where the proving ground began to wait."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip('wpt_msgs', reason='wpt_msgs cannot be imported; ./wpt test brings it')

from ament_index_python.packages import get_package_share_directory
from node_harness import Probe
from own_domain import quiet_domain

from wpt_core.bags import Bag
from wpt_core.types import EgoState, Pose2
from wpt_ros import topics
from wpt_ros.conversions.images import image_message
from wpt_ros.conversions.motion import odometry_message
from wpt_ros.conversions.stamps import seconds, stamp_of
from wpt_ros.drives.recorder import Recorder
from wpt_ros.qos import Reliability, type_of

CAMERA = 'front'
PICTURE = np.full((48, 64, 3), 90, np.uint8)


@pytest.fixture(autouse=True, scope='module')
def domain() -> Iterator[None]:
    with quiet_domain():
        yield


class World:
    """Shows steps to a recorder."""

    def __init__(self, probe: Probe, bag: Path) -> None:
        messages = Path(get_package_share_directory('wpt_msgs')) / 'msg'
        self._probe = probe
        self.recorder = Recorder(probe.node, bag, cameras=(CAMERA,), messages=messages)
        sure = Reliability.RELIABLE
        self._pictures = probe.advertise(topics.IMAGE.of(CAMERA), sensors=sure)
        self._odometry = probe.advertise(topics.ODOMETRY, sensors=sure)
        self._progress = probe.advertise(topics.PROGRESS)
        self._heard = probe.collect(topics.PROGRESS)
        publishers = (self._pictures, self._odometry, self._progress)
        probe.until(lambda: all(one.get_subscription_count() for one in publishers), 'ears')

    def show(self, stamp_s: float, time_s: float) -> None:
        stamp, before = stamp_of(stamp_s), len(self._heard)
        self._pictures.publish(image_message(PICTURE, stamp=stamp, frame_id=CAMERA))
        self._odometry.publish(odometry_message(EgoState(stamp_s, Pose2(0, 0, 0), 9, 0, 0, 0)))
        self._probe.spin(0.3)
        self._progress.publish(type_of(topics.PROGRESS.type_name)(time_s=time_s))
        self._probe.until(lambda: len(self._heard) > before, 'the step')
        self._probe.spin(0.1)


def stamps(bag: Path, topic: str) -> list[float]:
    """Of the messages of a topic."""

    def stamp(message: Any) -> float:
        return round(seconds(message.header.stamp), 2)

    with Bag.open(bag) as recording:
        return [stamp(message.message) for message in recording.messages([topic])]


def test_of_the_waiting_only_the_last_moment_is_kept(tmp_path: Path) -> None:
    with Probe('recorder_drives') as probe:
        world = World(probe, tmp_path / 'bag')
        for stamp_s in (100.0, 100.05, 100.1):
            world.show(stamp_s, 0.0)
        for step in (1, 2):
            world.show(100.1 + 0.05 * step, 0.05 * step)
        world.recorder.close()
    pictures = f'/{topics.COMPRESSED.of(CAMERA).name}'
    # Pictures and odometry come before what says that the drive has begun.
    assert stamps(tmp_path / 'bag', pictures) == [100.15, 100.2]
    assert stamps(tmp_path / 'bag', '/odometry') == [100.15, 100.2]
    with Bag.open(tmp_path / 'bag') as recording:
        times = [m.message.time_s for m in recording.messages([f'/{topics.PROGRESS.name}'])]
    assert times == pytest.approx([0.0, 0.05, 0.1])


def test_a_drive_that_never_begins_leaves_its_last_moment(tmp_path: Path) -> None:
    with Probe('recorder_waits') as probe:
        world = World(probe, tmp_path / 'bag')
        for stamp_s in (100.0, 100.05):
            world.show(stamp_s, 0.0)
        world.recorder.close()
    assert stamps(tmp_path / 'bag', '/odometry') == [100.05]
