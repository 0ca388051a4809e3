# SPDX-License-Identifier: Apache-2.0
"""Where does a recording break? Runs of samples without a fault, and what lies between them."""

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
"""Reason by the sample at which a fault shows."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Beyond which a recording is cut."""

    anchor_gap_s: float = 0.5
    odometry_gap_s: float = 0.3
    clock_back_s: float = 0.1
    """Less is a message that came late; it is left out."""
    jump_m: float = 3.0
    """Of the position, beyond what the speed explains."""
    speed_mps: float = 70.0
    turn_rad: float = 0.5
    """Of the heading from one sample to the next, beyond `turn_rate_radps`."""
    turn_rate_radps: float = 2.0
    shortest_s: float = 4.0


def split(count: int, *, bad: Mapping[int, str], breaks: Mapping[int, str]) -> list[Run]:
    """Runs of two samples or more, without bad ones, broken before each of `breaks`."""
    edges = {0, count, *breaks, *bad, *(index + 1 for index in bad)}
    ends = sorted(edge for edge in edges if edge <= count)
    pairs = pairwise(ends)
    return [(first, last) for first, last in pairs if last - first >= 2 and first not in bad]


def gaps(times_s: FloatArray, longest_s: float, what: str) -> Faults:
    """Before which samples something was missing for too long."""
    waits_s = np.diff(times_s)
    return {
        int(index) + 1: f'no {what} for {waits_s[index]:.2f} s'
        for index in np.flatnonzero(waits_s > longest_s)
    }


def backward_steps(times_s: FloatArray, limits: Limits) -> list[int]:
    """Samples at which the clock has gone back."""
    return [int(i) + 1 for i in np.flatnonzero(np.diff(times_s) < -limits.clock_back_s)]


def rising(times_s: FloatArray) -> BoolArray:
    """(N,): samples later than all before them."""
    if not len(times_s):
        return np.zeros(0, np.bool_)
    before = np.concatenate([[-np.inf], np.maximum.accumulate(times_s)[:-1]])
    later: BoolArray = times_s > before
    return later


def odometry_faults(odometry: Odometry, limits: Limits) -> tuple[Faults, Faults]:
    """Samples that are bad in themselves; and samples before which it breaks."""
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
    """Steps that the speed does not explain, and turns that no car makes."""
    if len(odometry) < 2:
        return {}
    waits_s = np.diff(odometry.times_s)
    steps_m = np.hypot(np.diff(odometry.x_m), np.diff(odometry.y_m))
    excess_m = steps_m - _explained_mps(odometry, steps_m / waits_s, limits) * waits_s
    turns_rad = np.abs(np.diff(odometry.yaw_rad))
    turns_rad = np.minimum(turns_rad, 2.0 * np.pi - turns_rad)
    excess_rad = turns_rad - limits.turn_rate_radps * waits_s
    found = {
        int(i) + 1: f'odometry turns by {np.degrees(turns_rad[i]):.0f} degrees at once'
        for i in np.flatnonzero(excess_rad > limits.turn_rad)
    }
    for i in np.flatnonzero(excess_m > limits.jump_m):
        found[int(i) + 1] = f'odometry jumps by {steps_m[i]:.1f} m in {waits_s[i]:.2f} s'
    return found


def _explained_mps(odometry: Odometry, rates_mps: FloatArray, limits: Limits) -> FloatArray:
    """The speed that each step may have been driven with, at most."""
    if odometry.speed_mps is not None:
        speeds = np.abs(odometry.speed_mps)
        return np.maximum(speeds[:-1], speeds[1:])
    # Without a speed, the steps before and after say how fast the car was.
    around = np.pad(np.minimum(rates_mps, limits.speed_mps), 1)
    explained: FloatArray = np.maximum(around[:-2], around[2:])
    return explained


def overlaps(
    first: list[tuple[float, float]], second: list[tuple[float, float]]
) -> list[tuple[int, float, float]]:
    """Where spans of both lists overlap: place in the first list, start and end."""
    return [
        (i, max(a[0], b[0]), min(a[1], b[1]))
        for i, a in enumerate(first)
        for b in second
        if min(a[1], b[1]) > max(a[0], b[0])
    ]
