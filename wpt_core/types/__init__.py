# SPDX-License-Identifier: Apache-2.0
"""What are we talking about? Plain frozen data that every room may use."""

from wpt_core.types.bounds import Bounds, bounds_of, check_bounds
from wpt_core.types.camera import Camera, CameraFrame, Intrinsics, LensModel, Rig
from wpt_core.types.driving import Action, Command, EgoState, LateralCommand
from wpt_core.types.errors import BagError, InputError, WptError
from wpt_core.types.names import unknown_name
from wpt_core.types.notice import Level, Notice
from wpt_core.types.observation import Observation
from wpt_core.types.plan import HORIZON_S, POINT_COUNT, Plan, plan_times_s
from wpt_core.types.pose import Pose2
from wpt_core.types.yaml_bounds import check_yaml

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
    'check_yaml',
    'plan_times_s',
    'unknown_name',
]
