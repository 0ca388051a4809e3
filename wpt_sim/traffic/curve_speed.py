# SPDX-License-Identifier: Apache-2.0
"""Speed limits of bends, with braking in time."""

import math

import numpy as np
from numpy.typing import NDArray

from wpt_core.geometry import Path

__all__ = ['CurveSpeed']

_TOP_MPS = 60.0
_FORESIGHT_S = 0.8
"""Braking takes effect late, so the limit is looked up this far ahead."""
_FIRMEST_MPS2 = 3.0

_STEP_M = 1.0


class CurveSpeed:
    """Speed along a line within a lateral acceleration, reached with gentle braking."""

    def __init__(
        self, line: Path, *, lateral_mps2: float = 1.9, braking_mps2: float = 1.2
    ) -> None:
        s_m = np.arange(0.0, line.length_m + _STEP_M, _STEP_M)
        bend = np.maximum(np.abs(line.curvature_at(s_m)), lateral_mps2 / _TOP_MPS**2)
        allowed = np.sqrt(lateral_mps2 / bend)
        gain = 2.0 * braking_mps2 * _STEP_M
        self._with = _braked(allowed, gain)
        self._against = _braked(allowed[::-1], gain)[::-1]

    def at(self, s_m: float, direction: int = 1) -> float:
        """Return the speed in m/s at `s_m` with (+1) or against (-1) the line."""
        speeds = self._with if direction > 0 else self._against
        index = round(s_m / _STEP_M)
        return speeds[min(max(index, 0), len(speeds) - 1)]

    def acceleration_limit(self, s_m: float, speed_mps: float, direction: int = 1) -> float:
        """Return the largest acceleration that the bends ahead of `s_m` allow at `speed_mps`."""
        ahead_mps = self.at(s_m + direction * _FORESIGHT_S * speed_mps, direction)
        return max((ahead_mps - speed_mps) / _FORESIGHT_S, -_FIRMEST_MPS2)


def _braked(allowed: NDArray[np.float64], gain: float) -> list[float]:
    """Limit speeds so that lower ones ahead are reached; `gain` is 2 x braking x step."""
    speeds: list[float] = allowed.tolist()
    for index in range(len(speeds) - 2, -1, -1):
        reachable = math.sqrt(speeds[index + 1] ** 2 + gain)
        speeds[index] = min(speeds[index], reachable)
    return speeds
