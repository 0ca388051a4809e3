# SPDX-License-Identifier: Apache-2.0
"""Faults in a recording, and runs of samples without faults."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from training.episodes.foreign.odometry import Odometry

__all__ = [
    'Faults',
    'Limits',
    'Run',
    'backward_steps',
    'gaps',
    'odometry_faults',
    'overlaps',
    'rising',
    'split',
]

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

Run = tuple[int, int]
"""First sample, and the one after the last."""
Faults = dict[int, str]
"""Reason by sample with a fault."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits for cuts of a recording."""

    anchor_gap_s: float = 0.5
    odometry_gap_s: float = 0.3
    clock_back_s: float = 0.1
    """A smaller step is a late message, which is left out."""
    jump_m: float = 3.0
    """Change of position beyond that of the speed."""
    speed_mps: float = 70.0
    turn_rad: float = 0.5
    """Change of heading from one sample to the next beyond `turn_rate_radps`."""
    turn_rate_radps: float = 2.0
    shortest_s: float = 4.0


def split(count: int, *, bad: Mapping[int, str], breaks: Mapping[int, str]) -> list[Run]:
    """Return runs of at least two samples without `bad` ones, split before each of `breaks`."""
    edges = {0, count, *breaks, *bad, *(index + 1 for index in bad)}
    ends = sorted(edge for edge in edges if edge <= count)
    pairs = pairwise(ends)
    return [(first, last) for first, last in pairs if last - first >= 2 and first not in bad]


def gaps(times_s: FloatArray, longest_s: float, what: str) -> Faults:
    """Return samples after a gap of more than `longest_s`, with the reason."""
    gaps_s = np.diff(times_s)
    return {
        int(index) + 1: f'no {what} for {gaps_s[index]:.2f} s'
        for index in np.flatnonzero(gaps_s > longest_s)
    }


def backward_steps(times_s: FloatArray, limits: Limits) -> list[int]:
    """Return samples at which the clock stepped back."""
    return [int(i) + 1 for i in np.flatnonzero(np.diff(times_s) < -limits.clock_back_s)]


def rising(times_s: FloatArray) -> BoolArray:
    """Return a mask (N,) of samples later than all before them."""
    if not len(times_s):
        return np.zeros(0, np.bool_)
    before = np.concatenate([[-np.inf], np.maximum.accumulate(times_s)[:-1]])
    later: BoolArray = times_s > before
    return later


def odometry_faults(odometry: Odometry, limits: Limits) -> tuple[Faults, Faults]:
    """Return bad samples, and samples after a gap or jump, with reasons."""
    bad: Faults = {}
    finite = np.isfinite(odometry.x_m) & np.isfinite(odometry.y_m)
    for index in np.flatnonzero(~finite):
        bad[int(index)] = 'odometry is not finite'
    speed = odometry.speed_mps
    if speed is not None:
        for index in np.flatnonzero(finite & (np.abs(speed) > limits.speed_mps)):
            bad[int(index)] = f'odometry has an implausible speed of {speed[index]:.0f} m/s'
    sound = np.ones(len(odometry), np.bool_)
    sound[list(bad)] = False
    places = np.flatnonzero(sound)
    rest = odometry.select(sound)
    breaks = gaps(rest.times_s, limits.odometry_gap_s, 'odometry') | _jumps(rest, limits)
    return bad, {int(places[index]): reason for index, reason in breaks.items()}


def _jumps(odometry: Odometry, limits: Limits) -> Faults:
    """Find steps larger than the speed allows, and impossible turns."""
    if len(odometry) < 2:
        return {}
    gaps_s = np.diff(odometry.times_s)
    steps_m = np.hypot(np.diff(odometry.x_m), np.diff(odometry.y_m))
    excess_m = steps_m - _plausible_mps(odometry, steps_m / gaps_s, limits) * gaps_s
    turns_rad = np.abs(np.diff(odometry.yaw_rad))
    turns_rad = np.minimum(turns_rad, 2.0 * np.pi - turns_rad)
    excess_rad = turns_rad - limits.turn_rate_radps * gaps_s
    found = {
        int(i) + 1: f'odometry turns by {np.degrees(turns_rad[i]):.0f} degrees in one step'
        for i in np.flatnonzero(excess_rad > limits.turn_rad)
    }
    for i in np.flatnonzero(excess_m > limits.jump_m):
        found[int(i) + 1] = f'odometry jumps by {steps_m[i]:.1f} m in {gaps_s[i]:.2f} s'
    return found


def _plausible_mps(odometry: Odometry, rates_mps: FloatArray, limits: Limits) -> FloatArray:
    """Return the largest plausible speed of each step."""
    if odometry.speed_mps is not None:
        speeds = np.abs(odometry.speed_mps)
        return np.maximum(speeds[:-1], speeds[1:])
    # Without a speed, take that of the steps before and after.
    around = np.pad(np.minimum(rates_mps, limits.speed_mps), 1)
    plausible: FloatArray = np.maximum(around[:-2], around[2:])
    return plausible


def overlaps(
    first: list[tuple[float, float]], second: list[tuple[float, float]]
) -> list[tuple[int, float, float]]:
    """Return overlaps of the spans of both lists: index in the first list, start and end."""
    return [
        (i, max(a[0], b[0]), min(a[1], b[1]))
        for i, a in enumerate(first)
        for b in second
        if min(a[1], b[1]) > max(a[0], b[0])
    ]
