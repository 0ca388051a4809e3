# SPDX-License-Identifier: Apache-2.0
"""Selection of the topics of a recording to play, with their types and QoS."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rclpy.exceptions import InvalidTopicNameException
from rclpy.qos import DurabilityPolicy, HistoryPolicy, QoSProfile, ReliabilityPolicy
from rclpy.validate_full_topic_name import validate_full_topic_name

from wpt_core.bags import BagInfo, TopicInfo, TopicQos
from wpt_ros.qos import type_of
from wpt_ros.topics import TOPICS

__all__ = ['PlayedTopic', 'Playlist', 'playlist_of', 'publisher_quality']

_CAR = 'car'
_OURS = tuple(
    re.compile('/?(.*/)?' + re.escape(topic.name.lstrip('/')).replace(r'\{camera\}', '[^/]+'))
    for topic in TOPICS
    if _CAR not in topic.publishers
)
_NEVER = ('/clock', '/rosout', '/parameter_events')
"""The player publishes its own clock; the other topics belong to the recorded nodes."""
_LEAST_DEPTH, _MOST_DEPTH = 10, 1000
"""A recording may name any depth; DDS rejects those beyond its limits."""


@dataclass(frozen=True, slots=True)
class PlayedTopic:
    """One topic to play."""

    topic: str
    """Recorded name."""
    type_name: str
    kind: Any
    """The class of its messages."""
    quality: QoSProfile

    @property
    def name(self) -> str:
        """Return the name to publish: relative, so that a namespace applies, except for TF."""
        return self.topic if self.topic.startswith('/tf') else self.topic.lstrip('/')


@dataclass(frozen=True, slots=True)
class Playlist:
    """The topics of a recording that are played, and those that are not."""

    played: tuple[PlayedTopic, ...]
    ours: tuple[str, ...]
    """Left out, because our own nodes publish them."""
    unplayable: tuple[str, ...]
    """Topics that cannot be played, with the reason."""


def playlist_of(info: BagInfo, *, everything: bool) -> Playlist:
    """Select the topics; those of our own nodes only with `everything`."""
    recorded = [topic for topic in info.topics if topic.count and topic.name not in _NEVER]
    ours = [] if everything else [topic for topic in recorded if _is_ours(topic.name)]
    played: dict[str, PlayedTopic] = {}
    unplayable = []
    for topic in recorded:
        if topic in ours:
            continue
        reason = _reason_not_played(topic)
        if topic.name in played:
            reason = f'also recorded as {played[topic.name].type_name}'
        if reason:
            unplayable.append(f'{topic.name} ({topic.type_name}: {reason})')
        else:
            kind, quality = type_of(topic.type_name), publisher_quality(topic.qos)
            played[topic.name] = PlayedTopic(topic.name, topic.type_name, kind, quality)
    return Playlist(tuple(played.values()), tuple(topic.name for topic in ours), tuple(unplayable))


def publisher_quality(recorded: Sequence[TopicQos]) -> QoSProfile:
    """Return a reliable profile, which all subscribers match; transient local if recorded so."""
    kept = any(one.durability == 'transient_local' for one in recorded)
    depth = max((one.depth for one in recorded), default=0)
    return QoSProfile(
        history=HistoryPolicy.KEEP_LAST,
        depth=min(max(depth, _LEAST_DEPTH), _MOST_DEPTH),
        reliability=ReliabilityPolicy.RELIABLE,
        durability=DurabilityPolicy.TRANSIENT_LOCAL if kept else DurabilityPolicy.VOLATILE,
    )


def _is_ours(topic: str) -> bool:
    return any(ours.fullmatch(topic) for ours in _OURS)


def _reason_not_played(topic: TopicInfo) -> str:
    """Return the reason why a topic cannot be played; empty if it can."""
    try:
        validate_full_topic_name(f'/{topic.name.lstrip("/")}')
    except InvalidTopicNameException:
        return 'no name of a topic in ROS 2'
    package, _, rest = topic.type_name.partition('/')
    if not rest.startswith('msg/') or not package.isidentifier():
        return 'no type of a message'
    try:
        type_of(topic.type_name)
    except (ImportError, AttributeError, ValueError):
        return 'not installed'
    return ''
