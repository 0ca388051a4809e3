# SPDX-License-Identifier: Apache-2.0
"""Content of a bag: topics, counts, rates, gaps."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from wpt_core.bags.qos import TopicQos
from wpt_core.bags.storage import Int64Array
from wpt_core.types import Level, Notice

__all__ = ['BagInfo', 'Gap', 'TopicInfo', 'topic_info']

# A gap is a pause longer than the topic's jitter and a scheduler's delay.
GAP_MEDIANS = 3.0
GAP_LEAST_S = 0.2


@dataclass(frozen=True, slots=True)
class Gap:
    """A pause between two messages of a topic."""

    topic: str
    start_ns: int
    length_s: float


@dataclass(frozen=True, slots=True)
class TopicInfo:
    """One topic; stamps are None without messages, rate and gap with fewer than two."""

    name: str
    type_name: str
    count: int
    first_ns: int | None
    last_ns: int | None
    rate_hz: float | None
    largest_gap_s: float | None
    gaps: tuple[Gap, ...]
    """Pauses longer than three times the median interval and than 0.2 s, in order of time."""
    qos: tuple[TopicQos, ...]
    """One profile per recorded publisher."""
    readable: bool
    """Whether the type is known, so that messages can be decoded."""


@dataclass(frozen=True, slots=True)
class BagInfo:
    """A whole bag."""

    path: Path
    storage: str
    """mcap, sqlite3 or rosbag1."""
    size_bytes: int
    distribution: str
    """ROS distribution of the definitions that the bag does not contain."""
    start_ns: int | None
    stop_ns: int | None
    """Stamps of the first and the last message; None without messages."""
    message_count: int
    topics: tuple[TopicInfo, ...]
    notices: tuple[Notice, ...]

    @property
    def duration_s(self) -> float:
        """From the first message to the last."""
        if self.start_ns is None or self.stop_ns is None:
            return 0.0
        return (self.stop_ns - self.start_ns) * 1e-9

    @property
    def damaged(self) -> bool:
        """Whether recorded data is unreadable."""
        return any(notice.level is Level.ERROR for notice in self.notices)


def topic_info(
    name: str,
    type_name: str,
    *,
    stamps_ns: Int64Array,
    qos: tuple[TopicQos, ...],
    readable: bool,
) -> TopicInfo:
    """Return count, rate and gaps of messages with these ascending stamps."""
    intervals_s = np.diff(stamps_ns) * 1e-9
    several = len(intervals_s) > 0
    span_s = float(intervals_s.sum())
    return TopicInfo(
        name,
        type_name,
        len(stamps_ns),
        int(stamps_ns[0]) if len(stamps_ns) else None,
        int(stamps_ns[-1]) if len(stamps_ns) else None,
        len(intervals_s) / span_s if span_s > 0.0 else None,
        float(intervals_s.max()) if several else None,
        _gaps(name, stamps_ns) if several else (),
        qos,
        readable,
    )


def _gaps(name: str, stamps_ns: Int64Array) -> tuple[Gap, ...]:
    intervals_s = np.diff(stamps_ns) * 1e-9
    longest_s = max(GAP_MEDIANS * float(np.median(intervals_s)), GAP_LEAST_S)
    return tuple(
        Gap(name, int(stamps_ns[index]), float(intervals_s[index]))
        for index in np.flatnonzero(intervals_s > longest_s)
    )
