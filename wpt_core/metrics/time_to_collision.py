# SPDX-License-Identifier: Apache-2.0
"""TTC: would a candidate hit a body ahead if both kept their velocity?"""

import numpy as np

from wpt_core.geometry import Boxes
from wpt_core.metrics.arrays import BoolArray, FloatArray
from wpt_core.metrics.no_collision import BEHIND_RAD, bearings_rad
from wpt_core.metrics.pdm_scene import Rollouts
from wpt_core.metrics.trajectory import Tracks

__all__ = ['time_to_collision', 'time_to_contact_s']

LEAST_TTC_S = 0.95
"""Published by nuPlan; NAVSIM looks at 0, 0.3, 0.6 and 0.9 s instead."""
AHEAD_RAD = np.deg2rad(30.0)
"""Published: whoever's centre lies nearer to the heading than this is ahead."""
STANDING_MPS = 0.005
"""Published: a slower car has no time to collision."""


def time_to_collision(rollouts: Rollouts, tracks: Tracks) -> FloatArray:
    """(K,): 1 if at every sample every relevant track is more than 0.95 s from contact, else 0.

    Both footprints move on with the velocity of the sample and do not turn; the time of contact is
    exact. A track is relevant while its centre is ahead of us or, as long as we straddle lanes or
    leave the road, anywhere but behind. Left out are tracks that we touch at time 0, and samples
    at which we stand.
    """
    ours = Boxes(
        rollouts.boxes.poses[:, :, None], rollouts.boxes.lengths_m, rollouts.boxes.widths_m
    )
    closing_mps = tracks.velocities_mps - rollouts.velocities_mps[:, :, None]
    contact_s = time_to_contact_s(ours, tracks.boxes, closing_mps)
    soon = (contact_s <= LEAST_TTC_S) & tracks.present
    soon &= ~(soon & (contact_s == 0.0))[:, :1]
    moving = (rollouts.speeds_mps >= STANDING_MPS)[..., None]
    violated = soon & moving & _relevant(rollouts, tracks)
    return np.where(violated.any(axis=(1, 2)), 0.0, 1.0)


def _relevant(rollouts: Rollouts, tracks: Tracks) -> BoolArray:
    """(K, T, M)."""
    # As nuPlan has it. NAVSIM compares where the track will be with where we are now, which
    # blames us for whoever overtakes.
    bearings = bearings_rad(rollouts, tracks)
    astray = (rollouts.between_lanes | rollouts.off_road)[..., None]
    return np.asarray((bearings < AHEAD_RAD) | (astray & (bearings <= BEHIND_RAD)))


_STILL_MPS = 1e-12


def time_to_contact_s(ours: Boxes, theirs: Boxes, closing_velocity_mps: FloatArray) -> FloatArray:
    """Seconds until the boxes touch, 0 if they do now, infinity if they never will; (...).

    `closing_velocity_mps` (..., 2) is their velocity minus ours; nothing turns. Separating axes,
    moving: on each of the four axes the shadows overlap during one interval of time, and the
    boxes during what the four have in common. Exact, so nothing slips through between two steps.
    """
    enter_ours, leave_ours = _overlap_interval_s(ours, theirs, closing_velocity_mps)
    enter_theirs, leave_theirs = _overlap_interval_s(theirs, ours, -closing_velocity_mps)
    first_s = np.maximum(np.maximum(enter_ours, enter_theirs), 0.0)
    last_s = np.minimum(leave_ours, leave_theirs)
    return np.where(first_s <= last_s, first_s, np.inf)


def _overlap_interval_s(
    a: Boxes, b: Boxes, velocity_mps: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """When b, moving past a, begins and ceases to overlap it on both axes of a."""
    cos, sin = np.cos(a.poses[..., 2]), np.sin(a.poses[..., 2])
    dx, dy = np.moveaxis(b.poses[..., :2] - a.poses[..., :2], -1, 0)
    vx, vy = np.moveaxis(velocity_mps, -1, 0)
    turn_rad = b.poses[..., 2] - a.poses[..., 2]
    c, s = np.abs(np.cos(turn_rad)), np.abs(np.sin(turn_rad))
    along_m = (a.lengths_m + c * b.lengths_m + s * b.widths_m) / 2.0
    across_m = (a.widths_m + s * b.lengths_m + c * b.widths_m) / 2.0
    enter_x, leave_x = _axis_interval_s(cos * dx + sin * dy, along_m, cos * vx + sin * vy)
    enter_y, leave_y = _axis_interval_s(cos * dy - sin * dx, across_m, cos * vy - sin * vx)
    return np.maximum(enter_x, enter_y), np.minimum(leave_x, leave_y)


def _axis_interval_s(
    gap_m: FloatArray, reach_m: FloatArray, speed_mps: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """When |gap + speed t| <= reach begins and ends; without speed, always or never."""
    still = np.abs(speed_mps) < _STILL_MPS
    safe_mps = np.where(still, 1.0, speed_mps)
    one_s, other_s = (-reach_m - gap_m) / safe_mps, (reach_m - gap_m) / safe_mps
    always_s = np.where(np.abs(gap_m) <= reach_m, np.inf, -np.inf)
    enter_s = np.where(still, -always_s, np.minimum(one_s, other_s))
    leave_s = np.where(still, always_s, np.maximum(one_s, other_s))
    return enter_s, leave_s
