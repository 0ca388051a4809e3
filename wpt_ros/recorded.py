# SPDX-License-Identifier: Apache-2.0
"""Which topics of a recording are played, and in which quality."""

import re
from collections.abc import Sequence

from rclpy.qos import DurabilityPolicy, HistoryPolicy, QoSProfile, ReliabilityPolicy

from wpt_core.bags import BagInfo, TopicQos
from wpt_ros.wires import WIRES

__all__ = ['played_topics', 'publisher_quality']

_OUTSIDE = ('car', 'player')
_OURS = tuple(
    re.compile('/?(.*/)?' + re.escape(wire.name.lstrip('/')).replace(r'\{camera\}', '[^/]+'))
    for wire in WIRES
    if not set(wire.speakers) & set(_OUTSIDE)
)
_NEVER = ('/clock', '/rosout', '/parameter_events')
"""The player has a clock of its own; the others are of the nodes that ran then."""


def played_topics(
    info: BagInfo, *, everything: bool
) -> dict[str, tuple[str, tuple[TopicQos, ...]]]:
    """Name to type and qualities; without what our own nodes say, unless `everything`."""
    return {
        topic.name: (topic.type_name, topic.qos)
        for topic in info.topics
        if topic.count
        and topic.name not in _NEVER
        and (everything or not any(ours.fullmatch(topic.name) for ours in _OURS))
    }


def publisher_quality(recorded: Sequence[TopicQos]) -> QoSProfile:
    """Reliable, so that whoever listens is served; kept for later ones if it was so."""
    kept = any(one.durability == 'transient_local' for one in recorded)
    return QoSProfile(
        history=HistoryPolicy.KEEP_LAST,
        depth=max(10, *(one.depth for one in recorded)) if recorded else 10,
        reliability=ReliabilityPolicy.RELIABLE,
        durability=DurabilityPolicy.TRANSIENT_LOCAL if kept else DurabilityPolicy.VOLATILE,
    )
