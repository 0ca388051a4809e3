# SPDX-License-Identifier: Apache-2.0
"""Which topics of a recording are played, as what, and in which quality."""

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
"""The player has a clock of its own; the others are of the nodes that ran then."""
_LEAST_DEPTH, _MOST_DEPTH = 10, 1000
"""A recording may ask for any; DDS refuses what is beyond its limits."""


@dataclass(frozen=True, slots=True)
class PlayedTopic:
    """One topic to play."""

    topic: str
    """As it is recorded."""
    type_name: str
    kind: Any
    """The class of its messages."""
    quality: QoSProfile

    @property
    def name(self) -> str:
        """Relative, so that a namespace moves it, but for the transforms."""
        return self.topic if self.topic.startswith('/tf') else self.topic.lstrip('/')


@dataclass(frozen=True, slots=True)
class Playlist:
    """What of a recording is played, and what is not."""

    played: tuple[PlayedTopic, ...]
    ours: tuple[str, ...]
    """Left out, because our own nodes say that."""
    unplayable: tuple[str, ...]
    """Cannot be played: topic, and why."""


def playlist_of(info: BagInfo, *, everything: bool) -> Playlist:
    """Without what our own nodes say, unless `everything`."""
    there = [topic for topic in info.topics if topic.count and topic.name not in _NEVER]
    ours = [] if everything else [topic for topic in there if _is_ours(topic.name)]
    played: dict[str, PlayedTopic] = {}
    unplayable = []
    for topic in there:
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
    """Reliable, so that whoever listens is served; kept for later ones if it was so."""
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
    """Why it cannot be; empty if it can."""
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
