# SPDX-License-Identifier: Apache-2.0
"""The cameras of one drive: they take pictures until they die."""

import numpy as np

from wpt_core.types import Camera, CameraFrame, Rig
from wpt_sim.render.look import Look
from wpt_sim.render.renderer import Renderer
from wpt_sim.road import Road
from wpt_sim.scenario import CameraLoss
from wpt_sim.scene import Scene

__all__ = ['Cameras', 'camera_towards']


class Cameras:
    """Renders for one rig, without the cameras that are lost."""

    def __init__(
        self, rig: Rig, road: Road, look: Look, *, losses: tuple[CameraLoss, ...]
    ) -> None:
        self._renderer = Renderer(rig, road, look)
        self._names = rig.names
        self._dead_from_s = {
            camera_towards(rig, loss.bearing_rad).name: loss.from_s for loss in losses
        }

    def frames(self, scene: Scene) -> tuple[CameraFrame, ...]:
        """What the living cameras see now, in the order of the rig."""
        alive = [
            name
            for name in self._names
            if scene.time_s < self._dead_from_s.get(name, float('inf'))
        ]
        if not alive:
            return ()
        view = self._renderer.render(scene, alive)
        return tuple(
            CameraFrame(picture.camera, scene.time_s, picture.image) for picture in view.pictures
        )


def camera_towards(rig: Rig, bearing_rad: float) -> Camera:
    """The camera of the rig that looks most nearly this way, seen from above."""
    wanted = np.array([np.cos(bearing_rad), np.sin(bearing_rad)])
    return max(rig.cameras, key=lambda camera: float(camera.base_from_camera[:2, 2] @ wanted))
