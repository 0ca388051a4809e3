# SPDX-License-Identifier: Apache-2.0
"""Faults of a drive: publishers that imitate a faulty or hostile program on the network."""

from collections.abc import Callable

import numpy as np
import rclpy
from rclpy.clock import Clock, ClockType
from rclpy.node import Node

from wpt_core.types import EgoState, LateralCommand, Pose2
from wpt_ros import topics
from wpt_ros.conversions.commands import lateral_message
from wpt_ros.conversions.motion import odometry_message
from wpt_ros.qos import Reliability, profile, type_of
from wpt_ros.topics import Topic

__all__ = ['Intruder']

_GARBAGE_S, _FLOOD_S, _SECOND_S = 0.02, 0.001, 0.02
_BYTES = 100_000
_STANDING = (0.0, 0.0, 0.0, 0.0)
"""Speed, acceleration, yaw rate and curvature."""


class Intruder:
    """Publishes with the node of its owner; each method returns a function that stops it."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._chance = np.random.default_rng(0)

    def garbage(self, camera: str) -> Callable[[], None]:
        """Publish random bytes on the topic of a camera."""
        return self._repeat(
            topics.IMAGE.of(camera), _GARBAGE_S, lambda: self._chance.bytes(_BYTES)
        )

    def flood(self) -> Callable[[], None]:
        """Publish commands to the gate at the highest rate."""
        message = type_of(topics.WANTED.type_name)(curvature_1pm=0.05, valid=True)
        return self._repeat(topics.WANTED, _FLOOD_S, lambda: message)

    def second_odometry(self) -> Callable[[], None]:
        """Publish odometry of a standing car with current stamps."""

        def make() -> object:
            return odometry_message(EgoState(self._now_s(), Pose2(0.0, 0.0, 0.0), *_STANDING))

        return self._repeat(topics.ODOMETRY, _SECOND_S, make)

    def impostor(self) -> Callable[[], None]:
        """Publish valid commands with current stamps from a node named like the controller."""
        node = rclpy.create_node(
            'controller',
            namespace=self._node.get_namespace(),
            context=self._node.context,
            start_parameter_services=False,
        )

        def make() -> object:
            now_s = self._now_s()
            return lateral_message(LateralCommand(now_s, now_s, 0.01, 0.0, valid=True))

        end = self._repeat(topics.WANTED, _SECOND_S, make, node=node)

        def end_both() -> None:
            end()
            node.destroy_node()

        return end_both

    def _now_s(self) -> float:
        """Return the time of the clock that stamps messages."""
        return float(self._node.get_clock().now().nanoseconds * 1e-9)

    def _repeat(
        self,
        topic: Topic,
        period_s: float,
        make: Callable[[], object],
        *,
        node: Node | None = None,
    ) -> Callable[[], None]:
        """Publish periodically, with another node if one is given."""
        speaker = node or self._node
        quality = profile(topic.quality, Reliability.RELIABLE)
        publisher = speaker.create_publisher(type_of(topic.type_name), topic.name, quality)
        timer = self._node.create_timer(
            period_s,
            lambda: publisher.publish(make()),
            clock=Clock(clock_type=ClockType.STEADY_TIME),
        )

        def end() -> None:
            self._node.destroy_timer(timer)
            speaker.destroy_publisher(publisher)

        return end
