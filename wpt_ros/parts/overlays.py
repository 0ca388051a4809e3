# SPDX-License-Identifier: Apache-2.0
"""Overlays: the plan drawn on the image of one camera that fits it in time."""

from collections import deque
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np
from builtin_interfaces.msg import Time
from numpy.typing import NDArray
from sensor_msgs.msg import Image

from wpt_core.drawing import PlanStyle, draw_plan
from wpt_core.types import Camera, InputError, Plan
from wpt_ros import topics
from wpt_ros.conversions.images import RawCompressedImage, RawImage, frame_of, image_message
from wpt_ros.conversions.stamps import seconds

__all__ = ['Drawn', 'ImagePublisher', 'Overlay', 'OverlayPublisher']

Raw: TypeAlias = RawImage | RawCompressedImage

_KEPT = 10
"""Half a second at 20 Hz: a plan is younger than that, and as old as its images."""


@dataclass(frozen=True, eq=False, slots=True)
class Drawn:
    """An image with the plan, and the message of the image."""

    image: NDArray[np.uint8]
    raw: Raw


class Overlay:
    """Keeps the last images of one camera, and draws on the one nearest to the plan."""

    def __init__(self, name: str, style: PlanStyle) -> None:
        self.name = name
        self.camera: Camera | None = None
        """Set as soon as intrinsics and pose are known."""
        self._style = style
        self._raws: deque[tuple[float, Raw]] = deque(maxlen=_KEPT)
        self._last: tuple[Raw, Plan | None] | None = None

    def take(self, raw: Raw) -> None:
        """Keep an image; raise InputError if its size does not fit the calibration."""
        lens, size_px = self._known.intrinsics, raw.picture.size_px()
        if size_px != (lens.width_px, lens.height_px):
            raise InputError(
                f'the image has {size_px[0]} x {size_px[1]} pixels, expected '
                f'{lens.width_px} x {lens.height_px}; correct the camera or the calibration'
            )
        self._raws.append((seconds(raw.stamp), raw))

    def forget(self) -> None:
        self._raws.clear()
        self._last = None

    def draw(self, plan: Plan | None) -> Drawn | None:
        """Draw on the image nearest in time to the plan; without a plan return the newest image.

        Return None if there is no such image, or if it was drawn last. Raise InputError if the
        image cannot be decoded.
        """
        raw = self._fitting(plan)
        if raw is None or self._is_drawn(raw, plan):
            return None
        image = frame_of(self.name, raw).image
        if plan is not None:
            image = draw_plan(image, self._known, plan, style=self._style)
        self._last = raw, plan
        return Drawn(image, raw)

    @property
    def _known(self) -> Camera:
        if self.camera is None:
            raise InputError('neither its lens nor where it sits is known yet; is it published?')
        return self.camera

    def _fitting(self, plan: Plan | None) -> Raw | None:
        if not self._raws:
            return None
        if plan is None:
            return self._raws[-1][1]
        stamp_s, raw = min(self._raws, key=lambda one: abs(one[0] - plan.stamp_s))
        apart_s, most_s = abs(stamp_s - plan.stamp_s), topics.IMAGE.stale_after_s
        return raw if most_s is None or apart_s <= most_s else None

    def _is_drawn(self, raw: Raw, plan: Plan | None) -> bool:
        return self._last is not None and self._last[0] is raw and self._last[1] is plan


class ImagePublisher(Protocol):
    """A publisher of images."""

    def publish(self, message: Image) -> None: ...
    def get_subscription_count(self) -> int: ...


class OverlayPublisher:
    """Publishes one overlay; keeps and draws nothing without a subscriber."""

    def __init__(self, overlay: Overlay, publisher: ImagePublisher) -> None:
        self.overlay = overlay
        self._publisher = publisher

    @property
    def watched(self) -> bool:
        return self._publisher.get_subscription_count() > 0

    def opened(self, content: bytes, *, compressed: bool) -> Raw | None:
        """Parse a message if the overlay has a subscriber; raise InputError if it is invalid."""
        return (
            (RawCompressedImage if compressed else RawImage).of(content) if self.watched else None
        )

    def show(self, plan: Plan | None) -> None:
        """Publish a new overlay if there is one."""
        if not self.watched:
            self.overlay.forget()
        elif (drawn := self.overlay.draw(plan)) is not None:
            raw = drawn.raw
            stamp = Time(sec=raw.stamp.sec, nanosec=raw.stamp.nanosec)
            message = image_message(drawn.image, stamp=stamp, frame_id=raw.frame_id)
            self._publisher.publish(message)
