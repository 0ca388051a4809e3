# SPDX-License-Identifier: Apache-2.0
"""TF transforms of the car and its cameras."""

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

from builtin_interfaces.msg import Time
from geometry_msgs.msg import TransformStamped

from wpt_core.geometry import lift
from wpt_core.types import Pose2, Rig
from wpt_ros import topics
from wpt_ros.conversions.cameras import optical_frame, transform_message
from wpt_ros.qos import type_of
from wpt_ros.topics import Topic

__all__ = ['TransformPublisher', 'cameras_of', 'car_at']


class TransformPublisher:
    """Publishes transforms for RViz and `extrinsics: tf`; does nothing without tf2_msgs."""

    def __init__(self, advertise: Callable[[Topic], Any], rig: Rig) -> None:
        self._available = find_spec('tf2_msgs') is not None
        if not self._available:
            return
        self._rig = rig
        self._kind = type_of(topics.TRANSFORMS.type_name)
        self._car, self._cameras = advertise(topics.TRANSFORMS), advertise(topics.FIXED_TRANSFORMS)
        self._cameras_published = False

    def publish(self, pose: Pose2, stamp: Time) -> None:
        """Publish the pose of the car; the first time also the camera poses."""
        if not self._available:
            return
        if not self._cameras_published:
            self._cameras.publish(self._kind(transforms=cameras_of(self._rig, stamp)))
            self._cameras_published = True
        self._car.publish(self._kind(transforms=[car_at(pose, stamp)]))


def car_at(pose: Pose2, stamp: Time) -> TransformStamped:
    """Return `base_link` in `odom`."""
    return transform_message('odom', 'base_link', lift(pose), stamp=stamp)


def cameras_of(rig: Rig, stamp: Time) -> list[TransformStamped]:
    """Return the optical frame of each camera in `base_link`."""
    return [
        transform_message(
            'base_link', optical_frame(camera.name), camera.base_from_camera, stamp=stamp
        )
        for camera in rig.cameras
    ]
