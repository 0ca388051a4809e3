# SPDX-License-Identifier: Apache-2.0
"""Writer of episodes: one drive in one bag, in one format for all sources.

See docs/episodes.md. Topics:

    /VIEW/image_raw/compressed   sensor_msgs/CompressedImage   the views, JPEG, 5 Hz
    /VIEW/camera_info            sensor_msgs/CameraInfo        of each view, once
    /odometry                    nav_msgs/Odometry             20 Hz, poses in space
    /command                     wpt_msgs/DrivingCommand       with each set of views
    /labels/plan                 wpt_msgs/Plan                 label of a teacher
    /labels/action               wpt_msgs/LateralCommand       its curvature at now + delay
    /labels/lane_left, _right    nav_msgs/Path                 borders of the target lane
    /episode                     std_msgs/String               `About`, as JSON, once
    /truth/...                   see `truth.py`                privileged, optional

Labels have the stamps of their views. A plan ends where the teacher's knowledge ends.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wpt_core.bags import BagWriter, TopicQos, TopicWriter, definitions_from
from wpt_core.geometry import lift, quaternion_from_rotation
from wpt_core.sensing import camera_info_numbers, encode_jpeg
from wpt_core.types import Camera, Command, EgoState, InputError, Pose2, Rig

__all__ = [
    'LANE_AHEAD_M',
    'SCHEMA',
    'TEST',
    'TRAINING',
    'VALIDATION',
    'About',
    'EpisodeWriter',
    'Labels',
    'image_topic',
    'stamp_ns_of',
]

LANE_AHEAD_M = np.array([4.0, 7.0, 10.0, 14.0, 18.0, 23.0, 28.0, 34.0, 40.0, 47.0, 54.0, 62.0])
"""Distances along the road at which the lane borders are given."""
SCHEMA = 2
"""Version of new episodes; 2 added this number, poses in space and `/truth`. 1 is read, too."""
TRAINING, VALIDATION, TEST = 'training', 'validation', 'test'
_SPLITS = (TRAINING, VALIDATION, TEST)
_JPEG_QUALITY = 92
_SENSOR = TopicQos('best_effort', depth=5)
_LATCHED = TopicQos('reliable', 'transient_local', depth=1)


@dataclass(frozen=True, slots=True)
class About:
    """Properties of a whole episode."""

    source: str
    """`proving_ground`, or the name of the converted recording."""
    driver: str
    """expert, student or human."""
    actuator_delay_s: float
    """Dead time and lag of the steering together, as calibrated."""
    scenario: str = ''
    seed: int = 0
    split: str = TRAINING
    """`training`, `validation` (for the validation loss) or `test` (refused by trainings)."""
    perturbed: bool = False
    schema: int = SCHEMA


@dataclass(frozen=True, eq=False, slots=True)
class Labels:
    """Label of one sample, in `base_link` at its time."""

    plan: NDArray[np.float64]
    """(P, 6) with P <= 33: x, y, speed, acceleration, yaw, yaw rate at the plan's times."""
    curvature_1pm: float
    """Curvature to command now, for the time at which the car responds."""
    lane_m: NDArray[np.float64] | None = None
    """(12, 2, 2): left and right border of the target lane, x and y, at `LANE_AHEAD_M`."""


def image_topic(view: str) -> str:
    """Return the topic of the images of a view."""
    return f'/{view}/image_raw/compressed'


def stamp_ns_of(stamp_s: float) -> int:
    """Convert a time to a stamp; times in episodes start at 1 s."""
    return round(stamp_s * 1e9)


