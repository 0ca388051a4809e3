# SPDX-License-Identifier: Apache-2.0
"""Safety gate: limits, input checks, engagement and the state machine."""

from wpt_core.safety.clocks import Clocks, Now
from wpt_core.safety.gate import Gate, GateOutput
from wpt_core.safety.limits import Limits
from wpt_core.safety.odometry import Motion, OdometryCheck
from wpt_core.safety.settings import GateSettings, OdometrySettings
from wpt_core.safety.sources import UNKNOWN, Doubts, Source, Sources
from wpt_core.safety.states import TRANSITIONS, Event, GateState, Transition, next_state
from wpt_core.safety.watch import Watch

__all__ = [
    'TRANSITIONS',
    'UNKNOWN',
    'Clocks',
    'Doubts',
    'Event',
    'Gate',
    'GateOutput',
    'GateSettings',
    'GateState',
    'Limits',
    'Motion',
    'Now',
    'OdometryCheck',
    'OdometrySettings',
    'Source',
    'Sources',
    'Transition',
    'Watch',
    'next_state',
]
