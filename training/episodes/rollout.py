# SPDX-License-Identifier: Apache-2.0
"""Data of one recorded drive, and the targets that a teacher makes from it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.episodes.episode import LANE_AHEAD_M, Labels
from wpt_core.model import CHANNELS
from wpt_core.types import POINT_COUNT

__all__ = ['Driven', 'Rollout', 'Targets', 'targets_of']

FloatArray = NDArray[np.float64]
Float32 = NDArray[np.float32]


@dataclass(frozen=True, eq=False, slots=True)
class Driven:
    """Motion of `base_link` over N rising times, without gaps; arrays are (N,) unless stated."""

    times_s: FloatArray
    x_m: FloatArray
    y_m: FloatArray
    yaw_rad: FloatArray
    """Unwrapped."""
    speed_mps: FloatArray
    """Along the car's axis, negative backwards."""
    acceleration_mps2: FloatArray
    yaw_rate_radps: FloatArray
    tilt: FloatArray | None = None
    """(N, 3): height, roll and pitch; None if unknown."""


@dataclass(frozen=True, eq=False, slots=True)
class Rollout:
    """One drive of N steps with T sets of views, by any driver in any simulator or car."""

    driven: Driven
    """At the start of each step; in a simulator also at the end of the last one."""
    view_times_s: FloatArray
    """(T,), on the clock of `driven`."""
    actuator_delay_s: float
    """Calibrated dead time and lag of the steering together."""
    commands: NDArray[np.int64] | None = None
    """(T,)."""
    actions: FloatArray | None = None
    """(N, 2): commanded curvature in 1/m and acceleration in m/s²; None if not recorded."""
    views: tuple[Mapping[str, NDArray[np.uint8]], ...] = ()
    """T sets of images (H, W, 3) RGB by view; empty if they are in a bag."""
    truth: tuple[Any, ...] | None = None
    """Privileged truth at the T view times; None if the simulator has none."""
    version: int | None = None
    """Version of the student that drove; None for other drivers."""


@dataclass(frozen=True, eq=False, slots=True)
class Targets:
    """Targets of T samples with K hypotheses each, in `base_link` at the sample's time.

    A sample without a label has probabilities 0 and no known points.
    """

    plans: Float32
    """(T, K, 33, 6): x, y, speed, acceleration, yaw, yaw rate; 0 where unknown."""
    known: NDArray[np.bool_]
    """(T, K, 33): mask of the plans."""
    probabilities: Float32
    """(T, K): sum is 1 for samples with a label."""
    curvatures_1pm: FloatArray
    """(T,): curvature to command now; 0 without a label."""
    lanes_m: FloatArray
    """(T, 12, 2, 2): left and right border of the target lane, x and y; NaN where unknown."""
    queries: Float32 | None = None
    """(T, D): plan query for distillation."""
    rewards: Float32 | None = None
    """(T, K): score of each hypothesis."""

    def labels(self, row: int) -> Labels | None:
        """Return the most probable hypothesis of a sample, up to its first unknown point."""
        best = int(np.argmax(self.probabilities[row]))
        if self.probabilities[row, best] <= 0.0:
            return None
        known = self.known[row, best]
        count = len(known) if known.all() else int(np.argmin(known))
        lane_m = self.lanes_m[row]
        return Labels(
            self.plans[row, best, :count].astype(np.float64),
            float(self.curvatures_1pm[row]),
            None if np.isnan(lane_m).any() else lane_m,
        )


def targets_of(labels: Sequence[Labels | None]) -> Targets:
    """Make targets with one hypothesis per sample from labels."""
    count = len(labels)
    plans = np.zeros((count, 1, POINT_COUNT, CHANNELS), np.float32)
    known = np.zeros((count, 1, POINT_COUNT), np.bool_)
    curvatures = np.zeros(count)
    lanes = np.full((count, len(LANE_AHEAD_M), 2, 2), np.nan)
    for row, label in enumerate(labels):
        if label is None:
            continue
        plans[row, 0, : len(label.plan)] = label.plan
        known[row, 0, : len(label.plan)] = True
        curvatures[row] = label.curvature_1pm
        if label.lane_m is not None:
            lanes[row] = label.lane_m
    probabilities = np.zeros((count, 1), np.float32)
    probabilities[known.any(axis=2)] = 1.0
    return Targets(plans, known, probabilities, curvatures, lanes)
