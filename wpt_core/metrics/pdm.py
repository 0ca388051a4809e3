# SPDX-License-Identifier: Apache-2.0
"""The five PDM sub-scores and the PDM score of NAVSIM (its first version)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from wpt_core.metrics.arrays import FloatArray
from wpt_core.metrics.comfort import comfort_score
from wpt_core.metrics.no_collision import no_collision
from wpt_core.metrics.pdm_scene import PdmScene, Rollouts, roll_out
from wpt_core.metrics.time_to_collision import time_to_collision
from wpt_core.metrics.trajectory import Footprint, Trajectory

__all__ = ['PROGRESS_THRESHOLD_M', 'PdmScores', 'pdm_scores']

PROGRESS_THRESHOLD_M = 5.0
"""Published: below it, nobody can be told to have made too little way."""


@dataclass(frozen=True, eq=False, slots=True)
class PdmScores:
    """Sub-scores of K candidates, (K,) each, between 0 and 1."""

    no_collision: FloatArray
    """1 without a collision of our own fault, 0.5 with an object, 0 with a vehicle or a person."""
    drivable_area: FloatArray
    """1 if all corners stay on drivable ground, else 0."""
    time_to_collision: FloatArray
    """1 if nobody ahead is ever less than 0.95 s away, else 0."""
    ego_progress: FloatArray
    """Way along the centre line over the longest way in the set."""
    comfort: FloatArray
    """1 if all six bounds hold at every sample, else 0."""

    @property
    def score(self) -> FloatArray:
        """NC * DAC * (5 EP + 5 TTC + 2 C) / 12."""
        weighted = 5.0 * self.ego_progress + 5.0 * self.time_to_collision + 2.0 * self.comfort
        score: FloatArray = self.no_collision * self.drivable_area * weighted / 12.0
        return score


def pdm_scores(
    candidates: Sequence[Trajectory], scene: PdmScene, footprint: Footprint
) -> PdmScores:
    """Score candidates that cover 0 to 4 s, resampled to 10 Hz.

    Progress is relative to the best of the set, so scores of different sets do not compare unless
    a common reference (NAVSIM takes a rule-based planner) is among the candidates of each.
    """
    rollouts, tracks = roll_out(candidates, scene, footprint)
    safe = no_collision(rollouts, tracks)
    paved = np.where(rollouts.off_road.any(axis=1), 0.0, 1.0)
    return PdmScores(
        no_collision=safe,
        drivable_area=paved,
        time_to_collision=time_to_collision(rollouts, tracks),
        ego_progress=ego_progress(_way_m(rollouts, scene), safe * paved),
        comfort=np.array([float(comfort_score(motion).passed) for motion in rollouts.motions]),
    )


def ego_progress(way_m: FloatArray, allowed: FloatArray) -> FloatArray:
    """Way made, (K,), over the longest in the set; both count only as far as `allowed` (0 to 1).

    Where even the longest is no more than 5 m, everybody who is allowed at all has made it.
    """
    counted_m = np.maximum(way_m, 0.0) * allowed
    longest_m = counted_m.max()
    if longest_m > PROGRESS_THRESHOLD_M:
        return np.asarray(counted_m / longest_m)
    return np.where(allowed > 0.0, 1.0, 0.0)


def _way_m(rollouts: Rollouts, scene: PdmScene) -> FloatArray:
    ends = rollouts.boxes.poses[:, [0, -1], :2]
    s_m, _ = scene.centre_line.to_frenet(ends)
    return s_m[:, 1] - s_m[:, 0]
