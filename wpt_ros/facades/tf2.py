# SPDX-License-Identifier: Apache-2.0
"""Sensor poses from TF: with tf2_ros, else from TF messages, else unavailable."""

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Protocol

from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile
from rclpy.time import Time

from wpt_core.geometry import FloatArray, FrameTree
from wpt_core.types import InputError
from wpt_ros.facades.tf_transformations import matrix_from
from wpt_ros.qos import type_of
from wpt_ros.topics import FIXED_TRANSFORMS, TRANSFORMS

__all__ = ['Extrinsics', 'NoTransforms', 'Tf2Buffer', 'TfSubscriber', 'extrinsics']

_DEPTH = 100
"""The depth of tf2_ros: transforms arrive in many small messages."""


class Extrinsics(Protocol):
    """Subscribes from its construction until it is closed."""

    def base_from(self, frame_id: str) -> FloatArray:
        """Return the newest `base_from_frame`, (4, 4); raise InputError if there is none."""

    def close(self) -> None:
        """Unsubscribe."""


class Tf2Buffer:
    """Poses from the buffer of tf2_ros."""

    def __init__(self, node: Node, base_frame: str) -> None:
        self._package = import_module('tf2_ros')
        self._base_frame = base_frame
        self._buffer = self._package.Buffer()
        self._listener = self._package.TransformListener(self._buffer, node)

    def base_from(self, frame_id: str) -> FloatArray:
        newest = Time()
        try:
            stamped = self._buffer.lookup_transform(self._base_frame, _plain(frame_id), newest)
        except self._package.TransformException as error:
            raise InputError(f'no transform to {self._base_frame!r}: {error}') from error
        return matrix_from(*_numbers(stamped.transform))

    def close(self) -> None:
        self._listener.unregister()


class TfSubscriber:
    """Poses from TF messages: the newest transform of each frame, regardless of its stamp."""

    def __init__(self, node: Node, base_frame: str) -> None:
        self._node, self._base_frame, self._tree = node, base_frame, FrameTree()
        kind = type_of(TRANSFORMS.type_name)
        kept = QoSProfile(depth=_DEPTH, durability=DurabilityPolicy.TRANSIENT_LOCAL)
        self._subscriptions = [
            node.create_subscription(kind, TRANSFORMS.name, self._take, QoSProfile(depth=_DEPTH)),
            node.create_subscription(kind, FIXED_TRANSFORMS.name, self._take, kept),
        ]

    def base_from(self, frame_id: str) -> FloatArray:
        return self._tree.target_from(self._base_frame, _plain(frame_id))

    def close(self) -> None:
        for subscription in self._subscriptions:
            self._node.destroy_subscription(subscription)

    def _take(self, message: Any) -> None:
        for one in message.transforms:
            parent, child = _plain(one.header.frame_id), _plain(one.child_frame_id)
            position_m, quaternion = _numbers(one.transform)
            self._tree.put(parent, child, position_m=position_m, quaternion=quaternion)


class NoTransforms:
    """Replacement without tf2_ros and tf2_msgs: every lookup fails."""

    def __init__(self, node: Node, base_frame: str) -> None:
        del node
        self._base_frame = base_frame

    def base_from(self, frame_id: str) -> FloatArray:
        raise InputError(
            f'the pose of {frame_id!r} in {self._base_frame!r} is not known: neither tf2_ros nor '
            'tf2_msgs is installed; install one, or write the pose into the rig file'
        )

    def close(self) -> None:
        """Nothing is open."""


def _plain(frame_id: str) -> str:
    """Drivers ported from ROS 1 begin frames with a slash, which TF does not allow."""
    return frame_id.removeprefix('/')


def _numbers(motion: Any) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return position and quaternion (x, y, z, w)."""
    p, q = motion.translation, motion.rotation
    return (p.x, p.y, p.z), (q.x, q.y, q.z, q.w)


_Source = Callable[[Node, str], Extrinsics]
_SOURCES: tuple[tuple[str, _Source], ...] = (('tf2_ros', Tf2Buffer), ('tf2_msgs', TfSubscriber))
_CHOSEN: _Source = next(
    (source for package, source in _SOURCES if find_spec(package) is not None), NoTransforms
)


def extrinsics(node: Node, base_frame: str = 'base_link') -> Extrinsics:
    """Return the best source that is installed."""
    return _CHOSEN(node, base_frame)
