# SPDX-License-Identifier: Apache-2.0
"""From the table of wires to what ROS wants to know: message types and quality of service."""

from enum import Enum
from importlib import import_module
from typing import Any

from rclpy.qos import DurabilityPolicy, HistoryPolicy, QoSProfile, ReliabilityPolicy

from wpt_ros.wires import Quality

__all__ = ['Reliability', 'profile', 'type_of']


class Reliability(Enum):
    """For the wires of sensors; all others are reliable anyway."""

    BEST_EFFORT = 'best_effort'
    RELIABLE = 'reliable'


def profile(quality: Quality, sensors: Reliability = Reliability.BEST_EFFORT) -> QoSProfile:
    """The quality of service of a wire."""
    loose = quality is Quality.SENSOR and sensors is Reliability.BEST_EFFORT
    kept = quality is Quality.KEPT
    return QoSProfile(
        history=HistoryPolicy.KEEP_LAST,
        depth=10 if quality is Quality.SURE else 1,
        reliability=ReliabilityPolicy.BEST_EFFORT if loose else ReliabilityPolicy.RELIABLE,
        durability=DurabilityPolicy.TRANSIENT_LOCAL if kept else DurabilityPolicy.VOLATILE,
    )


def type_of(name: str) -> Any:
    """The class of `package/msg/Name` or `package/srv/Name`; ImportError where it is missing."""
    package, kind, plain = name.split('/')
    return getattr(import_module(f'{package}.{kind}'), plain)
