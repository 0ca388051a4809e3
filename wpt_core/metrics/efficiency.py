# SPDX-License-Identifier: Apache-2.0
"""Bench2Drive's driving efficiency: speed relative to the other vehicles."""

import numpy as np

from wpt_core.metrics.arrays import FloatArray, finite
from wpt_core.types import InputError

__all__ = ['EFFICIENCY_SECTIONS', 'driving_efficiency']

EFFICIENCY_SECTIONS = 20
"""Published: number of sections of equal length per route."""
_MOST = 10.0
"""Published: sections with a larger ratio are excluded, as the others hardly move."""


def driving_efficiency(
    distances_m: FloatArray,
    speeds_mps: FloatArray,
    others_mps: FloatArray,
    *,
    route_m: float,
    sections: int = EFFICIENCY_SECTIONS,
) -> float | None:
    """Return the mean over the route sections of ego speed over mean speed of the others.

    All arrays are (N,) over evenly spaced steps; `others_mps` is the mean speed of the vehicles
    present, NaN without any. Only completed sections count. A section without other vehicles, or
    in which all of them stand, counts 1, as published. Return None if no section counts or no
    other vehicle is ever present.
    """
    distances_m = np.maximum.accumulate(finite('distances_m', distances_m, shape=(None,)))
    speeds_mps = finite('speeds_mps', speeds_mps, shape=distances_m.shape)
    present = np.isfinite(others_mps)
    if not (route_m > 0.0 and sections >= 1):
        raise InputError(
            f'route_m must be above 0 m and sections at least 1, not {route_m} and {sections}.'
        )
    if not present.any():
        return None
    section = np.minimum(np.floor(distances_m / route_m * sections), sections).astype(np.int64)
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
