# SPDX-License-Identifier: Apache-2.0
"""NC: at-fault collisions of the candidates."""

import numpy as np

from wpt_core.geometry import Boxes, overlaps
from wpt_core.metrics.arrays import BoolArray, FloatArray
from wpt_core.metrics.pdm_scene import Rollouts
from wpt_core.metrics.trajectory import Tracks, headings

__all__ = ['bearings_rad', 'no_collision']

STANDING_MPS = 0.05
"""Published: at most this speed counts as standing."""
BEHIND_RAD = np.deg2rad(150.0)
"""Published: a centre at a larger bearing is behind."""
OBJECT_SCORE = 0.5
"""Published: score after hitting an object that is not an agent."""


def no_collision(rollouts: Rollouts, tracks: Tracks) -> FloatArray:
    """Return (K,): 1 without an at-fault collision, 0.5 with an object, 0 with an agent.

    The first contact with each track decides. The ego is at fault if it moves and either the other
    stands, or the ego's front edge touches it, or the ego is between lanes or off the road. It is
    not at fault if it stands or the other is behind. Tracks in contact at time 0 are excluded, as
    no candidate can avoid them.
    """
    touching = _touching(rollouts.boxes, tracks)
    fault = touching & at_fault(rollouts, tracks)
    first = touching.argmax(axis=1)[:, None]
    at_fault_first = np.take_along_axis(fault, first, axis=1)[:, 0] & ~touching[:, 0]
    left = np.where(tracks.agents, 0.0, OBJECT_SCORE)
    return np.asarray(np.where(at_fault_first, left, 1.0).min(axis=1, initial=1.0))


def at_fault(rollouts: Rollouts, tracks: Tracks) -> BoolArray:
    """Return (K, T, M): whether a contact at this time would be at fault."""
    moving = (rollouts.speeds_mps > STANDING_MPS)[..., None]
    speeds_mps = np.hypot(tracks.velocities_mps[..., 0], tracks.velocities_mps[..., 1])
    others_stand = (speeds_mps <= STANDING_MPS) | ~tracks.agents
    behind = bearings_rad(rollouts, tracks) > BEHIND_RAD
    at_front = _touching(_front_edges(rollouts.boxes), tracks)
    off_lane = (rollouts.between_lanes | rollouts.off_road)[..., None]
    fault: BoolArray = moving & (others_stand | (~behind & (at_front | off_lane)))
    return fault


def bearings_rad(rollouts: Rollouts, tracks: Tracks) -> FloatArray:
    """Return (K, T, M): absolute angle from the heading to the centre of each track."""
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
    """Return the front edges as boxes of length 0."""
    poses = boxes.poses.copy()
    poses[..., :2] += 0.5 * boxes.lengths_m * headings(poses[..., 2])
    return Boxes(poses, np.zeros(()), boxes.widths_m)
