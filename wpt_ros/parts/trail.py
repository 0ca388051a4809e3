# SPDX-License-Identifier: Apache-2.0
"""The way a car has come, as it lies around the car now."""

import math
from collections import deque

from wpt_core.geometry import FloatArray, inverse, transform_points
from wpt_core.types import EgoState

__all__ = ['Trail']

_EVERY_M, _POINTS = 0.5, 120
_JUMP_M = 5.0
"""No car drives so far from one odometry to the next: another drive has begun."""


class Trail:
    """Remembers where odometry has been, in its own frame."""

    def __init__(self) -> None:
        self._points_m: deque[tuple[float, float]] = deque(maxlen=_POINTS)
        self._newest: EgoState | None = None

    def take(self, ego: EgoState) -> None:
        """The newest odometry; a jump in place or time begins anew."""
        before, self._newest = self._newest, ego
        here_m = (ego.pose.x_m, ego.pose.y_m)
        if before is not None:
            there_m = (before.pose.x_m, before.pose.y_m)
            if ego.stamp_s < before.stamp_s or math.dist(here_m, there_m) > _JUMP_M:
                self._points_m.clear()
        last_m = self._points_m[-1] if self._points_m else None
        if last_m is None or math.dist(here_m, last_m) >= _EVERY_M:
            self._points_m.append(here_m)

    def behind_m(self) -> FloatArray | None:
        """(N, 2) in `base_link` as it is now, the oldest first, the car last; None if it stood."""
        if self._newest is None or len(self._points_m) < 2:
            return None
        pose = self._newest.pose
        return transform_points(inverse(pose), [*self._points_m, (pose.x_m, pose.y_m)])
