# SPDX-License-Identifier: Apache-2.0
"""Somebody else's bag, with everything that goes wrong, as episodes: cuts, pictures, labels."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from training.data.foreign import ConversionReport, convert_bag
from wpt_core.bags import Bag, BagWriter, definitions_from
from wpt_core.geometry import inverse, transform_points
from wpt_core.sensing import surround_rig
from wpt_core.types import Camera, Command, InputError, Intrinsics, Pose2, Rig, plan_times_s
from wpt_core.world.drive import DriveLog, World
from wpt_core.world.drivers import EXPERT, seat
from wpt_core.world.road import RoadKind
from wpt_core.world.scenario import Ability, Hand, Layout, Leg, Rule, Scenario, Turn
from wpt_core.world.span import exactly

pytestmark = pytest.mark.slow

START_NS = 1_700_000_000_000_000_000
LENS = Intrinsics(64, 32, 46.0, 46.0, 31.5, 15.5)
DELAY_S = 0.25
LENGTH_S = 40.0
GAP_S = (10.0, 11.0)
CUT_OFF_S = 17.0
JUMP_S, JUMP_M = 23.0, 6.0
CLOCK_S, BACK_S = 29.0, 100.0
ODOMETRY_GAP_S = (36.0, 36.5)
CHANGE_S = 5.0
SENSOR = Pose2(1.2, 0.3, 0.1)
"""Where the odometry's sensor sits on the car."""

MAPPING = """
cameras:
  front:
    image: /cam0/compressed
    camera_info: /cam0/info
    position_m: [1.70, 0.00, 1.45]
    rotation_deg: [0.0, 3.0, 0.0]
  back:
    image: /cam1/raw
    camera_info: /cam1/info
    position_m: [-0.50, 0.00, 1.45]
    rotation_deg: [0.0, 3.0, 180.0]
  side:
    image: /cam2/raw
    camera_info: /cam2/info
    position_m: [1.0, 0.5, 1.4]
    rotation_deg: [0.0, 0.0, 90.0]
odometry: /ins/odom
base_from_odometry: {position_m: [1.2, 0.3, 0.0], rotation_deg: [0.0, 0.0, 5.729577951308232]}
command: /route/command
actuator_delay_s: 0.25
"""


@dataclass(frozen=True)
class Recorded:
    bag: Path
    log: DriveLog
    pictures: dict[str, dict[float, NDArray[np.uint8]]]
    """By camera and time of the drive."""


def views() -> Rig:
    """Front and back of the default rig, with few pixels."""
    chosen = [camera for camera in surround_rig().cameras if camera.name in ('front', 'back')]
    return Rig(tuple(Camera(c.name, LENS, c.base_from_camera) for c in chosen))


def winding_road() -> Scenario:
    hands = (Hand.LEFT, Hand.RIGHT, Hand.LEFT)
    legs = [Leg(exactly(40.0), Turn(exactly(120.0), exactly(60.0), hand)) for hand in hands]
    return Scenario(
        name='winding',
        suite='test',
        ability=Ability.KEEPING,
        rule=Rule.ROUTE,
        summary='bends to both sides',
        layout=Layout(RoadKind.COUNTRY, tuple(legs)),
        speed_mps=exactly(11.0),
        duration_s=LENGTH_S + 1.0,
    )


