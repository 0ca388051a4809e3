# SPDX-License-Identifier: Apache-2.0
"""NC: does a candidate hit anybody, and is it to blame?"""

import numpy as np

from wpt_core.geometry import Boxes, overlaps
from wpt_core.metrics.arrays import BoolArray, FloatArray
from wpt_core.metrics.pdm_scene import Rollouts
from wpt_core.metrics.trajectory import Tracks, headings

__all__ = ['bearings_rad', 'no_collision']

STANDING_MPS = 0.05
"""Published: no faster than this counts as standing still."""
BEHIND_RAD = np.deg2rad(150.0)
"""Published: whoever's centre lies further round than this is behind."""
OBJECT_SCORE = 0.5
"""Published: what hitting something that is not an agent leaves."""


def no_collision(rollouts: Rollouts, tracks: Tracks) -> FloatArray:
    """(K,): 1 without a collision of one's own fault, 0.5 with an object, 0 with an agent.

    The first touch of each track decides. Ours is the fault if we move and either the other
    stands, or our front edge touches it, or we straddle lanes or leave the road. It is not if we
    stand, or the other is behind. A track already touched at time 0 is left out: no candidate can
    help that.
    """
    touching = _touching(rollouts.boxes, tracks)
    fault = touching & at_fault(rollouts, tracks)
    first = touching.argmax(axis=1)[:, None]
    blamed = np.take_along_axis(fault, first, axis=1)[:, 0] & ~touching[:, 0]
    left = np.where(tracks.agents, 0.0, OBJECT_SCORE)
    return np.asarray(np.where(blamed, left, 1.0).min(axis=1, initial=1.0))


def at_fault(rollouts: Rollouts, tracks: Tracks) -> BoolArray:
    """(K, T, M): whose fault a touch would be, there and then; True if ours."""
    we_move = (rollouts.speeds_mps > STANDING_MPS)[..., None]
    speeds_mps = np.hypot(tracks.velocities_mps[..., 0], tracks.velocities_mps[..., 1])
    they_stand = (speeds_mps <= STANDING_MPS) | ~tracks.agents
    behind = bearings_rad(rollouts, tracks) > BEHIND_RAD
    head_on = _touching(_front_edges(rollouts.boxes), tracks)
    astray = (rollouts.between_lanes | rollouts.off_road)[..., None]
    fault: BoolArray = we_move & (they_stand | (~behind & (head_on | astray)))
    return fault


def bearings_rad(rollouts: Rollouts, tracks: Tracks) -> FloatArray:
    """(K, T, M): angle, without sign, from our heading to the centre of each track."""
    away_m = tracks.poses[..., :2] - rollouts.positions_m[:, :, None]
    ahead = headings(rollouts.boxes.poses[..., 2])[:, :, None]
    along_m = (away_m * ahead).sum(axis=-1)
    across_m = ahead[..., 0] * away_m[..., 1] - ahead[..., 1] * away_m[..., 0]
    return np.asarray(np.abs(np.arctan2(across_m, along_m)))


def _touching(boxes: Boxes, tracks: Tracks) -> BoolArray:
    """(K, T, M)."""
    ours = Boxes(boxes.poses[:, :, None], boxes.lengths_m, boxes.widths_m)
    touching: BoolArray = overlaps(ours, tracks.boxes) & tracks.present
    return touching


def _front_edges(boxes: Boxes) -> Boxes:
    """The front bumpers, as boxes without length."""
    poses = boxes.poses.copy()
    poses[..., :2] += 0.5 * boxes.lengths_m * headings(poses[..., 2])
    return Boxes(poses, np.zeros(()), boxes.widths_m)
