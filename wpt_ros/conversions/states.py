# SPDX-License-Identifier: Apache-2.0
"""State and notices of gate and planner, from their messages."""

from collections.abc import Iterable
from dataclasses import dataclass
from types import MappingProxyType

from wpt_msgs.msg import DriveState, PlannerStatus
from wpt_msgs.msg import Notice as NoticeMessage

from wpt_core.safety import GateState
from wpt_core.types import InputError, Level, Notice

__all__ = ['GateSummary', 'PlannerSummary', 'gate_summary', 'notices_of', 'planner_summary']

_LEVELS = MappingProxyType(
    {
        NoticeMessage.INFO: Level.INFO,
        NoticeMessage.WARNING: Level.WARNING,
        NoticeMessage.ERROR: Level.ERROR,
    }
)
_PLANNER = MappingProxyType(
    {
        PlannerStatus.WAITING: 'WAITING',
        PlannerStatus.PLANNING: 'PLANNING',
        PlannerStatus.DEGRADED: 'DEGRADED',
        PlannerStatus.FAULT: 'FAULT',
    }
)


@dataclass(frozen=True, slots=True)
class GateSummary:
    """State of the gate, with its reasons."""

    state: GateState
    reasons: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class PlannerSummary:
    """State of the planner, with its notices."""

    state: str
    """One of the names in `wpt_msgs/PlannerStatus`."""
    notices: tuple[Notice, ...] = ()


def gate_summary(message: DriveState) -> GateSummary:
    """Return the state; raise InputError for an unknown state or level."""
    try:
        state = GateState(message.state)
    except ValueError as error:
        known = ', '.join(f'{one.value} {one.name}' for one in GateState)
        raise InputError(
            f'state {message.state} of the gate is unknown; expected one of {known}'
        ) from error
    return GateSummary(state, notices_of(message.reasons))


def planner_summary(message: PlannerStatus) -> PlannerSummary:
    """Return the state; raise InputError for an unknown state or level."""
    if message.state not in _PLANNER:
        known = ', '.join(f'{number} {word}' for number, word in _PLANNER.items())
        raise InputError(
            f'state {message.state} of the planner is unknown; expected one of {known}'
        )
    return PlannerSummary(_PLANNER[message.state], notices_of(message.notices))


def notices_of(messages: Iterable[NoticeMessage]) -> tuple[Notice, ...]:
    """Return the notices; raise InputError for an unknown level."""
    return tuple(_notice_of(message) for message in messages)


def _notice_of(message: NoticeMessage) -> Notice:
    if message.level not in _LEVELS:
        raise InputError(
            f'level {message.level} of notice {message.code!r} is unknown; expected 0, 1 or 2'
        )
    return Notice(_LEVELS[message.level], message.code, message.text)
