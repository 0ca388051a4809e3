# SPDX-License-Identifier: Apache-2.0
"""TTC: would a candidate hit somebody ahead if nobody changed velocity?"""

import numpy as np

from wpt_core.geometry import Boxes
from wpt_core.metrics.arrays import BoolArray, FloatArray
from wpt_core.metrics.contact import time_to_contact_s
from wpt_core.metrics.motion import Tracks
from wpt_core.metrics.no_collision import BEHIND_RAD, bearings_rad
from wpt_core.metrics.rollout import Rollouts

__all__ = ['time_to_collision']

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
