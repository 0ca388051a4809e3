# SPDX-License-Identifier: Apache-2.0
"""Somebody else's bag, with everything that goes wrong, as episodes: cuts, images, labels."""

import json
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest
from foreign_bag import (
    CHANGE_S,
    CLOCK_S,
    CUT_OFF_S,
    DELAY_S,
    JUMP_S,
    MAPPING,
    ODOMETRY_GAP_S,
    Recorded,
    record,
    truth,
    views,
)
from rosbags.rosbag1 import Writer as Ros1Writer
from rosbags.typesys import Stores, get_typestore

from training.episodes.foreign import ConversionReport, convert_bag
from training.teachers import TEACHERS
from wpt_core.bags import Bag
from wpt_core.geometry import inverse, transform_points
from wpt_core.types import Command, InputError, Pose2, plan_times_s

pytestmark = pytest.mark.slow


@pytest.fixture(scope='module')
def recorded(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Recorded:
    return record(tmp_path_factory.mktemp('foreign') / 'monday', root)


@dataclass(frozen=True)
class Converted:
    folder: Path
    report: ConversionReport


@pytest.fixture(scope='module')
def converted(recorded: Recorded, tmp_path_factory: pytest.TempPathFactory) -> Converted:
    folder = tmp_path_factory.mktemp('converted')
    mapping = folder / 'map.yaml'
    mapping.write_text(MAPPING, encoding='utf-8')
    out = folder / 'mine'
    return Converted(
        out,
        convert_bag(recorded.bag, mapping, out, views=views(), label=TEACHERS['recorded'].label),
    )


def test_every_fault_cuts_and_says_why(converted: Converted) -> None:
    found = [(cut.at_s, cut.reason) for cut in converted.report.cuts]
    expected = [
        (9.9, 'no image of front for 1.10 s'),
        (CUT_OFF_S, 'is cut off'),
        (JUMP_S, 'odometry jumps by'),
        (CLOCK_S, 'goes back by'),
        (ODOMETRY_GAP_S[0], 'no odometry for 0.52 s'),
        (36.5, 'only 3.40 s without a fault'),
    ]
    assert len(found) == len(expected), found
    for (at_s, reason), (expected_s, words) in zip(found, expected, strict=True):
        assert at_s == pytest.approx(expected_s, abs=0.15)
        assert words in reason


def test_what_is_left_becomes_episodes(converted: Converted) -> None:
    segments = converted.report.segments
    assert [segment.name for segment in segments] == [f'monday_00{i}' for i in range(5)]
    starts = [segment.start_s for segment in segments]
    np.testing.assert_allclose(starts, [0.0, 11.0, 17.1, 23.0, 29.0], atol=0.11)
    lengths = [segment.length_s for segment in segments]
    np.testing.assert_allclose(lengths, [9.9, 5.9, 5.8, 5.8, 6.9], atol=0.11)
    for segment in segments:
        assert segment.sets == int(segment.length_s / 0.2 + 1e-6) + 1


def test_a_camera_without_calibration_is_left_out(converted: Converted) -> None:
    assert converted.report.cameras == ('front', 'back')
    assert '/cam2/info' in converted.report.left_out['side']


def test_the_same_drive_recorded_by_ros_1_gives_the_same_episodes(
    recorded: Recorded, converted: Converted, tmp_path: Path
) -> None:
    """Without the commands, whose type ROS 1 does not have."""
    ros1, ros2 = get_typestore(Stores.ROS1_NOETIC), get_typestore(Stores.ROS2_JAZZY)
    with Bag.open(recorded.bag) as bag, Ros1Writer(tmp_path / 'monday.bag') as old:
        topics = {
            topic.name: old.add_connection(topic.name, topic.type_name, typestore=ros1)
            for topic in bag.info.topics
            if topic.type_name in ros1.types
        }
        for raw in bag.raw_messages(list(topics)):
            data = ros2.cdr_to_ros1(raw.data, raw.type_name)
            old.write(topics[raw.topic], raw.stamp_ns, data)
    mapping = tmp_path / 'map.yaml'
    lines = MAPPING.splitlines(keepends=True)
    mapping.write_text(''.join(line for line in lines if not line.startswith('command:')))
    report = convert_bag(
        tmp_path / 'monday.bag',
        mapping,
        tmp_path / 'mine',
        views=views(),
        label=TEACHERS['recorded'].label,
    )
    assert report.cuts == converted.report.cuts
    assert report.left_out == converted.report.left_out
    assert [one.sets for one in report.segments] == [one.sets for one in converted.report.segments]


def test_the_report_is_written(converted: Converted) -> None:
    content = json.loads((converted.folder / 'monday.conversion.json').read_text())
    assert len(content['cuts']) == len(converted.report.cuts)
    lines = '\n'.join(converted.report.lines())
    assert 'cut at 17.00 s' in lines
    assert 'camera side' in lines


def test_pictures_are_those_of_their_time(converted: Converted, recorded: Recorded) -> None:
    start_s = converted.report.segments[1].start_s
    with Bag.open(converted.folder / 'monday_001') as bag:
        for name in ('front', 'back'):
            messages = list(bag.messages([f'/{name}/image_raw/compressed']))
            for message in messages[:: len(messages) // 3]:
                time_s = round(start_s - 0.004 + message.stamp_ns * 1e-9 - 1.0, 3)
                seen = cv2.imdecode(message.message.data, cv2.IMREAD_COLOR)[..., ::-1].astype(
                    float
                )
                errors = {
                    step: np.abs(seen - recorded.images[name][round(time_s + step, 1)]).mean()
                    for step in (-0.1, 0.0, 0.1)
                }
                assert errors[0.0] < 6.0
                assert min(errors, key=lambda step: errors[step]) == 0.0


def test_labels_are_what_the_car_did(converted: Converted, recorded: Recorded) -> None:
    log = recorded.log
    with Bag.open(converted.folder / 'monday_000') as bag:
        plans = list(bag.messages(['/labels/plan']))
        actions = list(bag.messages(['/labels/action']))
    # The odometry is whole up to its jump, so a gap of the images shortens no plan.
    assert len(plans) == 50
    assert {len(m.message.times_s) for m in plans} == {33}
    for plan, action in zip(plans, actions, strict=True):
        time_s = plan.stamp_ns * 1e-9 - 1.0
        start = Pose2(*truth(log, time_s)[:3])
        future = np.array([truth(log, time_s + t) for t in plan_times_s()])
        places = plan.message.hypotheses[0].positions_m.reshape(-1, 2)
        expected = transform_points(inverse(start), future[:, :2])
        np.testing.assert_allclose(places, expected, atol=0.03)
        np.testing.assert_allclose(plan.message.hypotheses[0].speeds_mps, future[:, 3], atol=0.05)
        asked = float(np.interp(time_s + DELAY_S, log.time_s, log.curvature_1pm))
        assert action.message.curvature_1pm == pytest.approx(asked, abs=1e-3)


def test_a_plan_ends_where_the_odometry_does(converted: Converted) -> None:
    with Bag.open(converted.folder / 'monday_002') as bag:
        lengths_s = [m.message.times_s[-1] for m in bag.messages(['/labels/plan'])]
        views_count = len(bag.stamps_ns('/front/image_raw/compressed'))
    assert max(lengths_s) < 6.0
    assert min(lengths_s) >= 1.9
    assert len(lengths_s) < views_count


def test_odometry_is_that_of_the_rear_axle(converted: Converted, recorded: Recorded) -> None:
    with Bag.open(converted.folder / 'monday_000') as bag:
        for m in bag.messages(['/odometry']):
            x, y, _, speed, _ = truth(recorded.log, m.stamp_ns * 1e-9 - 1.0)
            position = m.message.pose.pose.position
            assert np.hypot(position.x - x, position.y - y) < 0.01
            assert m.message.twist.twist.linear.x == pytest.approx(speed, abs=0.02)
        stamps_ns = bag.stamps_ns('/odometry')
    np.testing.assert_allclose(np.diff(stamps_ns), 5e7, atol=2)


def test_a_command_holds_from_when_it_is_given(converted: Converted) -> None:
    with Bag.open(converted.folder / 'monday_000') as bag:
        for m in bag.messages(['/command']):
            given = m.stamp_ns * 1e-9 - 1.0 >= CHANGE_S - 1e-6
            assert m.message.command == (Command.CHANGE_LEFT if given else Command.KEEP)


def test_a_second_run_keeps_what_is_there(converted: Converted, recorded: Recorded) -> None:
    path = converted.folder / 'monday_001' / 'metadata.yaml'
    before = path.stat().st_mtime_ns
    (converted.folder / 'monday_009').mkdir()
    mapping = converted.folder.parent / 'map.yaml'
    report = convert_bag(
        recorded.bag, mapping, converted.folder, views=views(), label=TEACHERS['recorded'].label
    )
    (converted.folder / 'monday_009').rmdir()
    assert all(segment.kept for segment in report.segments)
    assert path.stat().st_mtime_ns == before
    assert 'monday_009 is left' in report.notes[-1]
    report = convert_bag(
        recorded.bag,
        mapping,
        converted.folder,
        views=views(),
        label=TEACHERS['recorded'].label,
        overwrite=True,
    )
    assert not any(segment.kept for segment in report.segments)
    assert path.stat().st_mtime_ns > before


@pytest.mark.parametrize(
    ('old', 'new', 'words'),
    [
        ('/cam0/info', '/nowhere', ["'front'", 'calibration is missing']),
        ('/cam0/compressed', '/nowhere', ["'front'", 'no topic /nowhere']),
        ('/ins/odom', '/wrong', ['nav_msgs/msg/Odometry', '/ins/odom', 'correct']),
        ('rotation_deg: [0.0, 3.0', 'rotation_deg: [0.0, 93.0', ['too little', 'rotations']),
    ],
)
def test_what_cannot_be_used_is_refused(
    tmp_path: Path, recorded: Recorded, old: str, new: str, words: list[str]
) -> None:
    mapping = tmp_path / 'map.yaml'
    assert old in MAPPING
    mapping.write_text(MAPPING.replace(old, new), encoding='utf-8')
    with pytest.raises(InputError) as caught:
        convert_bag(
            recorded.bag,
            mapping,
            tmp_path / 'out',
            views=views(),
            label=TEACHERS['recorded'].label,
        )
    assert '\n' not in str(caught.value)
    for word in words:
        assert word in str(caught.value)


def test_poses_alone_give_the_same_speed(tmp_path: Path, recorded: Recorded) -> None:
    mapping = tmp_path / 'map.yaml'
    mapping.write_text(MAPPING + 'speed_from: positions\n', encoding='utf-8')
    report = convert_bag(
        recorded.bag, mapping, tmp_path / 'out', views=views(), label=TEACHERS['recorded'].label
    )
    assert len(report.segments) == 5
    with Bag.open(tmp_path / 'out' / 'monday_000') as bag:
        for m in bag.messages(['/odometry']):
            _, _, _, speed, rate = truth(recorded.log, m.stamp_ns * 1e-9 - 1.0)
            assert m.message.twist.twist.linear.x == pytest.approx(speed, abs=0.05)
            assert m.message.twist.twist.angular.z == pytest.approx(rate, abs=0.02)