class Foreign:
    """Writes what another car would record, by the time of the drive."""

    def __init__(self, bag: BagWriter) -> None:
        self.bag = bag
        self.make = bag.message_type
        names = {
            '/cam0/compressed': 'sensor_msgs/msg/CompressedImage',
            '/cam1/raw': 'sensor_msgs/msg/Image',
            '/cam2/raw': 'sensor_msgs/msg/Image',
            '/cam0/info': 'sensor_msgs/msg/CameraInfo',
            '/cam1/info': 'sensor_msgs/msg/CameraInfo',
            '/ins/odom': 'nav_msgs/msg/Odometry',
            '/route/command': 'wpt_msgs/msg/DrivingCommand',
        }
        self.topics = {name: bag.add_topic(name, kind) for name, kind in names.items()}
        self.names = names

    def header(self, time_s: float) -> Any:
        """After the clock has gone back, stamps are earlier than the recording's."""
        stamp_ns = START_NS + round((time_s - (BACK_S if time_s >= CLOCK_S else 0.0)) * 1e9)
        stamp = self.make('builtin_interfaces/msg/Time')(stamp_ns // 10**9, stamp_ns % 10**9)
        return self.make('std_msgs/msg/Header')(stamp, 'somewhere')

    def write(self, topic: str, time_s: float, **fields: Any) -> None:
        message = self.make(self.names[topic])(header=self.header(time_s), **fields)
        # Recorded a little later than measured.
        self.topics[topic].write(START_NS + round(time_s * 1e9) + 4_000_000, message)

    def compressed(self, time_s: float, picture: NDArray[np.uint8]) -> None:
        quality = [cv2.IMWRITE_JPEG_QUALITY, 98]
        data = cv2.imencode('.jpg', picture[..., ::-1], quality)[1].ravel()
        if time_s == CUT_OFF_S:
            data = data[: len(data) // 2]
        self.write('/cam0/compressed', time_s, format='jpeg', data=data)

    def raw(self, time_s: float, topic: str, picture: NDArray[np.uint8]) -> None:
        rows = np.zeros((32, 200), np.uint8)
        rows[:, :192] = picture[..., ::-1].reshape(32, 192)
        self.write(
            topic,
            time_s,
            height=32,
            width=64,
            encoding='bgr8',
            is_bigendian=0,
            step=200,
            data=rows.ravel(),
        )

    def info(self, topic: str) -> None:
        k = np.array([46.0, 0.0, 31.5, 0.0, 46.0, 15.5, 0.0, 0.0, 1.0])
        self.write(
            topic,
            0.0,
            height=32,
            width=64,
            distortion_model='plumb_bob',
            d=np.zeros(5),
            k=k,
            r=np.eye(3).ravel(),
            p=np.zeros(12),
            binning_x=0,
            binning_y=0,
            roi=self.make('sensor_msgs/msg/RegionOfInterest')(0, 0, 0, 0, False),
        )

    def odometry(self, time_s: float, pose: Pose2, speed: float, rate: float) -> None:
        """Of a sensor beside the rear axle, that looks a little to the left."""
        make = self.make
        x, y = transform_points(pose, [SENSOR.x_m, SENSOR.y_m])
        x += JUMP_M if time_s >= JUMP_S else 0.0
        yaw = pose.yaw_rad + SENSOR.yaw_rad
        # Velocity of the sensor in the frame of the car, then in its own.
        ahead, aside = speed - rate * SENSOR.y_m, rate * SENSOR.x_m
        c, s = np.cos(SENSOR.yaw_rad), np.sin(SENSOR.yaw_rad)
        vector, nothing = make('geometry_msgs/msg/Vector3'), np.zeros(36)
        twist = make('geometry_msgs/msg/Twist')(
            vector(c * ahead + s * aside, c * aside - s * ahead, 0.0), vector(0.0, 0.0, rate)
        )
        turned = make('geometry_msgs/msg/Quaternion')(0.0, 0.0, np.sin(yaw / 2), np.cos(yaw / 2))
        place = make('geometry_msgs/msg/Pose')(make('geometry_msgs/msg/Point')(x, y, 0.0), turned)
        self.write(
            '/ins/odom',
            time_s,
            child_frame_id='ins',
            pose=make('geometry_msgs/msg/PoseWithCovariance')(place, nothing),
            twist=make('geometry_msgs/msg/TwistWithCovariance')(twist, nothing),
        )


@pytest.fixture(scope='module')
def recorded(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Recorded:
    folder = tmp_path_factory.mktemp('foreign')
    world = World(winding_road(), 3, rig=views())
    driver = seat(EXPERT, world)
    pictures: dict[str, dict[float, NDArray[np.uint8]]] = {'front': {}, 'back': {}}
    path = folder / 'monday'
    with BagWriter(path, definitions=definitions_from(root / 'msg', 'wpt_msgs')) as bag:
        foreign = Foreign(bag)
        for topic in ('/cam0/info', '/cam1/info'):
            foreign.info(topic)
        while world.time_s < LENGTH_S:
            now_s = round(world.time_s, 3)
            if round(now_s * 20) % 2 == 0:
                for frame in world.observe().frames:
                    pictures[frame.camera][now_s] = frame.image
                if not GAP_S[0] <= now_s < GAP_S[1]:
                    foreign.compressed(now_s, pictures['front'][now_s])
                foreign.raw(now_s, '/cam1/raw', pictures['back'][now_s])
                foreign.raw(now_s, '/cam2/raw', pictures['back'][now_s])
            if now_s == CHANGE_S:
                foreign.write('/route/command', now_s, command=int(Command.CHANGE_LEFT))
            world.step(driver.act(world.observe(frames=False)))
        for row in odometry_rows(world.log):
            foreign.odometry(*row)
    return Recorded(path, world.log, pictures)


def odometry_rows(log: DriveLog) -> Iterator[tuple[float, Pose2, float, float]]:
    """At 50 Hz, which is not the rate of the drive."""
    for time_s in np.arange(0.0, LENGTH_S, 0.02).round(3).tolist():
        if ODOMETRY_GAP_S[0] <= time_s < ODOMETRY_GAP_S[1]:
            continue
        x, y, yaw, speed, rate = truth(log, time_s)
        yield time_s, Pose2(x, y, yaw), speed, rate


def truth(log: DriveLog, time_s: float) -> list[float]:
    columns = (log.x_m, log.y_m, np.unwrap(log.yaw_rad), log.speed_mps, log.yaw_rate_radps)
    return [float(np.interp(time_s, log.time_s, column)) for column in columns]


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
    return Converted(out, convert_bag(recorded.bag, mapping, out, views=views()))


def test_every_fault_cuts_and_says_why(converted: Converted) -> None:
    found = [(cut.at_s, cut.reason) for cut in converted.report.cuts]
    expected = [
        (9.9, 'no picture of front for 1.10 s'),
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
                    step: np.abs(seen - recorded.pictures[name][round(time_s + step, 1)]).mean()
                    for step in (-0.1, 0.0, 0.1)
                }
                assert errors[0.0] < 6.0
                assert min(errors, key=lambda step: errors[step]) == 0.0


def test_labels_are_what_the_car_did(converted: Converted, recorded: Recorded) -> None:
    log = recorded.log
    with Bag.open(converted.folder / 'monday_000') as bag:
        plans = list(bag.messages(['/labels/plan']))
        actions = list(bag.messages(['/labels/action']))
    # The odometry is whole up to its jump, so a gap of the pictures shortens no plan.
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
    report = convert_bag(recorded.bag, mapping, converted.folder, views=views())
    (converted.folder / 'monday_009').rmdir()
    assert all(segment.kept for segment in report.segments)
    assert path.stat().st_mtime_ns == before
    assert 'monday_009 is left' in report.notes[-1]
    report = convert_bag(recorded.bag, mapping, converted.folder, views=views(), overwrite=True)
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
        convert_bag(recorded.bag, mapping, tmp_path / 'out', views=views())
    assert '\n' not in str(caught.value)
    for word in words:
        assert word in str(caught.value)


def test_poses_alone_give_the_same_speed(tmp_path: Path, recorded: Recorded) -> None:
    mapping = tmp_path / 'map.yaml'
    mapping.write_text(MAPPING + 'speed_from: positions\n', encoding='utf-8')
    report = convert_bag(recorded.bag, mapping, tmp_path / 'out', views=views())
    assert len(report.segments) == 5
    with Bag.open(tmp_path / 'out' / 'monday_000') as bag:
        for m in bag.messages(['/odometry']):
            _, _, _, speed, rate = truth(recorded.log, m.stamp_ns * 1e-9 - 1.0)
            assert m.message.twist.twist.linear.x == pytest.approx(speed, abs=0.05)
            assert m.message.twist.twist.angular.z == pytest.approx(rate, abs=0.02)
