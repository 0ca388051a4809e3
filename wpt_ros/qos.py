# SPDX-License-Identifier: Apache-2.0
"""Message types and QoS profiles of the topics in the table."""

from enum import Enum
from importlib import import_module
from typing import Any

from rclpy.duration import Duration
from rclpy.qos import (
    DurabilityPolicy,
    HistoryPolicy,
    LivelinessPolicy,
    QoSProfile,
    ReliabilityPolicy,
)

from wpt_ros.topics import Quality, Topic

__all__ = ['Reliability', 'profile', 'publisher_profile', 'subscription_profile', 'type_of']


_LAST_WORD_S = 0.5
"""Least lifespan of a watched topic: the last message of a gate that ends must still reach a
subscriber that stalls briefly."""


class Reliability(Enum):
    """Reliability of sensor topics; all other topics are reliable."""

    BEST_EFFORT = 'best_effort'
    RELIABLE = 'reliable'


def profile(quality: Quality, sensors: Reliability = Reliability.BEST_EFFORT) -> QoSProfile:
    """Return the QoS profile of a quality."""
    loose = quality is Quality.SENSOR and sensors is Reliability.BEST_EFFORT
    kept = quality is Quality.LATCHED
    return QoSProfile(
        history=HistoryPolicy.KEEP_LAST,
        depth=10 if quality is Quality.RELIABLE else 1,
        reliability=ReliabilityPolicy.BEST_EFFORT if loose else ReliabilityPolicy.RELIABLE,
        durability=DurabilityPolicy.TRANSIENT_LOCAL if kept else DurabilityPolicy.VOLATILE,
    )


def publisher_profile(
    topic: Topic, sensors: Reliability = Reliability.BEST_EFFORT, *, simulated: bool
) -> QoSProfile:
    """Return the profile that our publishers offer.

    With simulated time a message may be old on the clock of DDS, so only watched topics have a
    lifespan then.
    """
    offered = profile(topic.quality, sensors)
    if topic.stale_after_s is not None and (topic.watched or not simulated):
        least_s = _LAST_WORD_S if topic.watched else 0.0
        offered.lifespan = Duration(seconds=max(topic.stale_after_s, least_s))
        if topic.rate_hz is not None:
            offered.deadline = Duration(seconds=topic.stale_after_s)
    if topic.watched:
        _with_liveliness(offered, topic)
    return offered


def subscription_profile(
    topic: Topic, sensors: Reliability = Reliability.BEST_EFFORT, *, simulated: bool
) -> QoSProfile:
    """Return the profile that our subscribers request.

    A publisher that offers less is not matched. Drivers of cars and recordings offer no deadline,
    so only subscriptions to watched topics request one.
    """
    requested = profile(topic.quality, sensors)
    if topic.watched and not simulated:
        requested.deadline = Duration(seconds=topic.stale_after_s or 0.0)
        _with_liveliness(requested, topic)
    return requested


def _with_liveliness(quality: QoSProfile, topic: Topic) -> None:
    quality.liveliness = LivelinessPolicy.AUTOMATIC
    quality.liveliness_lease_duration = Duration(seconds=topic.stale_after_s or 0.0)


def type_of(name: str) -> Any:
    """Return the class of `package/msg/Name` or `package/srv/Name`; ImportError if missing."""
    package, kind, plain = name.split('/')
    return getattr(import_module(f'{package}.{kind}'), plain)
