# SPDX-License-Identifier: Apache-2.0
"""Does a camera show one picture again and again? Then nobody sees what is there now."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wpt_core.sensing.camera_set import MOST_AGE_S

__all__ = ['FrozenCameraCheck']

_SAMPLES = 4096
"""Bytes of a picture that are compared; the noise of a real sensor alone changes many of them."""
_MOVED_M = 0.2
_PAUSE_S = 1.0
"""After a longer pause of a camera nothing is known of how far the car has driven."""


@dataclass(eq=False, slots=True)
class _First:
    """When and where the car was when this picture came first, and how far it drove since."""

    sample: NDArray[np.uint8]
    stamp_s: float
    place_m: tuple[float, float]
    newest_s: float
    driven_m: float = 0.0
    """By its speed."""

    def is_other(self, stamp_s: float, sample: NDArray[np.uint8]) -> bool:
        """Another picture, or one of another time."""
        paused = stamp_s < self.stamp_s or stamp_s - self.newest_s > _PAUSE_S
        return paused or not np.array_equal(sample, self.sample)

    def moved_m(self, stamp_s: float, place_m: tuple[float, float], speed_mps: float) -> float:
        """The larger of both distances: an odometry whose pose stands still may have a speed."""
        self.driven_m += abs(speed_mps) * max(stamp_s - self.newest_s, 0.0)
        self.newest_s = max(stamp_s, self.newest_s)
        return max(math.dist(place_m, self.place_m), self.driven_m)


class FrozenCameraCheck:
    """Compares the pictures of a camera as they came, without decoding them.

    A picture may come twice, and stays the same while the car stands.
    """

    def __init__(self) -> None:
        self._first: dict[str, _First] = {}

    def is_frozen(
        self,
        camera: str,
        stamp_s: float,
        data: NDArray[np.uint8],
        *,
        place_m: tuple[float, float],
        speed_mps: float,
    ) -> bool:
        """Did the car drive on while this camera showed the same for longer than it may be old?"""
        sample = data[:: _odd_step(data.size)]
        first = self._first.get(camera)
        if first is None or first.is_other(stamp_s, sample):
            self._first[camera] = _First(sample.copy(), stamp_s, place_m, stamp_s)
            return False
        moved_m = first.moved_m(stamp_s, place_m, speed_mps)
        return stamp_s - first.stamp_s > MOST_AGE_S and moved_m > _MOVED_M


def _odd_step(size: int) -> int:
    """An even one might meet one channel of the pixels only."""
    return (size // _SAMPLES) | 1
