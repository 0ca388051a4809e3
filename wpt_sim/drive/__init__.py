# SPDX-License-Identifier: Apache-2.0
"""One drive in steps of 50 ms: observation, action, and the log of what happened."""

from wpt_sim.drive.ego import EGO, RoadPosition, ego_body, locate_ego
from wpt_sim.drive.log import DriveLog, Incident, IncidentKind, StepRecord, build_log
from wpt_sim.drive.world import STEP_S, Cameras, Longitudinal, World, camera_towards

__all__ = [
    'EGO',
    'STEP_S',
    'Cameras',
    'DriveLog',
    'Incident',
    'IncidentKind',
    'Longitudinal',
    'RoadPosition',
    'StepRecord',
    'World',
    'build_log',
    'camera_towards',
    'ego_body',
    'locate_ego',
]
