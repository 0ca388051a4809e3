# SPDX-License-Identifier: Apache-2.0
"""State machine of the gate as one transition table."""

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
    """Conditions that the gate evaluates in each tick; the values describe them."""

    BROKEN = 'numbers, clock, odometry or publishers are invalid (see Faults)'
    DISENGAGE = 'the driver or a program requests to disengage'
    DRIVER_STEERS = 'the driver holds the wheel against the plan'
    DRIVER_KEEPS = 'the driver steers for longer than override_s'
    LOST = 'plan, command, odometry or torque is older than lost_s, or there is none'
    LATE = 'plan, command, odometry or torque is older than late_s'
    ENGAGE = 'the driver requests to engage, and nothing blocks it'
    RELEASED = 'the wheel is free for release_s, and nothing is late'
    SOUND = 'nothing is late'
    HEALED = 'the cause of the fault is gone for healed_s'


@dataclass(frozen=True, slots=True)
class Transition:
    """In one of these states, this event leads to `to`."""

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
"""In order of priority: the first matching row applies."""


def next_state(state: GateState, events: Collection[Event]) -> GateState:
    """Return the next state; the same one if no row matches."""
    for row in TRANSITIONS:
        if state in row.of and row.event in events:
            return row.to
    return state
