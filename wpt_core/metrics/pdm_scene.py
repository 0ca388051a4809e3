# SPDX-License-Identifier: Apache-2.0
"""Inputs of the PDM scores: candidates and their surroundings, at 10 Hz over 4 s."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from wpt_core.geometry import Boxes, Path, corners_of
from wpt_core.metrics.arrays import BoolArray, FloatArray, IntArray, finite, flags
from wpt_core.metrics.trajectory import Footprint, Tracks, Trajectory, headings, local_polynomial
from wpt_core.types import InputError

__all__ = ['PdmScene', 'Rollouts', 'roll_out']

STEP_S = 0.1
HORIZON_S = 4.0
_TIMES_S = np.arange(round(HORIZON_S / STEP_S) + 1) * STEP_S
_SPEED_WINDOW = 5
"""Samples of the parabola fit of a candidate's velocity; our choice."""


@dataclass(frozen=True, eq=False, slots=True)
class PdmScene:
    """Road and other bodies around the candidates, in their frame."""

    centre_line: Path
    """Reference of progress, from the start of the route to its end."""
    drivable: Callable[[FloatArray], BoolArray]
    """Maps points (..., 2) to whether they are drivable, (...)."""
    lane: Callable[[FloatArray], IntArray]
    """Maps points (..., 2) to the number of their lane, negative outside of lanes, (...)."""
    tracks: Tracks
    """From 0 to 4 s on the candidates' clock."""


@dataclass(frozen=True, eq=False, slots=True)
class Rollouts:
    """K candidates at T = 41 times, with the quantities that all sub-scores share."""

    motions: tuple[Trajectory, ...]
    positions_m: FloatArray
    """(K, T, 2) of the tracked point."""
    velocities_mps: FloatArray
    """(K, T, 2) along the heading."""
    boxes: Boxes
    """(K, T)."""
    off_road: BoolArray
    """(K, T): a corner is not on drivable ground."""
    between_lanes: BoolArray
    """(K, T): the corners lie in different lanes."""

    @property
    def speeds_mps(self) -> FloatArray:
        """(K, T)."""
        return np.hypot(self.velocities_mps[..., 0], self.velocities_mps[..., 1])


def roll_out(
    candidates: Sequence[Trajectory], scene: PdmScene, footprint: Footprint
) -> tuple[Rollouts, Tracks]:
    """Sample the candidates and tracks at 0, 0.1, ... 4.0 s."""
    if not candidates:
        raise InputError('candidates must hold at least one motion.')
    motions = tuple(candidate.at(_TIMES_S) for candidate in candidates)
    positions_m = np.stack([motion.positions_m for motion in motions])
    yaws_rad = np.stack([motion.yaws_rad for motion in motions])
    boxes = footprint.boxes(positions_m, yaws_rad)
    corners_m = corners_of(boxes)
    drivable = flags('PdmScene.drivable', scene.drivable(corners_m), shape=corners_m.shape[:-1])
    lanes = finite('PdmScene.lane', scene.lane(corners_m), shape=corners_m.shape[:-1])
    rollouts = Rollouts(
        motions=motions,
        positions_m=positions_m,
        velocities_mps=_velocities_mps(positions_m, yaws_rad),
        boxes=boxes,
        off_road=np.asarray(~drivable.all(axis=-1)),
        between_lanes=_differ(lanes),
    )
    return rollouts, scene.tracks.at(_TIMES_S)


def _velocities_mps(positions_m: FloatArray, yaws_rad: FloatArray) -> FloatArray:
    """(K, T, 2): the velocity along the heading, without its lateral part."""
    moving = local_polynomial(
        np.moveaxis(positions_m, 1, 0), STEP_S, window=_SPEED_WINDOW, order=2, derivative=1
    )
    ahead = headings(yaws_rad)
    speeds_mps = (np.moveaxis(moving, 0, 1) * ahead).sum(axis=-1)
    velocities: FloatArray = speeds_mps[..., None] * ahead
    return velocities


def _differ(lanes: FloatArray) -> BoolArray:
    """Return whether corners (..., 4) lie in different lanes."""
    highest = lanes.max(axis=-1)
    lowest = np.where(lanes < 0, np.inf, lanes).min(axis=-1)
    return np.asarray(np.isfinite(lowest) & (lowest < highest))
