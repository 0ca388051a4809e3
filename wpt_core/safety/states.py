# SPDX-License-Identifier: Apache-2.0
"""Who steers, and what changes that: the gate's whole behaviour as one table."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum, IntEnum

__all__ = ['TRANSITIONS', 'Event', 'GateState', 'Transition', 'next_state']


class GateState(IntEnum):
    """The numbers are those of the message."""

    DISENGAGED = 0
    ENGAGED = 1
    DEGRADED = 2
    OVERRIDDEN = 3
    FAULT = 4


class Event(Enum):
    """What the gate finds when it looks; the value says it in words."""

    BROKEN = 'numbers, clock, odometry or publishers are not what they must be (see Faults)'
    DISENGAGE = 'the driver or the program asks to disengage'
    DRIVER_STEERS = 'the driver holds the wheel against the plan'
    DRIVER_KEEPS = 'the driver steers for longer than override_s'
    LOST = 'plan, command, odometry or torque is older than lost_s, or there is none'
    LATE = 'plan, command, odometry or torque is older than late_s'
    ENGAGE = 'the driver asks to engage, and nothing speaks against it'
    RELEASED = 'the wheel is free for release_s, and nothing is late'
    SOUND = 'nothing is late'
    HEALED = 'the cause of the fault is gone for healed_s'


@dataclass(frozen=True, slots=True)
class Transition:
    """In one of these states, this event leads there."""

    of: tuple[GateState, ...]
    event: Event
    to: GateState


_OFF, _ON = GateState.DISENGAGED, GateState.ENGAGED
_WEAK, _DRIVER, _FAULT = GateState.DEGRADED, GateState.OVERRIDDEN, GateState.FAULT

TRANSITIONS = (
    Transition(tuple(GateState), Event.BROKEN, _FAULT),
    Transition((_FAULT,), Event.HEALED, _OFF),
    Transition((_ON, _WEAK, _DRIVER), Event.DISENGAGE, _OFF),
    Transition((_ON, _WEAK, _DRIVER), Event.LOST, _OFF),
    Transition((_DRIVER,), Event.DRIVER_KEEPS, _OFF),
    Transition((_ON, _WEAK), Event.DRIVER_STEERS, _DRIVER),
    Transition((_ON,), Event.LATE, _WEAK),
    Transition((_WEAK,), Event.SOUND, _ON),
    Transition((_DRIVER,), Event.RELEASED, _ON),
    Transition((_OFF,), Event.ENGAGE, _ON),
)
"""In order: of all rows that fit, the first one counts."""


def next_state(state: GateState, events: Collection[Event]) -> GateState:
    """Where these events lead from this state; nowhere else if no row of the table fits."""
    for row in TRANSITIONS:
        if state in row.of and row.event in events:
            return row.to
    return state
