# SPDX-License-Identifier: Apache-2.0
"""One drive, step by step: what the car is shown, what it does, and what came of it."""

from wpt_sim.drive.cameras import Cameras, camera_towards
from wpt_sim.drive.ego import EGO, Place, body_of, locate
from wpt_sim.drive.log import DriveLog, Incident, IncidentKind, Record, assemble
from wpt_sim.drive.simulation import STEP_S, Longitudinal, World

__all__ = [
    'EGO',
    'STEP_S',
    'Cameras',
    'DriveLog',
    'Incident',
    'IncidentKind',
    'Longitudinal',
    'Place',
    'Record',
    'World',
    'assemble',
    'body_of',
    'camera_towards',
    'locate',
]