class EpisodeWriter:
    """Writes one episode; the bag appears when the `with` block ends without an error."""

    def __init__(self, path: Path, views: Rig, about: About) -> None:
        definitions = definitions_from(Path(__file__).resolve().parents[2] / 'msg', 'wpt_msgs')
        self._bag = BagWriter(path, definitions=definitions, overwrite=True)
        add = self._bag.add_topic
        self._images = {
            name: add(image_topic(name), 'sensor_msgs/msg/CompressedImage', qos=_SENSOR)
            for name in views.names
        }
        self._odometry = add('/odometry', 'nav_msgs/msg/Odometry')
        self._command = add('/command', 'wpt_msgs/msg/DrivingCommand')
        self._plan = add('/labels/plan', 'wpt_msgs/msg/Plan')
        self._action = add('/labels/action', 'wpt_msgs/msg/LateralCommand')
        self._lanes = [
            add(f'/labels/lane_{side}', 'nav_msgs/msg/Path') for side in ('left', 'right')
        ]
        self._views, self._about = views, about
        self._optional: dict[str, TopicWriter] = {}
        self._begun = False

    def __enter__(self) -> 'EpisodeWriter':
        return self

    def __exit__(self, *error: Any) -> None:
        self._bag.__exit__(*error)

    def views(
        self, stamp_s: float, images: Mapping[str, NDArray[np.uint8]], command: Command
    ) -> None:
        """Write the views of one sample, (H, W, 3) RGB by name, and the command."""
        stamp_ns = stamp_ns_of(stamp_s)
        if not self._begun:
            self._begin(stamp_ns)
        compressed = self._bag.message_type('sensor_msgs/msg/CompressedImage')
        for name, image in images.items():
            content = encode_jpeg(image, _JPEG_QUALITY)
            message = compressed(self._header(stamp_ns, name), 'jpeg', content)
            self._images[name].write(stamp_ns, message)
        driving = self._bag.message_type('wpt_msgs/msg/DrivingCommand')
        self._command.write(
            stamp_ns, driving(header=self._header(stamp_ns, 'base_link'), command=int(command))
        )

    def odometry(self, ego: EgoState, world_from_base: NDArray[np.float64] | None = None) -> None:
        """Write the motion of `base_link` at `ego.stamp_s`.

        `world_from_base` (4, 4) is its pose in space; by default the ground is flat.
        """
        make, stamp_ns = self._bag.message_type, stamp_ns_of(ego.stamp_s)
        covariance = np.zeros(36)
        vector = make('geometry_msgs/msg/Vector3')
        in_world = lift(ego.pose) if world_from_base is None else world_from_base
        pose = make('geometry_msgs/msg/PoseWithCovariance')(self._pose(in_world), covariance)
        twist = make('geometry_msgs/msg/Twist')(
            vector(ego.speed_mps, 0.0, 0.0), vector(0.0, 0.0, ego.yaw_rate_radps)
        )
        odometry = make('nav_msgs/msg/Odometry')(
            self._header(stamp_ns, 'odom'),
            'base_link',
            pose,
            make('geometry_msgs/msg/TwistWithCovariance')(twist, covariance),
        )
        self._odometry.write(stamp_ns, odometry)

    def labels(self, stamp_s: float, labels: Labels, times_s: NDArray[np.float64]) -> None:
        """Write the label of the views with this stamp; `times_s` (33,) are those of a plan."""
        make, stamp_ns = self._bag.message_type, stamp_ns_of(stamp_s)
        header = self._header(stamp_ns, 'base_link')
        points = labels.plan.astype(np.float32)
        flat = [np.ascontiguousarray(points[:, column]) for column in range(points.shape[1])]
        positions = np.ascontiguousarray(points[:, :2]).ravel()
        hypothesis = make('wpt_msgs/msg/PlanHypothesis')(
            probability=1.0,
            positions_m=positions,
            position_scales_m=np.zeros_like(positions),
            speeds_mps=flat[2],
            accelerations_mps2=flat[3],
            yaws_rad=flat[4],
            yaw_rates_radps=flat[5],
        )
        self._plan.write(
            stamp_ns,
            make('wpt_msgs/msg/Plan')(
                header=header,
                times_s=times_s[: len(points)].astype(np.float32),
                hypotheses=[hypothesis],
                action_curvature_1pm=labels.curvature_1pm,
                action_acceleration_mps2=float(points[0, 3]),
                action_delay_s=self._about.actuator_delay_s,
            ),
        )
        self._action.write(
            stamp_ns,
            make('wpt_msgs/msg/LateralCommand')(
                header=header,
                plan_stamp=header.stamp,
                curvature_1pm=labels.curvature_1pm,
                curvature_rate_1pmps=0.0,
                valid=True,
            ),
        )
        if labels.lane_m is not None:
            for side, topic in enumerate(self._lanes):
                poses = [
                    self._pose_stamped(header, *point) for point in labels.lane_m[:, side].tolist()
                ]
                topic.write(stamp_ns, make('nav_msgs/msg/Path')(header=header, poses=poses))

    def message_type(self, type_name: str) -> type[Any]:
        """Return the class of this message type."""
        return self._bag.message_type(type_name)

    def header(self, stamp_s: float, frame: str) -> Any:
        """Return a `std_msgs/Header`."""
        return self._header(stamp_ns_of(stamp_s), frame)

    def write(
        self, topic: str, stamp_s: float, message: Any, *, qos: TopicQos | None = None
    ) -> None:
        """Write a message on an optional topic; the first one adds the topic."""
        if topic not in self._optional:
            profile = TopicQos() if qos is None else qos
            self._optional[topic] = self._bag.add_topic(topic, message.__msgtype__, qos=profile)
        self._optional[topic].write(stamp_ns_of(stamp_s), message)

    def _begin(self, stamp_ns: int) -> None:
        """Write `/episode` and `camera_info` before the first views."""
        self._begun = True
        text = self._bag.message_type('std_msgs/msg/String')(json.dumps(asdict(self._about)))
        self._bag.add_topic('/episode', 'std_msgs/msg/String', qos=_LATCHED).write(stamp_ns, text)
        for camera in self._views.cameras:
            topic = self._bag.add_topic(
                f'/{camera.name}/camera_info', 'sensor_msgs/msg/CameraInfo', qos=_LATCHED
            )
            topic.write(stamp_ns, self._camera_info(stamp_ns, camera))

    def _camera_info(self, stamp_ns: int, camera: Camera) -> Any:
        lens = camera.intrinsics
        make = self._bag.message_type
        numbers = {name: np.array(field) for name, field in camera_info_numbers(lens).items()}
        return make('sensor_msgs/msg/CameraInfo')(
            header=self._header(stamp_ns, camera.name),
            height=lens.height_px,
            width=lens.width_px,
            distortion_model=lens.model.value,
            **numbers,
            binning_x=0,
            binning_y=0,
            roi=make('sensor_msgs/msg/RegionOfInterest')(0, 0, 0, 0, False),
        )

    def _header(self, stamp_ns: int, frame: str) -> Any:
        time = self._bag.message_type('builtin_interfaces/msg/Time')
        stamp = time(sec=stamp_ns // 10**9, nanosec=stamp_ns % 10**9)
        return self._bag.message_type('std_msgs/msg/Header')(stamp=stamp, frame_id=frame)

    def _pose(self, target_from_body: NDArray[np.float64]) -> Any:
        make = self._bag.message_type
        quaternion = quaternion_from_rotation(target_from_body[:3, :3]).tolist()
        return make('geometry_msgs/msg/Pose')(
            make('geometry_msgs/msg/Point')(*target_from_body[:3, 3].tolist()),
            make('geometry_msgs/msg/Quaternion')(*quaternion),
        )

    def _pose_stamped(self, header: Any, x_m: float, y_m: float) -> Any:
        pose = self._pose(lift(Pose2(x_m, y_m, 0.0)))
        return self._bag.message_type('geometry_msgs/msg/PoseStamped')(header, pose)


def about_from(text: str, *, where: str) -> About:
    """Parse `/episode`; raise InputError if it is malformed. Without a schema it counts as 1."""
    try:
        found = json.loads(text)
        known = {field.name for field in fields(About)}
        if isinstance(found, dict):
            _check_schema(found.setdefault('schema', 1), where)
        if not isinstance(found, dict) or not set(found) <= known:
            raise InputError(
                f'{where}: /episode must have the keys {sorted(known)}, got {text[:80]!r}.'
            )
        about = About(**found)
    except (ValueError, TypeError) as error:
        raise InputError(f'{where}: /episode cannot be read ({error}).') from error
    if about.split not in _SPLITS:
        raise InputError(
            f'{where}: the split must be one of {", ".join(_SPLITS)}, not '
            f'{about.split!r}; make the episode again with ./wpt prepare.'
        )
    return about


def _check_schema(schema: object, where: str) -> None:
    if type(schema) is not int or schema < 1:
        raise InputError(
            f'{where}: the schema must be a number from 1 on, not {schema!r}; make the episode '
            'again with ./wpt prepare.'
        )
    if schema > SCHEMA:
        raise InputError(
            f'{where}: the episode has schema {schema}, and this version of wpt_ros reads up to '
            f'{SCHEMA}; update wpt_ros, or make the episode again with ./wpt prepare.'
        )
