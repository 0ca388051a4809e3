# SPDX-License-Identifier: Apache-2.0
"""Geometry and colours of a plan hypothesis drawn as a ribbon on the road."""

from dataclasses import dataclass
from enum import Enum

import numpy as np

from wpt_core.geometry import FloatArray
from wpt_core.types import Plan

__all__ = ['PlanColour', 'PlanStyle', 'Ribbon', 'ribbon_colours', 'ribbon_of', 'ribbon_opacities']

_STEP_M = 0.3
"""On average."""
_MOST_STEPS = 120
_END = 0.4
"""Remaining share of the opacity at the end of a ribbon."""
_RAMP = np.array([[226, 62, 48], [250, 176, 46], [70, 205, 110], [38, 160, 255]], np.float64)
"""Colour ramp: from standstill to full speed, or from the end of the plan to now."""


class PlanColour(Enum):
    """Quantity shown by the colour of the ribbon."""

    SPEED = 'speed'
    TIME = 'time'


@dataclass(frozen=True, slots=True)
class PlanStyle:
    """Style of a drawn plan."""

    colour: PlanColour = PlanColour.SPEED
    width_m: float = 1.85
    opacity: float = 0.6
    """Opacity of the ribbon at the car."""
    until_s: float = 10.0
    full_speed_mps: float = 36.0
    """Speed of the last colour of the ramp."""


@dataclass(frozen=True, eq=False, slots=True)
class Ribbon:
    """One hypothesis at N dense points."""

    times_s: FloatArray
    speeds_mps: FloatArray
    middle_m: FloatArray
    """(N, 2) in `base_link`, like the edges."""
    left_m: FloatArray
    right_m: FloatArray


def ribbon_of(plan: Plan, index: int, style: PlanStyle) -> Ribbon:
    """Return the ribbon of hypothesis `index` with the width of the style."""
    times_s = _dense_times_s(plan, index, style.until_s)
    middle_m = _between(plan.times_s, plan.positions_m[index], times_s)
    ahead = np.gradient(middle_m, axis=0)
    length = np.linalg.norm(ahead, axis=-1, keepdims=True)
    across = ahead[:, ::-1] * (-1.0, 1.0) / np.maximum(length, 1e-9)
    half_m = 0.5 * style.width_m * across
    speeds_mps = np.interp(times_s, plan.times_s, plan.speeds_mps[index])
    return Ribbon(times_s, speeds_mps, middle_m, middle_m + half_m, middle_m - half_m)


def ribbon_colours(ribbon: Ribbon, style: PlanStyle) -> FloatArray:
    """(N, 3) RGB, 0 to 255."""
    share = (
        ribbon.speeds_mps / style.full_speed_mps
        if style.colour is PlanColour.SPEED
        else 1.0 - ribbon.times_s / style.until_s
    )
    places = np.clip(share, 0.0, 1.0) * (len(_RAMP) - 1)
    return np.stack([np.interp(places, range(len(_RAMP)), c) for c in _RAMP.T], axis=-1)


def ribbon_opacities(ribbon: Ribbon, style: PlanStyle) -> FloatArray:
    """Return (N,): opacities that fade towards the end."""
    return np.linspace(1.0, _END, len(ribbon.times_s)) * style.opacity


def _dense_times_s(plan: Plan, index: int, until_s: float) -> FloatArray:
    """Return times whose points are denser near the car, at least three."""
    pieces_m = np.linalg.norm(np.diff(plan.positions_m[index], axis=0), axis=-1)
    driven_m = np.concatenate([[0.0], np.cumsum(pieces_m + 1e-6)])
    length_m = float(np.interp(until_s, plan.times_s, driven_m))
    count = int(np.clip(length_m / _STEP_M, 2, _MOST_STEPS)) + 1
    return np.interp(length_m * np.linspace(0.0, 1.0, count) ** 2, driven_m, plan.times_s)


def _between(knots_s: FloatArray, points_m: FloatArray, times_s: FloatArray) -> FloatArray:
    """Interpolate smoothly through the points, (N, 2); plans are sparse at their far end.

    Slopes come from the points and not from the planned speeds, because the network's positions
    and speeds need not agree.
    """
    slopes_mps = np.gradient(points_m, knots_s, axis=0)
    start = np.clip(np.searchsorted(knots_s, times_s, side='right') - 1, 0, len(knots_s) - 2)
    span_s = (knots_s[start + 1] - knots_s[start])[:, None]
    t = (times_s - knots_s[start])[:, None] / span_s
    line_m: FloatArray = (
        (2 * t**3 - 3 * t**2 + 1) * points_m[start]
        + (t**3 - 2 * t**2 + t) * span_s * slopes_mps[start]
        + (3 * t**2 - 2 * t**3) * points_m[start + 1]
        + (t**3 - t**2) * span_s * slopes_mps[start + 1]
    )
    return line_m
