# SPDX-License-Identifier: Apache-2.0
"""Lateral commands in the words of others: Ackermann messages, and Autoware's lateral control."""

from collections.abc import Callable
from enum import Enum
from typing import Any

from wpt_core.types import InputError, LateralCommand
from wpt_core.vehicle import Chassis, wheel_angle_from_curvature
from wpt_ros import topics
from wpt_ros.conversions.stamps import stamp_of
from wpt_ros.qos import type_of
from wpt_ros.topics import Topic

__all__ = ['Output', 'actuator_message', 'output_topic', 'output_type']


class Output(Enum):
    """In whose words the gate speaks besides its own."""

    NONE = 'none'
    ACKERMANN = 'ackermann'
    AUTOWARE = 'autoware'


_WIRES = {Output.ACKERMANN: topics.ACKERMANN, Output.AUTOWARE: topics.AUTOWARE}


def output_topic(output: Output) -> Topic:
    """The topic; of `NONE` there is none."""
    return _WIRES[output]


def output_type(output: Output) -> Any:
    """The message class; InputError where its package is not installed."""
    topic = output_topic(output)
    try:
        return type_of(topic.type_name)
    except ImportError as error:
        package = topic.type_name.partition('/')[0]
        raise InputError(
            f'parameter output: {output.value} needs the package {package}, which is not '
            'installed; install it, or set output: none'
        ) from error


def actuator_message(
    output: Output,
    make: Callable[[], Any],
    command: LateralCommand,
    *,
    vehicle: Chassis,
    speed_mps: float,
) -> Any:
    """Of a valid command; what is not valid has no words there and must not be sent.

    The angle is that of the front road wheels at this speed, understeer included. An Ackermann
    message also names a speed: the one that is driven, because the speed is not ours to choose.
    """
    angle_rad, soon_rad = (
        float(wheel_angle_from_curvature(vehicle, curvature_1pm, speed_mps))
        for curvature_1pm in (
            command.curvature_1pm,
            command.curvature_1pm + 0.01 * command.curvature_rate_1pmps,
        )
    )
    rate_radps = (soon_rad - angle_rad) / 0.01
    message, stamp = make(), stamp_of(command.stamp_s)
    if output is Output.AUTOWARE:
        message.stamp = message.control_time = stamp
        message.steering_tire_angle = angle_rad
        message.steering_tire_rotation_rate = rate_radps
        message.is_defined_steering_tire_rotation_rate = True
        return message
    message.header.stamp, message.header.frame_id = stamp, 'base_link'
    message.drive.steering_angle = angle_rad
    message.drive.steering_angle_velocity = abs(rate_radps)
    message.drive.speed = speed_mps
    return message
