# SPDX-License-Identifier: Apache-2.0
"""Bench2Drive's driving efficiency: how fast, measured by whoever drives around us."""

import numpy as np

from wpt_core.metrics.arrays import FloatArray, finite
from wpt_core.types import InputError

__all__ = ['EFFICIENCY_SECTIONS', 'driving_efficiency']

EFFICIENCY_SECTIONS = 20
"""Published: a route has this many sections of equal length."""
_MOST = 10.0
"""Published: a section with a larger ratio is left out, as the others all but stand."""


def driving_efficiency(
    way_m: FloatArray,
    speeds_mps: FloatArray,
    others_mps: FloatArray,
    *,
    route_m: float,
    sections: int = EFFICIENCY_SECTIONS,
) -> float | None:
    """Mean speed over the mean speed of the others, per section of the route, mean of sections.

    All arrays are (N,) over evenly spaced steps; `others_mps` is the mean speed of the vehicles
    present, NaN where there is none. Only completed sections count. A section in which nobody is
    present, or all others stand, counts 1, as published; None where no section counts or
    no other vehicle is ever present.
    """
    way_m = np.maximum.accumulate(finite('way_m', way_m, shape=(None,)))
    speeds_mps = finite('speeds_mps', speeds_mps, shape=way_m.shape)
    present = np.isfinite(others_mps)
    if not (route_m > 0.0 and sections >= 1):
        raise InputError(
            f'route_m must be above 0 m and sections at least 1, not {route_m} and {sections}.'
        )
    if not present.any():
        return None
    section = np.minimum(np.floor(way_m / route_m * sections), sections).astype(np.int64)
    ratios = [
        _ratio(speeds_mps[inside], others_mps[inside])
        for inside in ((section == number) & present for number in range(section[-1]))
    ]
    counted = [ratio for ratio in ratios if ratio <= _MOST]
    return float(np.mean(counted)) if counted else None


def _ratio(speeds_mps: FloatArray, others_mps: FloatArray) -> float:
    if not len(others_mps) or not others_mps.mean():
        return 1.0
    return float(speeds_mps.mean() / others_mps.mean())
