# SPDX-License-Identifier: Apache-2.0
"""Camera sets: one image per live camera, close enough in time to be planned on together.

`SetAssembler` decides when a set is due, around the images of the anchor camera: as soon as the
other cameras have an image of about the same time, or after a short wait without them. No camera,
not even the anchor, delays the others for longer than its images would be used anyway.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from wpt_core.types import CameraFrame, InputError

__all__ = ['MOST_AGE_S', 'CameraSet', 'CameraSetDue', 'SetAssembler']

MOST_AGE_S = 0.16
"""Three images at 20 Hz: a camera is dead after more than two lost images."""


class CameraSet:
    """Stores the newest image of each camera and returns those that are recent enough.

    A lost image only makes one view older and does not block the set.
    """

    def __init__(self, most_age_s: float = MOST_AGE_S) -> None:
        if not most_age_s >= 0.0:
            raise InputError(f'most_age_s must be 0 or more, got {most_age_s}.')
        self._most_age_s = most_age_s
        self._newest: dict[str, CameraFrame] = {}

    def add(self, frames: Iterable[CameraFrame]) -> None:
        """Add images in any order; an older one never replaces a newer one."""
        for frame in frames:
            known = self._newest.get(frame.camera)
            if known is None or frame.stamp_s >= known.stamp_s:
                self._newest[frame.camera] = frame

    def at(self, now_s: float) -> tuple[CameraFrame, ...]:
        """Return the newest image of each camera that is neither too old nor from the future."""
        return tuple(
            frame
            for frame in self._newest.values()
            if -1e-9 <= now_s - frame.stamp_s <= self._most_age_s + 1e-9
        )

    def reset(self) -> None:
        """Drop all images, for instance after a jump of the clock."""
        self._newest.clear()


_BACK_S = 0.5
"""A stamp that is older by more than this is a jump of the clock, not a reordered image."""
_SILENT_S = 0.3
"""Older images are useless for a plan; a camera that sends only such counts as dead."""


@dataclass(frozen=True, slots=True)
class CameraSetDue:
    """A camera set is due at the stamp of the newest anchor image."""

    anchor: str
    stamp_s: float


@dataclass(frozen=True, slots=True)
class _Newest:
    stamp_s: float
    received_s: float


class SetAssembler:
    """Tracks arriving images and reports each camera set once, when it is due.

    Stamps and `now_s` are on the clock of the cameras, which may stop or jump in a simulation;
    `received_s` is on a monotonic clock. The cost of a call depends on the number of cameras only.
    """

    def __init__(
        self,
        cameras: Sequence[str],
        *,
        period_s: float = 0.05,
        wait_s: float = 0.02,
        ahead_s: float = 0.1,
        most_age_s: float = MOST_AGE_S,
    ) -> None:
        """Return the first live camera: another replaces the first while that is silent."""
        if not cameras or not 0.0 < period_s <= most_age_s or not 0.0 <= wait_s < math.inf:
            raise InputError(
                'a camera set needs at least one camera, 0 < period_s <= most_age_s, and '
                f'wait_s of 0 s or more; got {len(cameras)} cameras, {period_s} s, {wait_s} s'
            )
        self._cameras = tuple(cameras)
        self._near_s = 0.5 * period_s
        self._wait_s, self._ahead_s, self._most_age_s = wait_s, ahead_s, most_age_s
        self.dropped = 0
        """Anchor images that were replaced before a plan was made on them."""
        self.ignored = 0
        """Repeated or reordered images."""
        self.reset()

    def reset(self) -> None:
        """Drop all state except the counters."""
        self._newest: dict[str, _Newest] = {}
        self._motion_s = -math.inf
        self._planned_s = -math.inf

    def image_arrived(
        self, camera: str, stamp_s: float, *, received_s: float, now_s: float
    ) -> bool:
        """Return whether this is the newest image of the camera, so that it must be stored.

        A jump back of the anchor resets the state. Raise InputError for a negative stamp or one in
        the future.
        """
        if not stamp_s >= 0.0:
            raise InputError(
                f'an image is stamped {stamp_s:.3g} s; expected 0 s or more: check the driver '
                'of the camera'
            )
        if not stamp_s <= now_s + self._ahead_s:
            raise InputError(
                f'an image is stamped {stamp_s - now_s:.3g} s ahead of the clock here; '
                'synchronise the clocks, or set use_sim_time if this is a simulation'
            )
        known = self._newest.get(camera)
        if known is not None and stamp_s <= known.stamp_s:
            if camera != self._anchor() or stamp_s >= known.stamp_s - _BACK_S:
                self.ignored += 1
                return False
            self.reset()
        elif known is not None and camera == self._anchor() and self._is_new_set(known.stamp_s):
            self.dropped += 1
        self._newest[camera] = _Newest(stamp_s, received_s)
        return True

    def odometry_arrived(self, stamp_s: float) -> None:
        """Store the stamp of the newest odometry, which is awaited like a camera."""
        self._motion_s = stamp_s

    def due(self, received_s: float) -> CameraSetDue | None:
        """Return the newest set if it is due and was not returned before."""
        anchor = self._anchor()
        if anchor is None:
            return None
        newest = self._newest[anchor]
        if not self._is_new_set(newest.stamp_s):
            return None
        if received_s - newest.received_s < self._wait_s and not self._is_complete(newest.stamp_s):
            return None
        self._planned_s = newest.stamp_s
        return CameraSetDue(anchor, newest.stamp_s)

    def living(self, now_s: float) -> tuple[str, ...]:
        """Return the cameras that are not far behind the newest one; none if all are silent."""
        newest_s = self._newest_s()
        return self._cameras_since(newest_s) if now_s - newest_s <= _SILENT_S else ()

    def _newest_s(self) -> float:
        return max((newest.stamp_s for newest in self._newest.values()), default=-math.inf)

    def _cameras_since(self, newest_s: float) -> tuple[str, ...]:
        least_s = newest_s - self._most_age_s
        return tuple(
            name
            for name in self._cameras
            if name in self._newest and self._newest[name].stamp_s >= least_s
        )

    def _anchor(self) -> str | None:
        """The first camera that lives: another stands in while the first is silent."""
        return next(iter(self._cameras_since(self._newest_s())), None)

    def _is_new_set(self, stamp_s: float) -> bool:
        """Whether the stamp is far enough from the last set (fast cameras, or a new anchor)."""
        return stamp_s - self._planned_s >= self._near_s

    def _is_complete(self, stamp_s: float) -> bool:
        """Whether each awaited camera and the odometry have data of about this stamp.

        Awaited are the sources of the previous set; before the first set, all. The currently live
        ones would be wrong: after a stall of this process only the first to arrive is live.
        """
        if self._planned_s == -math.inf:
            return len(self._newest) == len(self._cameras) and self._motion_s > -math.inf
        least_s = self._planned_s - self._most_age_s
        stamps_s = [self._motion_s, *(newest.stamp_s for newest in self._newest.values())]
        return not any(least_s <= at_s < stamp_s - self._near_s for at_s in stamps_s)
