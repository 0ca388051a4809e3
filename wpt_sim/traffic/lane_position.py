# SPDX-License-Identifier: Apache-2.0
"""Where in the lane people drive: not quite in the middle of a bend."""

import math

import numpy as np

from wpt_core.geometry import Path
from wpt_sim.traffic.shift import LateralOffset

__all__ = ['LanePosition', 'human_offset_m']

_MOST_M = 0.25
_HALF_RADIUS_M = 110.0
_STEP_M = 1.0
_WINDOW_M = 40
"""People begin to move over before the bend begins."""


def human_offset_m(curvature_1pm: float) -> float:
    """Left-positive distance from the lane's centre: up to 0.25 m towards the inside of a bend.

    Drivers cut bends by some decimetres, the sharper the more; 0.19 m at a radius of 110 m.
    """
    return _MOST_M * math.tanh(_HALF_RADIUS_M * curvature_1pm)


class LanePosition:
    """The human-like offset along a line, smoothed so that it can be driven."""

    def __init__(self, line: Path) -> None:
        s_m = np.arange(-_WINDOW_M, line.length_m + _WINDOW_M, _STEP_M)
        wanted = [human_offset_m(bend) for bend in line.curvature_at(s_m).tolist()]
        window = np.hanning(_WINDOW_M + 1)
        smooth = np.convolve(wanted, window / window.sum(), mode='same')
        slope = np.gradient(smooth, _STEP_M)
        bend = np.gradient(slope, _STEP_M)
        self._table = list(zip(smooth.tolist(), slope.tolist(), bend.tolist(), strict=True))

    def at(self, s_m: float) -> LateralOffset:
        """Offset from the lane's centre at `s_m`, with its derivatives along the line."""
        place = (s_m + _WINDOW_M) / _STEP_M
        index = min(max(int(place), 0), len(self._table) - 2)
        share = min(max(place - index, 0.0), 1.0)
        before, after = self._table[index], self._table[index + 1]
        offset, slope, bend = (a + share * (b - a) for a, b in zip(before, after, strict=True))
        return LateralOffset(offset, slope, bend)
