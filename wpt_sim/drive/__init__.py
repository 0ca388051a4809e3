# SPDX-License-Identifier: Apache-2.0
"""One drive, step by step: what the car is shown, what it does, and what came of it."""

from wpt_sim.drive.cameras import Cameras, camera_towards
from wpt_sim.drive.ego import EGO, RoadPosition, ego_body, locate_ego
from wpt_sim.drive.log import DriveLog, Incident, IncidentKind, Record, build_log
from wpt_sim.drive.simulation import STEP_S, Longitudinal, World

__all__ = [
    'EGO',
    'STEP_S',
    'Cameras',
    'DriveLog',
    'Incident',
    'IncidentKind',
    'Longitudinal',
    'Record',
    'RoadPosition',
    'World',
    'build_log',
    'camera_towards',
    'ego_body',
    'locate_ego',
]
