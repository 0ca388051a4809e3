# SPDX-License-Identifier: Apache-2.0
"""May we steer? Limits, watchdog, engagement, and the gate that puts them together."""

from wpt_core.safety.gate import Gate, Passed
from wpt_core.safety.limits import Limits
from wpt_core.safety.neighbours import Neighbours
from wpt_core.safety.settings import GateSettings
from wpt_core.safety.states import TRANSITIONS, Event, GateState, Transition, next_state
from wpt_core.safety.watch import Watch

__all__ = [
    'TRANSITIONS',
    'Event',
    'Gate',
    'GateSettings',
    'GateState',
    'Limits',
    'Neighbours',
    'Passed',
    'Transition',
    'Watch',
    'next_state',
]
