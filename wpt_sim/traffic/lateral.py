# SPDX-License-Identifier: Apache-2.0
"""Lateral profiles along a road: lane changes, the human lane position, and their sum."""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from wpt_core.geometry import Path

__all__ = ['LanePosition', 'LateralOffset', 'LateralShift', 'TargetLine', 'human_offset_m']

_MOST_M = 0.25
_HALF_RADIUS_M = 110.0
_STEP_M = 1.0
_WINDOW_M = 40
"""Smoothing window: people shift before the bend begins."""


class LateralOffset(NamedTuple):
    """Lateral offset, and its first and second derivative along the road."""

    offset_m: float
    slope: float
    curvature_1pm: float


@dataclass(frozen=True, slots=True)
class LateralShift:
    """Shift by `by_m` (left positive) between `start_m` and `start_m + length_m`.

    The minimum-jerk quintic with zero slope and curvature at both ends. It is a function of
    distance, not of time, so a car that stops halfway stays in place.
    """

    start_m: float
    length_m: float
    by_m: float

    @property
    def end_m(self) -> float:
        return self.start_m + self.length_m

    def at(self, s_m: float) -> LateralOffset:
        u = (s_m - self.start_m) / self.length_m
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


def human_offset_m(curvature_1pm: float) -> float:
    """Return the offset from the lane centre: up to 0.25 m to the inside, left positive.

    Drivers cut bends by some decimetres, more in tighter ones; 0.19 m at a radius of 110 m.
    """
    return _MOST_M * math.tanh(_HALF_RADIUS_M * curvature_1pm)


class LanePosition:
    """The human-like lane position along a line, smoothed to be drivable."""

    def __init__(self, line: Path) -> None:
        s_m = np.arange(-_WINDOW_M, line.length_m + _WINDOW_M, _STEP_M)
        wanted = [human_offset_m(bend) for bend in line.curvature_at(s_m).tolist()]
        window = np.hanning(_WINDOW_M + 1)
        smooth = np.convolve(wanted, window / window.sum(), mode='same')
        slope = np.gradient(smooth, _STEP_M)
        bend = np.gradient(slope, _STEP_M)
        self._table = list(zip(smooth.tolist(), slope.tolist(), bend.tolist(), strict=True))

    def at(self, s_m: float) -> LateralOffset:
        """Return the offset from the lane centre at `s_m`."""
        place = (s_m + _WINDOW_M) / _STEP_M
        index = min(max(int(place), 0), len(self._table) - 2)
        share = min(max(place - index, 0.0), 1.0)
        before, after = self._table[index], self._table[index + 1]
        offset, slope, bend = (a + share * (b - a) for a, b in zip(before, after, strict=True))
        return LateralOffset(offset, slope, bend)


class TargetLine:
    """The line to drive: lane, human-like position and lateral shifts, by arc length."""

    def __init__(self, lane_m: float, position: LanePosition) -> None:
        self.lane_m = lane_m
        self._position = position
        self._shifts: list[LateralShift] = []

    def add(self, shift: LateralShift) -> None:
        self._shifts.append(shift)

    @property
    def shifts(self) -> tuple[LateralShift, ...]:
        """Shifts that are planned or in progress."""
        return tuple(self._shifts)

    def restart(self, s_m: float, offset_m: float, *, length_m: float) -> None:
        """Replace all shifts by one from `offset_m` at `s_m` to the final offset of the line."""
        end_m = self.lane_m + sum(shift.by_m for shift in self._shifts)
        self.lane_m = offset_m - self._position.at(s_m).offset_m
        self._shifts = [LateralShift(s_m, length_m, end_m - self.lane_m)]

    def drop_passed(self, s_m: float) -> None:
        """Fold shifts that end before `s_m` into the base offset."""
        for shift in [shift for shift in self._shifts if shift.end_m < s_m]:
            self.lane_m += shift.by_m
            self._shifts.remove(shift)

    @property
    def shifting(self) -> bool:
        """Whether a shift is planned or in progress."""
        return bool(self._shifts)

    def at(self, s_m: float) -> LateralOffset:
        """Return the target offset at `s_m`."""
        parts = [self._position.at(s_m), *(shift.at(s_m) for shift in self._shifts)]
        return LateralOffset(
            self.lane_m + sum(part.offset_m for part in parts),
            sum(part.slope for part in parts),
            sum(part.curvature_1pm for part in parts),
        )
