# SPDX-License-Identifier: Apache-2.0
"""A drive through the proving ground as somebody else's car would record it, faults included."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from wpt_core.bags import BagWriter, definitions_from
from wpt_core.geometry import transform_points
from wpt_core.sensing import surround_rig
from wpt_core.types import Camera, Command, Intrinsics, Pose2, Rig
from wpt_sim.drive import DriveLog, World
from wpt_sim.drivers import EXPERT, make_driver
from wpt_sim.randomness import exactly
from wpt_sim.road import RoadKind
from wpt_sim.scenario import Ability, Hand, Layout, Leg, Rule, Scenario, Turn

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
    images: dict[str, dict[float, NDArray[np.uint8]]]
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
    """Writes a recording of another car, on the clock of the drive."""

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

    def compressed(self, time_s: float, image: NDArray[np.uint8]) -> None:
        quality = [cv2.IMWRITE_JPEG_QUALITY, 98]
        data = cv2.imencode('.jpg', image[..., ::-1], quality)[1].ravel()
        if time_s == CUT_OFF_S:
            data = data[: len(data) // 2]
        self.write('/cam0/compressed', time_s, format='jpeg', data=data)

    def raw(self, time_s: float, topic: str, image: NDArray[np.uint8]) -> None:
        rows = np.zeros((32, 200), np.uint8)
        rows[:, :192] = image[..., ::-1].reshape(32, 192)
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


def record(path: Path, root: Path) -> Recorded:
    """Drive, and write the bag."""
    world = World(winding_road(), 3, rig=views())
    driver = make_driver(EXPERT, world)
    images: dict[str, dict[float, NDArray[np.uint8]]] = {'front': {}, 'back': {}}
    with BagWriter(path, definitions=definitions_from(root / 'msg', 'wpt_msgs')) as bag:
        foreign = Foreign(bag)
        for topic in ('/cam0/info', '/cam1/info'):
            foreign.info(topic)
        while world.time_s < LENGTH_S:
            now_s = round(world.time_s, 3)
            if round(now_s * 20) % 2 == 0:
                for frame in world.observe().frames:
                    images[frame.camera][now_s] = frame.image
                if not GAP_S[0] <= now_s < GAP_S[1]:
                    foreign.compressed(now_s, images['front'][now_s])
                foreign.raw(now_s, '/cam1/raw', images['back'][now_s])
                foreign.raw(now_s, '/cam2/raw', images['back'][now_s])
            if now_s == CHANGE_S:
                foreign.write('/route/command', now_s, command=int(Command.CHANGE_LEFT))
            world.step(driver.act(world.observe(frames=False)))
        for row in odometry_rows(world.log):
            foreign.odometry(*row)
    return Recorded(path, world.log, images)


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
