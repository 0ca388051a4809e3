# SPDX-License-Identifier: Apache-2.0
"""Entries of the tables in `wpt_ros.topics`: one topic or one service."""

from dataclasses import dataclass, replace
from enum import Enum

from wpt_core.types import InputError

__all__ = ['Quality', 'Service', 'Topic']


class Quality(Enum):
    """Quality of service of a topic."""

    SENSOR = 'best effort, the newest only'
    RELIABLE = 'reliable, the last 10'
    LATCHED = 'reliable, late subscribers get the last one'


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic."""

    name: str
    type_name: str
    """As in `nav_msgs/msg/Odometry`."""
    quality: Quality
    publishers: tuple[str, ...]
    """Our nodes that publish it; `car` stands for the drivers of a real car."""
    meaning: str
    rate_hz: float | None = None
    """None: published on change."""
    stale_after_s: float | None = None
    """Consumers treat older messages as missing. Our publishers offer it as lifespan, and as
    deadline where there is a rate, unless time is simulated."""
    exclusive: bool = False
    """A second publisher is a fault while the gate steers, and blocks engaging."""
    watched: bool = False
    """Subscribers must detect when it stops: publishers offer deadline, lifespan and liveliness on
    any clock, and our subscribers request them unless time is simulated."""
    most_bytes: int = 2**16
    """A larger message is rejected before deserialisation, which could take seconds."""

    def of(self, camera: str) -> 'Topic':
        """Return the topic of one camera."""
        return replace(self, name=self.name.format(camera=camera))

    def check_size(self, content: bytes) -> None:
        """Raise InputError for a serialised message that is too large."""
        if len(content) > self.most_bytes:
            raise InputError(
                f'a message has {len(content)} bytes, expected at most {self.most_bytes}; it is '
                'ignored: check its publisher'
            )


@dataclass(frozen=True, slots=True)
class Service:
    """One service."""

    name: str
    type_name: str
    server: str
    meaning: str
