# SPDX-License-Identifier: Apache-2.0
"""Overlay video from a bag: the plan drawn into the images of the front camera."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from wpt_core.bags import Bag
from wpt_core.drawing import caption, draw_plan, enlarged
from wpt_core.safety import GateState
from wpt_core.sensing import CompressedImageData, RawImageData
from wpt_core.types import Camera, Plan, Rig
from wpt_ros import topics
from wpt_ros.conversions.plans import plan_of
from wpt_ros.conversions.stamps import seconds
from wpt_sim.films import VideoWriter

__all__ = ['ReplacementPlans', 'drawn_plan', 'film_camera', 'overlay_film']

Picture = NDArray[np.uint8]
FloatArray = NDArray[np.float64]

_RATE_HZ = 20
_FASTEST_HZ = 60
_WIDTH_PX = 768
_OLD_S = 0.5


@dataclass(frozen=True, eq=False, slots=True)
class ReplacementPlans:
    """Plans to draw in place of those in the bag, and the driven path."""

    plans: Sequence[Plan]
    """In order of their stamps."""
    truth: Callable[[float], FloatArray | None]
    """The path driven after a time, (N, 2) in the `base_link` of that time; None if unknown."""


def overlay_film(
    bag: Path, video: Path, rig: Rig, replacement: ReplacementPlans | None = None
) -> Path:
    """Write all images of the first camera of the rig, each with the newest plan; return the path.

    With replacement plans, each image shows its own plan, or else the newest one before, and the
    driven path.
    """
    camera = rig.cameras[0]
    with Bag.open(bag) as recording:
        there = {one.name: one for one in recording.info.topics if one.count}
        compressed = f'/{topics.COMPRESSED.of(camera.name).name}'
        picture = compressed if compressed in there else f'/{topics.IMAGE.of(camera.name).name}'
        told = (
            [topics.ODOMETRY] if replacement else [topics.ODOMETRY, topics.PLAN, topics.GATE_STATE]
        )
        names = [picture, *(f'/{topic.name}' for topic in told if f'/{topic.name}' in there)]
        state = _OverlayState(
            film_camera(camera), replacement, gate=f'/{topics.GATE_STATE.name}' in names
        )
        rate_hz = (there[picture].rate_hz if picture in there else None) or _RATE_HZ
        with VideoWriter(video, rate_hz=min(max(1, round(rate_hz)), _FASTEST_HZ)) as film:
            for message in recording.messages(names):
                if message.topic == picture:
                    film.add(state.drawn(message.message))
                else:
                    state.subscribe(message.topic, message.message)
    return video


class _OverlayState:
    """Plan, speed and gate state at the time of an image."""

    def __init__(
        self, camera: Camera, replacement: ReplacementPlans | None, *, gate: bool
    ) -> None:
        self._camera, self._replacement = camera, replacement
        self._gate = gate
        """Show state and reason of the gate below the images."""
        self._coming = list(reversed(replacement.plans)) if replacement is not None else []
        self._plan: Plan | None = None
        self._state = ''
        self._reason = ''
        self._speed_mps = 0.0
        self._begun_s: float | None = None

    def subscribe(self, name: str, message: Any) -> None:
        if name == f'/{topics.PLAN.name}':
            self._plan = plan_of(message)[0]
        elif name == f'/{topics.GATE_STATE.name}':
            self._on_state(GateState(message.state), message.reasons)
        else:
            self._speed_mps = message.twist.twist.linear.x

    def _on_state(self, state: GateState, reasons: Sequence[Any]) -> None:
        """Keep the reason for not steering until the gate steers again."""
        self._state = state.name
        if reasons or state is GateState.ENGAGED:
            self._reason = ' '.join(reason.text for reason in reasons)

    def drawn(self, message: Any) -> Picture:
        stamp_s = seconds(message.header.stamp)
        self._begun_s = stamp_s if self._begun_s is None else self._begun_s
        while self._coming and self._coming[-1].stamp_s <= stamp_s + 1e-6:
            self._plan = self._coming.pop()
        plan = self._plan
        age_s = stamp_s - plan.stamp_s if plan is not None else math.inf
        fresh = plan if -1e-6 <= age_s <= _OLD_S else None
        truth_m = self._replacement.truth(stamp_s) if self._replacement is not None else None
        image = drawn_plan(_pixels_of(message), self._camera, fresh, truth_m=truth_m)
        text = f'{stamp_s - self._begun_s:6.1f} s   {3.6 * self._speed_mps:3.0f} km/h'
        if not self._gate:
            return caption(image, text)
        return caption(caption(image, f'{text}   {self._state}'), self._reason)


def drawn_plan(
    small: Picture, camera: Camera, plan: Plan | None, *, truth_m: FloatArray | None = None
) -> Picture:
    """Return the image at the size of the (enlarged) camera, with the plan drawn in."""
    lens = camera.intrinsics
    size_px = (lens.width_px, lens.height_px)
    image = np.asarray(cv2.resize(small, size_px, interpolation=cv2.INTER_CUBIC), np.uint8)
    return image if plan is None else draw_plan(image, camera, plan, truth_m=truth_m)


def _pixels_of(message: Any) -> Picture:
    """Return RGB of a compressed or raw image message."""
    if not hasattr(message, 'encoding'):
        return CompressedImageData(message.data).rgb()
    return RawImageData(
        message.width,
        message.height,
        message.encoding,
        message.step,
        message.data,
        big_endian=bool(message.is_bigendian),
    ).rgb()


def film_camera(camera: Camera) -> Camera:
    """Return the camera, enlarged if its images are too small to draw on."""
    return enlarged(camera, max(1.0, _WIDTH_PX / camera.intrinsics.width_px))
