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
"""Published: up to this distance progress is not scored."""


@dataclass(frozen=True, eq=False, slots=True)
class PdmScores:
    """Sub-scores of K candidates, (K,) each, between 0 and 1."""

    no_collision: FloatArray
    """1 without an at-fault collision, 0.5 with an object, 0 with a vehicle or a person."""
    drivable_area: FloatArray
    """1 if all corners stay on drivable ground, else 0."""
    time_to_collision: FloatArray
    """1 if no relevant body is ever within 0.95 s of contact, else 0."""
    ego_progress: FloatArray
    """Progress along the centre line over the largest progress in the set."""
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

    Progress is relative to the best of the set, so scores of different sets are comparable only
    with a common reference among the candidates (NAVSIM adds a rule-based planner).
    """
    rollouts, tracks = roll_out(candidates, scene, footprint)
    no_collisions = no_collision(rollouts, tracks)
    drivable = np.where(rollouts.off_road.any(axis=1), 0.0, 1.0)
    return PdmScores(
        no_collision=no_collisions,
        drivable_area=drivable,
        time_to_collision=time_to_collision(rollouts, tracks),
        ego_progress=ego_progress(_progress_m(rollouts, scene), no_collisions * drivable),
        comfort=np.array([float(comfort_score(motion).passed) for motion in rollouts.motions]),
    )


def ego_progress(progress_m: FloatArray, allowed: FloatArray) -> FloatArray:
    """Return the progress (K,) over the largest of the set, both weighted by `allowed` (0 to 1).

    If the largest is at most 5 m, all candidates with `allowed` > 0 get 1.
    """
    counted_m = np.maximum(progress_m, 0.0) * allowed
    longest_m = counted_m.max()
    if longest_m > PROGRESS_THRESHOLD_M:
        return np.asarray(counted_m / longest_m)
    return np.where(allowed > 0.0, 1.0, 0.0)


def _progress_m(rollouts: Rollouts, scene: PdmScene) -> FloatArray:
    ends = rollouts.boxes.poses[:, [0, -1], :2]
    s_m, _ = scene.centre_line.to_frenet(ends)
    return s_m[:, 1] - s_m[:, 0]
