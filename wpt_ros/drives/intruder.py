# SPDX-License-Identifier: Apache-2.0
"""What a faulty or hostile program does on the same network; for drives that are to survive it."""

from collections.abc import Callable

import numpy as np
from rclpy.clock import Clock, ClockType
from rclpy.node import Node

from wpt_ros import wires
from wpt_ros.lifecycle.quality import Reliability, profile, type_of
from wpt_ros.wires import Wire

__all__ = ['Intruder']

_GARBAGE_S, _FLOOD_S = 0.02, 0.001
_BYTES = 100_000


class Intruder:
    """Publishes through a node of its owner's; each of its acts returns how to end it."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._chance = np.random.default_rng(0)

    def garbage(self, camera: str) -> Callable[[], None]:
        """Random bytes on a camera's topic."""
        return self._repeat(wires.IMAGE.of(camera), _GARBAGE_S, lambda: self._chance.bytes(_BYTES))

    def flood(self) -> Callable[[], None]:
        """Commands to the gate, as fast as it goes."""
        message = type_of(wires.WANTED.type_name)(curvature_1pm=0.05, valid=True)
        return self._repeat(wires.WANTED, _FLOOD_S, lambda: message)

    def _repeat(
        self, wire: Wire, period_s: float, make: Callable[[], object]
    ) -> Callable[[], None]:
        quality = profile(wire.quality, Reliability.RELIABLE)
        publisher = self._node.create_publisher(type_of(wire.type_name), wire.name, quality)
        timer = self._node.create_timer(
            period_s,
            lambda: publisher.publish(make()),
            clock=Clock(clock_type=ClockType.STEADY_TIME),
        )

        def end() -> None:
            self._node.destroy_timer(timer)
            self._node.destroy_publisher(publisher)

        return end
