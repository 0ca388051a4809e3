# SPDX-License-Identifier: Apache-2.0
"""Path arithmetic for one point, in plain floats: a control loop cannot pay for arrays of one."""

from bisect import bisect_right
from math import cos, sin

from wpt_core.geometry.transforms import FloatArray

__all__ = ['LEAST_SLOPE', 'STEPS', 'TOLERANCE_M', 'PointSolver']

STEPS = 30
TOLERANCE_M = 1e-10
LEAST_SLOPE = 0.05
"""Newton's method stays tame this close to the centre of curvature."""


class PointSolver:
    """Evaluates a path's cubic table at one arc length, and finds the foot of one point."""

    def __init__(self, table: FloatArray, s_m: FloatArray) -> None:
        self._rows: list[list[float]] = table.tolist()
        self._s: list[float] = s_m.tolist()

    def frame(self, s_m: float) -> tuple[float, float, float, float]:
        """x, y, heading and the slope of the heading."""
        start, x0, x1, x2, x3, y0, y1, y2, y3, heading, slope = self._rows[
            bisect_right(self._s, s_m)
        ]
        u = s_m - start
        x = x0 + u * (x1 + u * (x2 + u * x3))
        y = y0 + u * (y1 + u * (y2 + u * y3))
        return x, y, heading + u * slope, slope

    def foot(self, x_m: float, y_m: float, *, near_s_m: float) -> tuple[float, float]:
        """Arc length and left-positive offset of the foot next to `near_s_m`."""
        s = near_s_m
        for _ in range(STEPS):
            x, y, heading, slope = self.frame(s)
            c, d = cos(heading), sin(heading)
            dx, dy = x_m - x, y_m - y
            offset = c * dy - d * dx
            step = (c * dx + d * dy) / max(1.0 - offset * slope, LEAST_SLOPE)
            if abs(step) < TOLERANCE_M:
                break
            s += step
        return s, offset
