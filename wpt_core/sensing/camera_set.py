# SPDX-License-Identifier: Apache-2.0
"""One picture per living camera, near enough in time to be planned on together."""

from collections.abc import Iterable

from wpt_core.types import CameraFrame, InputError

__all__ = ['MOST_AGE_S', 'CameraSet']

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

    def forget(self) -> None:
        """Begin anew, for instance when time has jumped."""
        self._newest.clear()
