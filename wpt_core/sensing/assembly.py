# SPDX-License-Identifier: Apache-2.0
"""When is it time to plan, and on the pictures of which moment?

Around the anchor's pictures: each is planned on as soon as the other cameras have one of about
the same time, and after a short wait without those that have not. No camera, not even the anchor,
can hold up the others for longer than its pictures would be used anyway.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from wpt_core.sensing.camera_set import MOST_AGE_S
from wpt_core.types import InputError

__all__ = ['CameraSetDue', 'SetAssembler']

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
    heard_s: float


class SetAssembler:
    """Is told of pictures as they arrive, and says once for each set that it is due.

    It knows two clocks: stamps (and `now_s`) are on that of the cameras, which may stand still or
    jump in a simulation; `heard_s` is on one that only goes on. All calls take a time that grows
    with the number of cameras and with nothing else.
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
        self.forget()

    def forget(self) -> None:
        """Begin anew; the counts go on."""
        self._newest: dict[str, _Newest] = {}
        self._motion_s = -math.inf
        self._planned_s = -math.inf

    def arrived(self, camera: str, stamp_s: float, *, heard_s: float, now_s: float) -> bool:
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
            self.forget()
        elif known is not None and camera == self._anchor() and self._is_news(known.stamp_s):
            self.dropped += 1
        self._newest[camera] = _Newest(stamp_s, heard_s)
        return True

    def heard_motion(self, stamp_s: float) -> None:
        """Of the newest odometry; it is waited for like a camera."""
        self._motion_s = stamp_s

    def due(self, heard_s: float) -> CameraSetDue | None:
        """The newest set, if it is time for it and it was not handed out before."""
        anchor = self._anchor()
        if anchor is None:
            return None
        newest = self._newest[anchor]
        if not self._is_news(newest.stamp_s):
            return None
        if heard_s - newest.heard_s < self._wait_s and not self._is_complete(newest.stamp_s):
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
