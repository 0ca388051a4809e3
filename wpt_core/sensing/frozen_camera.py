# SPDX-License-Identifier: Apache-2.0
"""Detection of cameras that repeat one image while the car moves."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wpt_core.sensing.camera_set import MOST_AGE_S

__all__ = ['FrozenCameraCheck']

_SAMPLES = 4096
"""Compared bytes per image; the noise of a real sensor changes many of them."""
_MOVED_M = 0.2
_PAUSE_S = 1.0
"""After a longer pause the driven distance is unknown."""


@dataclass(eq=False, slots=True)
class _First:
    """First occurrence of an image: stamp and position, and the distance driven since."""

    sample: NDArray[np.uint8]
    stamp_s: float
    position_m: tuple[float, float]
    newest_s: float
    driven_m: float = 0.0
    """Integrated speed."""

    def is_other(self, stamp_s: float, sample: NDArray[np.uint8]) -> bool:
        """Return whether it is a different image, or too long after the last one."""
        paused = stamp_s < self.stamp_s or stamp_s - self.newest_s > _PAUSE_S
        return paused or not np.array_equal(sample, self.sample)

    def moved_m(self, stamp_s: float, position_m: tuple[float, float], speed_mps: float) -> float:
        """Return the larger of both distances, in case the pose of the odometry is frozen."""
        self.driven_m += abs(speed_mps) * max(stamp_s - self.newest_s, 0.0)
        self.newest_s = max(stamp_s, self.newest_s)
        return max(math.dist(position_m, self.position_m), self.driven_m)


class FrozenCameraCheck:
    """Compares successive images of each camera without decoding them.

    An image may be repeated once, and stays the same while the car stands.
    """

    def __init__(self) -> None:
        self._first: dict[str, _First] = {}

    def is_frozen(
        self,
        camera: str,
        stamp_s: float,
        data: NDArray[np.uint8],
        *,
        position_m: tuple[float, float],
        speed_mps: float,
    ) -> bool:
        """Return whether the car moved while the camera repeated an image for too long."""
        sample = data[:: _odd_step(data.size)]
        first = self._first.get(camera)
        if first is None or first.is_other(stamp_s, sample):
            self._first[camera] = _First(sample.copy(), stamp_s, position_m, stamp_s)
            return False
        moved_m = first.moved_m(stamp_s, position_m, speed_mps)
        return stamp_s - first.stamp_s > MOST_AGE_S and moved_m > _MOVED_M


def _odd_step(size: int) -> int:
    """An even step could sample one colour channel only."""
    return (size // _SAMPLES) | 1
