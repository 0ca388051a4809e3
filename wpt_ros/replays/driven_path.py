# SPDX-License-Identifier: Apache-2.0
"""Driven path from odometry: the path after any time, as far as it was recorded."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wpt_core.geometry import inverse, transform_points
from wpt_core.metrics import Trajectory
from wpt_core.types import EgoState, InputError, Pose2

__all__ = ['DrivenPath']

FloatArray = NDArray[np.float64]

_GAP_S = 0.3
"""Longest gap of the odometry to interpolate; the planner stops at the same gap."""
_LEAST_SPEED_MPS = 1.0
"""Below this speed the yaw rate is mostly noise."""
_AROUND_S = 0.5
"""Samples on either side that shape the path between them."""
_TOLERANCE_S = 1e-6


@dataclass(frozen=True, eq=False, slots=True)
class DrivenPath:
    """Motion of `base_link` over N rising times; every array but `positions_m` is (N,)."""

    times_s: FloatArray
    positions_m: FloatArray
    """(N, 2), in the frame of the odometry."""
    yaws_rad: FloatArray
    """Unwrapped."""
    speeds_mps: FloatArray
    yaw_rates_radps: FloatArray

    @classmethod
    def of(cls, egos: Sequence[EgoState]) -> 'DrivenPath':
        """Build from odometry in any order, the first of equal stamps; InputError below two."""
        times_s, first = np.unique([ego.stamp_s for ego in egos], return_index=True)
        if len(times_s) < 2:
            raise InputError(f'expected odometry with two stamps at least, got {len(times_s)}')
        rows = [egos[index] for index in first]
        return cls(
            times_s,
            np.array([(ego.pose.x_m, ego.pose.y_m) for ego in rows]),
            np.unwrap([ego.pose.yaw_rad for ego in rows]),
            np.array([ego.speed_mps for ego in rows]),
            np.array([ego.yaw_rate_radps for ego in rows]),
        )

    def known_s(self, at_s: float) -> float:
        """Return the duration of the known path after this time; below 0 if there is none."""
        last = int(np.searchsorted(self.times_s, at_s + _TOLERANCE_S, side='right')) - 1
        if last < 0:
            return -math.inf
        gaps = np.flatnonzero(np.diff(self.times_s[last:]) > _GAP_S)
        end = last + int(gaps[0]) if len(gaps) else len(self.times_s) - 1
        return float(self.times_s[end]) - at_s + _TOLERANCE_S

    def ahead(self, at_s: float, times_s: FloatArray) -> Trajectory | None:
        """Return the poses at 0 and at `times_s` after `at_s`, in the `base_link` of `at_s`.

        `times_s` are positive and increasing. Return None if the path is not known for so long.
        """
        if self.known_s(at_s) < times_s[-1]:
            return None
        away_s = np.concatenate([[0.0], times_s])
        begin = int(np.searchsorted(self.times_s, at_s - _AROUND_S))
        end = int(np.searchsorted(self.times_s, at_s + times_s[-1] + _AROUND_S))
        rows = slice(begin, end)
        around = Trajectory(self.times_s[rows], self.positions_m[rows], self.yaws_rad[rows])
        found = around.at(at_s + away_s)
        x_m, y_m = found.positions_m[0].tolist()
        here = Pose2(x_m, y_m, float(found.yaws_rad[0]))
        places = transform_points(inverse(here), found.positions_m)
        return Trajectory(away_s, places, found.yaws_rad - here.yaw_rad)

    def curvature_1pm(self, at_s: float) -> float:
        """Return the driven curvature, left positive; NaN at low speed or where unknown."""
        if not self.times_s[0] <= at_s <= self.times_s[-1] or self.known_s(at_s) < 0.0:
            return math.nan
        speed_mps = float(np.interp(at_s, self.times_s, self.speeds_mps))
        yaw_rate = float(np.interp(at_s, self.times_s, self.yaw_rates_radps))
        return yaw_rate / speed_mps if speed_mps >= _LEAST_SPEED_MPS else math.nan
