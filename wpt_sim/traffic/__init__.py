# SPDX-License-Identifier: Apache-2.0
"""Traffic: vehicles and pedestrians with behaviours, car following and lateral profiles."""

from wpt_sim.traffic.behaviour import (
    Behaviour,
    BrakeHard,
    ChangeLane,
    Cross,
    CutIn,
    Follow,
    Stand,
    Walk,
)
from wpt_sim.traffic.body import (
    Band,
    Body,
    gap_ahead_m,
    is_free,
    lead_of,
    nearest_ahead,
    nearest_behind,
)
from wpt_sim.traffic.cruise import ACC_STYLE, adaptive_cruise, lead_in_path
from wpt_sim.traffic.curve_speed import CurveSpeed
from wpt_sim.traffic.idm import (
    CarFollowing,
    Lead,
    equilibrium_gap_m,
    following_acceleration,
)
from wpt_sim.traffic.lateral import (
    LanePosition,
    LateralOffset,
    LateralShift,
    TargetLine,
    human_offset_m,
)
from wpt_sim.traffic.traffic import Role, Traffic

__all__ = [
    'ACC_STYLE',
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
    'LanePosition',
    'LateralOffset',
    'LateralShift',
    'Lead',
    'Role',
    'Stand',
    'TargetLine',
    'Traffic',
    'Walk',
    'adaptive_cruise',
    'equilibrium_gap_m',
    'following_acceleration',
    'gap_ahead_m',
    'human_offset_m',
    'is_free',
    'lead_in_path',
    'lead_of',
    'nearest_ahead',
    'nearest_behind',
]
