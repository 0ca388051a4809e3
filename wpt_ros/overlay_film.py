# SPDX-License-Identifier: Apache-2.0
"""The plan laid on the pictures of the camera that looks ahead, as a video, from a bag."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from wpt_core.bags import Bag
from wpt_core.safety import GateState
from wpt_core.sensing import CompressedPicture
from wpt_core.types import Camera, Plan, Rig
from wpt_core.world.pictures import VideoWriter, caption, draw_plan
from wpt_ros import wires
from wpt_ros.conversions.plans import plan_of
from wpt_ros.conversions.stamps import seconds

__all__ = ['overlay_film']

_RATE_HZ = 20
_WIDTH_PX = 768
_OLD_S = 0.5


def overlay_film(bag: Path, video: Path, rig: Rig) -> Path:
    """Every picture of the first camera of the rig, with the plan that was there by then."""
    camera = rig.cameras[0]
    topics = {
        name: f'/{wire.name}'
        for name, wire in (
            ('picture', wires.COMPRESSED.of(camera.name)),
            ('plan', wires.PLAN),
            ('state', wires.GATE_STATE),
            ('odometry', wires.ODOMETRY),
        )
    }
    scene = _Scene(_enlarged(camera))
    with Bag.open(bag) as recording, VideoWriter(video, rate_hz=_RATE_HZ) as film:
        for message in recording.messages(list(topics.values())):
            if message.topic == topics['picture']:
                film.add(scene.drawn(message.message))
            elif message.topic == topics['plan']:
                scene.plan = plan_of(message.message)[0]
            elif message.topic == topics['state']:
                scene.state = GateState(message.message.state).name
            else:
                scene.speed_mps = message.message.twist.twist.linear.x
    return video


class _Scene:
    """What is known when a picture comes."""

    def __init__(self, camera: Camera) -> None:
        self._camera = camera
        self.plan: Plan | None = None
        self.state = ''
        self.speed_mps = 0.0
        self._start_s: float | None = None

    def drawn(self, message: Any) -> NDArray[np.uint8]:
        lens = self._camera.intrinsics
        small = CompressedPicture(message.data).rgb()
        picture = cv2.resize(small, (lens.width_px, lens.height_px), interpolation=cv2.INTER_CUBIC)
        image = np.asarray(picture, np.uint8)
        stamp_s = seconds(message.header.stamp)
        if self._start_s is None:
            self._start_s = stamp_s
        fresh = self.plan is not None and 0.0 <= stamp_s - self.plan.stamp_s <= _OLD_S
        if self.plan is not None and fresh:
            image = draw_plan(image, self._camera, self.plan)
        return caption(
            image, f'{stamp_s:6.1f} s   {3.6 * self.speed_mps:3.0f} km/h   {self.state}'
        )


def _enlarged(camera: Camera) -> Camera:
    """The same with larger pictures, to have room for the drawing."""
    lens = camera.intrinsics
    scale = max(1.0, _WIDTH_PX / lens.width_px)
    larger = replace(
        lens,
        width_px=round(lens.width_px * scale),
        height_px=round(lens.height_px * scale),
        fx_px=lens.fx_px * scale,
        fy_px=lens.fy_px * scale,
        cx_px=(lens.cx_px + 0.5) * scale - 0.5,
        cy_px=(lens.cy_px + 0.5) * scale - 0.5,
    )
    return replace(camera, intrinsics=larger)
