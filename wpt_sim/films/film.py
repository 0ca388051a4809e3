# SPDX-License-Identifier: Apache-2.0
"""Watching a drive: every camera and the bird's-eye view, as video and as a few stills."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from wpt_core.drawing.panel import caption, panel
from wpt_core.types import Rig
from wpt_sim.drive import STEP_S, World
from wpt_sim.films.bird_eye import BirdEye
from wpt_sim.films.video import VideoWriter
from wpt_sim.scene import Size

__all__ = ['FILM_RATE_HZ', 'Film']

FILM_RATE_HZ = 10
_STEPS_A_FRAME = round(1.0 / (STEP_S * FILM_RATE_HZ))


class Film:
    """An observer of a drive that has a rig. Films into `video` and keeps the stills asked for."""

    def __init__(self, video: VideoWriter, rig: Rig, *, stills_s: Sequence[float]) -> None:
        self.stills: list[NDArray[np.uint8]] = []
        """Panels of the first frame at or after each of the times."""
        self._video, self._rig = video, rig
        self._stills_s = sorted(stills_s)
        self._trail: list[tuple[float, float]] = []
        self._above = BirdEye()

    def __call__(self, world: World) -> None:
        """Take in one step; every so many are filmed."""
        pose = world.ego.pose
        step = len(self._trail)
        self._trail.append((pose.x_m, pose.y_m))
        if step % _STEPS_A_FRAME:
            return
        picture = self._picture(world)
        self._video.add(picture)
        while self._stills_s and world.time_s >= self._stills_s[0] - STEP_S / 2:
            self._stills_s.pop(0)
            self.stills.append(picture)

    def _picture(self, world: World) -> NDArray[np.uint8]:
        car = world.parameters
        above = self._above.draw(
            world.scene,
            world.road,
            ego_size=Size(car.length_m, car.width_m, car.height_m),
            ego_centre_m=car.centre_offset_m,
            trail_m=np.array(self._trail),
        )
        return caption(panel(self._rig, world.observe().frames, above), _status(world))


def _status(world: World) -> str:
    command = world.command.name.lower().replace('_', ' ')
    beside_m = world.road_position.offset_m - world.road.lane_offset(world.lane)
    return (
        f'{world.scenario.key}   seed {world.seed}   {world.time_s:5.1f} s   '
        f'{world.ego.speed_mps * 3.6:3.0f} km/h   command: {command}   '
        f'{beside_m:+.2f} m from the lane centre'
    )
