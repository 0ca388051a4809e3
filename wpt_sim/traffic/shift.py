# SPDX-License-Identifier: Apache-2.0
"""Moving over: a lateral profile along the road, as people drive a lane change."""

from dataclasses import dataclass
from typing import NamedTuple

__all__ = ['LateralOffset', 'LateralShift']


class LateralOffset(NamedTuple):
    """Lateral displacement, and its first and second derivative by the way along the road."""

    offset_m: float
    slope: float
    curvature_1pm: float


@dataclass(frozen=True, slots=True)
class LateralShift:
    """Move over by `by_m` (left positive) between `start_m` and `start_m + length_m`.

    The quintic that starts and ends without slope and bend, which is the one of least jerk. It is
    a function of the way, not of time, so that a car that stops halfway stays where it is.
    """

    start_m: float
    length_m: float
    by_m: float

    @property
    def end_m(self) -> float:
        return self.start_m + self.length_m

    def at(self, way_m: float) -> LateralOffset:
        u = (way_m - self.start_m) / self.length_m
        if u <= 0.0:
            return LateralOffset(0.0, 0.0, 0.0)
        if u >= 1.0:
            return LateralOffset(self.by_m, 0.0, 0.0)
        rest = 1.0 - u
        return LateralOffset(
            self.by_m * u**3 * (10.0 - 15.0 * u + 6.0 * u * u),
            self.by_m / self.length_m * 30.0 * u * u * rest * rest,
            self.by_m / self.length_m**2 * 60.0 * u * rest * (1.0 - 2.0 * u),
        )
