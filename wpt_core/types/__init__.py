# SPDX-License-Identifier: Apache-2.0
"""Plain frozen dataclasses that all packages of the core share."""

from wpt_core.types.bounds import Bounds, bounds_of, check_bounds
from wpt_core.types.camera import Camera, CameraFrame, Intrinsics, LensModel, Rig
from wpt_core.types.driving import Action, Command, EgoState, LateralCommand, Observation, Pose2
from wpt_core.types.errors import BagError, InputError, Level, Notice, WptError, unknown_name
from wpt_core.types.plan import HORIZON_S, POINT_COUNT, Plan, plan_times_s

__all__ = [
    'HORIZON_S',
    'POINT_COUNT',
    'Action',
    'BagError',
    'Bounds',
    'Camera',
    'CameraFrame',
    'Command',
    'EgoState',
    'InputError',
    'Intrinsics',
    'LateralCommand',
    'LensModel',
    'Level',
    'Notice',
    'Observation',
    'Plan',
    'Pose2',
    'Rig',
    'WptError',
    'bounds_of',
    'check_bounds',
    'plan_times_s',
    'unknown_name',
]
