# SPDX-License-Identifier: Apache-2.0
"""What a car sends, 20 times a second: pictures and odometry, each of which can be spoilt."""

import time
from collections.abc import Callable
from typing import Any

import numpy as np
from node_harness import Probe

from wpt_core.sensing import surround_rig
from wpt_core.types import Camera, EgoState, Pose2
from wpt_ros import topics
from wpt_ros.conversions.cameras import camera_info_message
from wpt_ros.conversions.images import compressed_message, image_message
from wpt_ros.conversions.motion import odometry_message
from wpt_ros.conversions.stamps import stamp_of
from wpt_ros.qos import Reliability

__all__ = ['FakeCar']

Spoil = Callable[[Any], list[Any]]
"""One picture's message to what is sent in its place: messages, bytes, or nothing."""


class FakeCar:
    """Drives straight ahead at 10 m/s; step it with a probe."""

    def __init__(
        self,
        probe: Probe,
        *,
        compressed: bool = False,
        sensors: Reliability = Reliability.BEST_EFFORT,
    ) -> None:
        self.mend()
        self._begun_s = time.time()
        self.sent_ns: list[int] = []
        """Stamps of the first camera."""
        topic = topics.COMPRESSED if compressed else topics.IMAGE
        self._compressed = compressed
        self._pictures = {
            name: probe.advertise(topic.of(name), sensors=sensors) for name in self.cameras
        }
        self._infos = {
            name: probe.advertise(topics.CAMERA_INFO.of(name), sensors=sensors)
            for name in self.cameras
        }
        self._odometry = probe.advertise(topics.ODOMETRY, sensors=sensors)
        probe.steps.append(self.step)

    def mend(self) -> None:
        """Nothing is spoilt."""
        self.cameras = {camera.name: camera for camera in surround_rig().cameras}
        self.speed_mps = 10.0
        self.shift_s = 0.0
        """Of all stamps against the clock."""
        self.spoilt: dict[str, Spoil] = {}
        """By camera."""
        self.moves = self.sees = True
        """Is there odometry, are there pictures?"""

    def step(self) -> None:
        """Everything once, stamped now."""
        now_s = time.time() + self.shift_s
        if self.moves:
            pose = Pose2(10.0 * (now_s - self._begun_s), 0.0, 0.0)
            ego = EgoState(now_s, pose, self.speed_mps, 0.0, 0.0, 0.0)
            self._odometry.publish(odometry_message(ego))
        if self.sees:
            for camera in self.cameras.values():
                self._infos[camera.name].publish(
                    camera_info_message(camera, stamp=stamp_of(now_s))
                )
                for sent in self.spoilt.get(camera.name, _as_it_is)(self.picture(camera, now_s)):
                    self._pictures[camera.name].publish(sent)
            stamp = stamp_of(now_s)
            self.sent_ns.append(stamp.sec * 10**9 + stamp.nanosec)

    def picture(self, camera: Camera, now_s: float) -> Any:
        """Grey, a little brighter or darker each time, as the camera would send it."""
        lens = camera.intrinsics
        pixels = np.full(
            (lens.height_px, lens.width_px, 3), 100 + round(1e3 * now_s) % 40, np.uint8
        )
        make = compressed_message if self._compressed else image_message
        return make(pixels, stamp=stamp_of(now_s), frame_id=camera.name)


def _as_it_is(message: Any) -> list[Any]:
    return [message]
