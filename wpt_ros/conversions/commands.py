# SPDX-License-Identifier: Apache-2.0
"""Lateral commands, driving commands, the gate's state and notices, to and from messages."""

from collections.abc import Iterable

from builtin_interfaces.msg import Time
from wpt_msgs.msg import DriveState, DrivingCommand
from wpt_msgs.msg import LateralCommand as LateralMessage
from wpt_msgs.msg import Notice as NoticeMessage

from wpt_core.safety import GateState
from wpt_core.types import Command, InputError, LateralCommand, Level, Notice
from wpt_ros.conversions.stamps import seconds, stamp_of

__all__ = [
    'command_of',
    'driving_message',
    'lateral_message',
    'lateral_of',
    'notice_message',
    'notice_messages',
    'state_message',
]

_LEVELS = {
    Level.INFO: NoticeMessage.INFO,
    Level.WARNING: NoticeMessage.WARNING,
    Level.ERROR: NoticeMessage.ERROR,
}


def lateral_of(message: LateralMessage) -> LateralCommand:
    """Return the command unchecked; the gate checks its numbers."""
    return LateralCommand(
        stamp_s=seconds(message.header.stamp),
        plan_stamp_s=seconds(message.plan_stamp),
        curvature_1pm=message.curvature_1pm,
        curvature_rate_1pmps=message.curvature_rate_1pmps,
        valid=message.valid,
    )


def lateral_message(command: LateralCommand) -> LateralMessage:
    message = LateralMessage(
        plan_stamp=stamp_of(command.plan_stamp_s),
        curvature_1pm=command.curvature_1pm,
        curvature_rate_1pmps=command.curvature_rate_1pmps,
        valid=command.valid,
    )
    message.header.stamp, message.header.frame_id = stamp_of(command.stamp_s), 'base_link'
    return message


def command_of(message: DrivingCommand) -> Command:
    """Return the command; raise InputError for a number that is no constant of the message."""
    try:
        return Command(message.command)
    except ValueError as error:
        known = ', '.join(f'{command.value} {command.name}' for command in Command)
        raise InputError(
            f'driving command {message.command} is unknown; expected one of {known}'
        ) from error


def driving_message(command: Command, stamp: Time) -> DrivingCommand:
    message = DrivingCommand(command=int(command))
    message.header.stamp = stamp
    return message


def state_message(state: GateState, reasons: Iterable[Notice], *, stamp: Time) -> DriveState:
    message = DriveState(state=int(state), reasons=notice_messages(reasons))
    message.header.stamp = stamp
    return message


def notice_messages(notices: Iterable[Notice]) -> list[NoticeMessage]:
    return [notice_message(notice) for notice in notices]


def notice_message(notice: Notice) -> NoticeMessage:
    return NoticeMessage(level=_LEVELS[notice.level], code=notice.code, text=notice.text)
