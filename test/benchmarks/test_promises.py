# SPDX-License-Identifier: Apache-2.0
"""The look-up of the gate's promises in a bag notices each that is broken, and no other."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

pytest.importorskip('wpt_msgs', reason='wpt_msgs cannot be imported; ./wpt test brings it')

from ament_index_python.packages import get_package_share_directory
from nav_msgs.msg import Odometry
from rclpy.serialization import serialize_message
from wpt_msgs.msg import DriveProgress, LateralCommand

from benchmarks.promises import broken_promises
from wpt_core.bags import BagWriter, definitions_from
from wpt_ros.conversions.stamps import stamp_of

SPEED_MPS = 10.0


@dataclass(frozen=True)
class Told:
    """A command of the gate."""

    at_s: float
    curvature_1pm: float
    plan_s: float = math.nan
    """Not a number: as new as the command."""
    valid: bool = True


def recorded(path: Path, commands: Sequence[Told], true_mps: float | None = None) -> Path:
    """With a speed that differs from what the odometry tells, if one is given."""
    share = Path(get_package_share_directory('wpt_msgs'))
    with BagWriter(path, definitions=definitions_from(share / 'msg', 'wpt_msgs')) as bag:
        odometry = bag.add_topic('/odometry', 'nav_msgs/msg/Odometry')
        gate = bag.add_topic('/gate/command', 'wpt_msgs/msg/LateralCommand')
        driven = bag.add_topic('/world/progress', 'wpt_msgs/msg/DriveProgress')
        for told in commands:
            motion = Odometry()
            motion.header.stamp = stamp_of(told.at_s)
            motion.twist.twist.linear.x = SPEED_MPS
            command = LateralCommand(curvature_1pm=told.curvature_1pm, valid=told.valid)
            command.header.stamp = stamp_of(told.at_s)
            command.plan_stamp = stamp_of(told.at_s if math.isnan(told.plan_s) else told.plan_s)
            way_m = (SPEED_MPS if true_mps is None else true_mps) * told.at_s
            progress = DriveProgress(time_s=told.at_s, distance_m=way_m)
            progress.header.stamp = stamp_of(told.at_s)
            for topic, message in ((odometry, motion), (driven, progress), (gate, command)):
                topic.write_raw(round(told.at_s * 1e9), serialize_message(message))
    return path


SOUND = (
    Told(5.0, 0.0),
    Told(5.05, 0.004),
    Told(5.1, 0.008, plan_s=4.5),
    Told(5.15, 0.0, 0, False),
)


def test_a_sound_drive_has_none(tmp_path: Path) -> None:
    assert broken_promises(recorded(tmp_path / 'bag', SOUND)) == []


@pytest.mark.parametrize(
    ('told', 'sentence'),
    [
        ([Told(5.0, math.nan)], '5.00 s: valid, but not finite'),
        ([Told(5.0, 0.001, valid=False)], '5.00 s: not valid, but not 0'),
        ([Told(5.0, 0.0, plan_s=4.0)], '5.00 s: valid on a plan 1.00 s old'),
        ([Told(5.0, -0.04)], '5.00 s: 4.00 m/s2 sideways'),
        ([Told(5.0, 0.0), Told(5.05, 0.01)], '5.05 s: 20.0 m/s3 sideways'),
        ([Told(5.0, 0.0), Told(6.0, 0.01)], '6.00 s: 20.0 m/s3 sideways'),
    ],
)
def test_each_that_is_broken_has_its_sentence(
    tmp_path: Path, told: list[Told], sentence: str
) -> None:
    assert broken_promises(recorded(tmp_path / 'bag', told)) == [sentence]


def test_after_a_command_that_was_not_valid_the_change_is_free(tmp_path: Path) -> None:
    told = [Told(5.0, 0.0), Told(5.05, 0.0, valid=False), Told(5.1, 0.02)]
    assert broken_promises(recorded(tmp_path / 'bag', told)) == []


def test_the_true_speed_counts_where_the_odometry_is_wrong(tmp_path: Path) -> None:
    told = [Told(5.0 + 0.05 * step, 0.02) for step in range(5)]
    assert broken_promises(recorded(tmp_path / 'true', told)) == []
    # 3.0 m/s2 and a quarter more are allowed, hence 13.7 m/s.
    assert broken_promises(recorded(tmp_path / 'near', told, true_mps=13.6)) == []
    broken = broken_promises(recorded(tmp_path / 'half', told, true_mps=20.0))
    assert len(broken) == 5
    assert all(text.endswith('s: 8.00 m/s2 sideways by the true speed') for text in broken)
