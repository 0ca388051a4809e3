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
"""Published by nuPlan; NAVSIM samples 0, 0.3, 0.6 and 0.9 s instead."""
AHEAD_RAD = np.deg2rad(30.0)
"""Published: a centre at a smaller bearing is ahead."""
STANDING_MPS = 0.005
"""Published: a slower car has no time to collision."""


def time_to_collision(rollouts: Rollouts, tracks: Tracks) -> FloatArray:
    """Return (K,): 1 if no relevant track is ever within 0.95 s of contact, else 0.

    Both footprints keep the velocity of the sample and do not turn; the time of contact is exact.
    A track is relevant if its centre is ahead or, while the ego is between lanes or off the road,
    anywhere but behind. Tracks in contact at time 0 and samples at standstill are excluded.
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
    # As in nuPlan. NAVSIM compares the future position of the track with the current one of the
    # ego, which blames the ego for vehicles that overtake.
    bearings = bearings_rad(rollouts, tracks)
    off_lane = (rollouts.between_lanes | rollouts.off_road)[..., None]
    return np.asarray((bearings < AHEAD_RAD) | (off_lane & (bearings <= BEHIND_RAD)))


_STILL_MPS = 1e-12


def time_to_contact_s(ours: Boxes, theirs: Boxes, closing_velocity_mps: FloatArray) -> FloatArray:
    """Return the seconds (...) until the boxes touch: 0 if they overlap now, infinity if never.

    `closing_velocity_mps` (..., 2) is their velocity minus ours; nothing turns. Moving separating
    axes: on each of the four axes the projections overlap during one interval, and the boxes
    during the intersection of the four. Exact, so no contact is missed between steps.
    """
    enter_ours, leave_ours = _overlap_interval_s(ours, theirs, closing_velocity_mps)
    enter_theirs, leave_theirs = _overlap_interval_s(theirs, ours, -closing_velocity_mps)
    first_s = np.maximum(np.maximum(enter_ours, enter_theirs), 0.0)
    last_s = np.minimum(leave_ours, leave_theirs)
    return np.where(first_s <= last_s, first_s, np.inf)


def _overlap_interval_s(
    a: Boxes, b: Boxes, velocity_mps: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return when b, moving relative to a, starts and stops overlapping it on both axes of a."""
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
    """Return when |gap + speed t| <= reach starts and ends; at zero speed always or never."""
    still = np.abs(speed_mps) < _STILL_MPS
    safe_mps = np.where(still, 1.0, speed_mps)
    one_s, other_s = (-reach_m - gap_m) / safe_mps, (reach_m - gap_m) / safe_mps
    always_s = np.where(np.abs(gap_m) <= reach_m, np.inf, -np.inf)
    enter_s = np.where(still, -always_s, np.minimum(one_s, other_s))
    leave_s = np.where(still, always_s, np.maximum(one_s, other_s))
    return enter_s, leave_s
