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
"""Three pictures at 20 Hz: one or two may be lost before a camera counts as dead."""


class CameraSet:
    """Keeps the newest picture of each camera; those that are too old are not handed out.

    So a lost picture costs a little freshness of one view, and never the whole set.
    """

    def __init__(self, most_age_s: float = MOST_AGE_S) -> None:
        if not most_age_s >= 0.0:
            raise InputError(f'most_age_s must be 0 or more, got {most_age_s}.')
        self._most_age_s = most_age_s
        self._newest: dict[str, CameraFrame] = {}

    def add(self, frames: Iterable[CameraFrame]) -> None:
        """Take in pictures in any order; an older one never replaces a newer one."""
        for frame in frames:
            known = self._newest.get(frame.camera)
            if known is None or frame.stamp_s >= known.stamp_s:
                self._newest[frame.camera] = frame

    def at(self, now_s: float) -> tuple[CameraFrame, ...]:
        """The newest of each camera, none older than allowed, and none from the future."""
        return tuple(
            frame
            for frame in self._newest.values()
            if -1e-9 <= now_s - frame.stamp_s <= self._most_age_s + 1e-9
        )

    def reset(self) -> None:
        """Begin anew, for instance when time has jumped."""
        self._newest.clear()


_BACK_S = 0.5
"""A stamp that is so much older than the one before is no reordered picture: time has jumped."""
_SILENT_S = 0.3
"""A plan of older pictures is not driven any more; who sends only such is as good as dead."""


@dataclass(frozen=True, slots=True)
class CameraSetDue:
    """Plan now, for the moment at which this camera took its newest picture."""

    anchor: str
    stamp_s: float


@dataclass(frozen=True, slots=True)
class _Newest:
    stamp_s: float
    received_s: float


class SetAssembler:
    """Is told of pictures as they arrive, and says once for each set that it is due.

    It knows two clocks: stamps (and `now_s`) are on that of the cameras, which may stand still or
    jump in a simulation; `received_s` is on a monotonic one. The cost of a call grows
    with the number of cameras only.
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
        """The first camera is the anchor.

        `period_s`: usual time between pictures. `wait_s`: longest time that a picture of the
        anchor waits for others. `ahead_s`: how far a stamp may lie in the future.
        `most_age_s`: by how much the newest picture of a living camera may be behind.
        """
        if not cameras or not 0.0 < period_s <= most_age_s or not 0.0 <= wait_s < math.inf:
            raise InputError(
                'a camera set needs a camera, a period above 0 and no longer than most_age_s, '
                f'and a wait of 0 s or more; got {len(cameras)} cameras, {period_s} s, {wait_s} s'
            )
        self._cameras = tuple(cameras)
        self._near_s = 0.5 * period_s
        self._wait_s, self._ahead_s, self._most_age_s = wait_s, ahead_s, most_age_s
        self.dropped = 0
        """Pictures of the anchor that a newer one replaced before they were planned on."""
        self.ignored = 0
        """Pictures that came twice, or after a newer one."""
        self.reset()

    def reset(self) -> None:
        """Begin anew; the counts go on."""
        self._newest: dict[str, _Newest] = {}
        self._motion_s = -math.inf
        self._planned_s = -math.inf

    def image_arrived(
        self, camera: str, stamp_s: float, *, received_s: float, now_s: float
    ) -> bool:
        """Whether this is now the newest picture of the camera, and to be kept.

        A jump back of the anchor makes all else forgotten. InputError for a stamp from the future,
        or from before the beginning of time.
        """
        if not stamp_s >= 0.0:
            raise InputError(
                f'a picture is stamped {stamp_s:.3g} s; expected 0 s or more: check the driver '
                'of the camera'
            )
        if not stamp_s <= now_s + self._ahead_s:
            raise InputError(
                f'a picture is stamped {stamp_s - now_s:.3g} s ahead of the clock here; '
                'synchronise the clocks, or set use_sim_time if this is a simulation'
            )
        known = self._newest.get(camera)
        if known is not None and stamp_s <= known.stamp_s:
            if camera != self._anchor() or stamp_s >= known.stamp_s - _BACK_S:
                self.ignored += 1
                return False
            self.reset()
        elif known is not None and camera == self._anchor() and self._is_news(known.stamp_s):
            self.dropped += 1
        self._newest[camera] = _Newest(stamp_s, received_s)
        return True

    def odometry_arrived(self, stamp_s: float) -> None:
        """Of the newest odometry; it is waited for like a camera."""
        self._motion_s = stamp_s

    def due(self, received_s: float) -> CameraSetDue | None:
        """The newest set, if it is time for it and it was not handed out before."""
        anchor = self._anchor()
        if anchor is None:
            return None
        newest = self._newest[anchor]
        if not self._is_news(newest.stamp_s):
            return None
        if received_s - newest.received_s < self._wait_s and not self._is_complete(newest.stamp_s):
            return None
        self._planned_s = newest.stamp_s
        return CameraSetDue(anchor, newest.stamp_s)

    def living(self, now_s: float) -> tuple[str, ...]:
        """Cameras that keep up with the newest of them; none when all have been silent."""
        newest_s = self._newest_s()
        return self._keep_up(newest_s) if now_s - newest_s <= _SILENT_S else ()

    def _newest_s(self) -> float:
        return max((newest.stamp_s for newest in self._newest.values()), default=-math.inf)

    def _keep_up(self, newest_s: float) -> tuple[str, ...]:
        least_s = newest_s - self._most_age_s
        return tuple(
            name
            for name in self._cameras
            if name in self._newest and self._newest[name].stamp_s >= least_s
        )

    def _anchor(self) -> str | None:
        """The first camera that lives: another stands in while the first is silent."""
        return next(iter(self._keep_up(self._newest_s())), None)

    def _is_news(self, stamp_s: float) -> bool:
        """Two sets of nearly one moment would come from fast cameras, or from a new anchor."""
        return stamp_s - self._planned_s >= self._near_s

    def _is_complete(self, stamp_s: float) -> bool:
        """Has every camera (and the odometry) that is waited for something about as new?

        Those are the ones that served the set before; before the first set, all. Who lives now
        would be the wrong question: after a stall of this machine, only who is heard first.
        """
        if self._planned_s == -math.inf:
            return len(self._newest) == len(self._cameras) and self._motion_s > -math.inf
        least_s = self._planned_s - self._most_age_s
        told_s = [self._motion_s, *(newest.stamp_s for newest in self._newest.values())]
        return not any(least_s <= at_s < stamp_s - self._near_s for at_s in told_s)
