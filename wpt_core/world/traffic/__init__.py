# SPDX-License-Identifier: Apache-2.0
"""Who else is on the road? Vehicles and pedestrians with lanes, manners and bad habits."""

from wpt_core.world.traffic.behaviour import (
    Behaviour,
    BrakeHard,
    ChangeLane,
    Cross,
    CutIn,
    Follow,
    Stand,
    Walk,
)
from wpt_core.world.traffic.body import (
    Band,
    Body,
    gap_ahead_m,
    is_free,
    lead_of,
    nearest_ahead,
    nearest_behind,
)
from wpt_core.world.traffic.curve_speed import CurveSpeed
from wpt_core.world.traffic.idm import (
    CarFollowing,
    Lead,
    equilibrium_gap_m,
    following_acceleration,
)
from wpt_core.world.traffic.shift import Shift, Sideways
from wpt_core.world.traffic.traffic import Role, Traffic

__all__ = [
    'Band',
    'Behaviour',
    'Body',
    'BrakeHard',
    'CarFollowing',
    'ChangeLane',
    'Cross',
    'CurveSpeed',
    'CutIn',
    'Follow',
    'Lead',
    'Role',
    'Shift',
    'Sideways',
    'Stand',
    'Traffic',
    'Walk',
    'equilibrium_gap_m',
    'following_acceleration',
    'gap_ahead_m',
    'is_free',
    'lead_of',
    'nearest_ahead',
    'nearest_behind',
]
