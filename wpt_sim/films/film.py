# SPDX-License-Identifier: Apache-2.0
"""Video and stills of a drive: all cameras and the bird's-eye view."""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from wpt_core.drawing.panel import caption, panel
from wpt_core.files import replacing
from wpt_core.types import Rig
from wpt_sim.drive import STEP_S, World
from wpt_sim.films.bird_eye import BirdEye
from wpt_sim.scene import Size

__all__ = ['FILM_RATE_HZ', 'Film', 'VideoWriter']

FILM_RATE_HZ = 10
_STEPS_A_FRAME = round(1.0 / (STEP_S * FILM_RATE_HZ))


class VideoWriter:
    """Writes RGB images of one size as H.264; the file appears when the block succeeds."""

    def __init__(self, path: Path, *, rate_hz: int) -> None:
        self._stack = ExitStack()
        aside = self._stack.enter_context(replacing(path))
        self._container = self._stack.enter_context(av.open(str(aside), 'w'))
        self._stack.push(self._flush)
        self._stream = self._container.add_stream('h264', rate=rate_hz)
        self._stream.pix_fmt = 'yuv420p'  # what browsers play
        self._stream.options = {'preset': 'veryfast', 'crf': '25'}

    def __enter__(self) -> 'VideoWriter':
        return self

    def add(self, image: NDArray[np.uint8]) -> None:
        """Append one image; an odd last row or column is cropped, as the format requires."""
        height, width = (side - side % 2 for side in image.shape[:2])
        if not self._stream.codec_context.is_open:
            self._stream.height, self._stream.width = height, width
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(image[:height, :width]))
        self._container.mux(self._stream.encode(frame))

    def _flush(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._container.mux(self._stream.encode())

    def __exit__(self, *error: Any) -> None:
        self._stack.__exit__(*error)


class Film:
    """An observer of a drive with a rig: writes to `video` and keeps stills."""

    def __init__(self, video: VideoWriter, rig: Rig, *, stills_s: Sequence[float]) -> None:
        self.stills: list[NDArray[np.uint8]] = []
        """First frames at or after each of `stills_s`."""
        self._video, self._rig = video, rig
        self._stills_s = sorted(stills_s)
        self._trail: list[tuple[float, float]] = []
        self._bird_eye = BirdEye()

    def __call__(self, world: World) -> None:
        """Observe one step; every second one becomes a frame."""
        pose = world.ego.pose
        step = len(self._trail)
        self._trail.append((pose.x_m, pose.y_m))
        if step % _STEPS_A_FRAME:
            return
        frame = self._frame(world)
        self._video.add(frame)
        while self._stills_s and world.time_s >= self._stills_s[0] - STEP_S / 2:
            self._stills_s.pop(0)
            self.stills.append(frame)

    def _frame(self, world: World) -> NDArray[np.uint8]:
        car = world.parameters
        bird_eye = self._bird_eye.draw(
            world.scene,
            world.road,
            ego_size=Size(car.length_m, car.width_m, car.height_m),
            ego_centre_m=car.centre_offset_m,
            trail_m=np.array(self._trail),
        )
        return caption(panel(self._rig, world.observe().frames, bird_eye), _status(world))


def _status(world: World) -> str:
    command = world.command.name.lower().replace('_', ' ')
    offset_m = world.road_position.offset_m - world.road.lane_offset(world.lane)
    return (
        f'{world.scenario.key}   seed {world.seed}   {world.time_s:5.1f} s   '
        f'{world.ego.speed_mps * 3.6:3.0f} km/h   command: {command}   '
        f'{offset_m:+.2f} m from the lane centre'
    )
