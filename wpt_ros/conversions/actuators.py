# SPDX-License-Identifier: Apache-2.0
"""Lateral commands as Ackermann messages and as Autoware's lateral control."""

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
    """Additional output format of the gate."""

    NONE = 'none'
    ACKERMANN = 'ackermann'
    AUTOWARE = 'autoware'


_OUTPUT_TOPICS = {Output.ACKERMANN: topics.ACKERMANN, Output.AUTOWARE: topics.AUTOWARE}


def output_topic(output: Output) -> Topic:
    """Return the topic of an output other than `NONE`."""
    return _OUTPUT_TOPICS[output]


def output_type(output: Output) -> Any:
    """Return the message class; raise InputError if its package is not installed."""
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
    """Return the message of a valid command; these messages cannot express an invalid one.

    The angle is that of the front road wheels at this speed, understeer included. An Ackermann
    message needs a speed: the current one, as the gate does not control the speed.
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
