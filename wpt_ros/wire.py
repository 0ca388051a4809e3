# SPDX-License-Identifier: Apache-2.0
"""What is to be known of a topic or a service."""

from dataclasses import dataclass
from enum import Enum

__all__ = ['Call', 'Quality', 'Wire']


class Quality(Enum):
    """How much is done for a message to arrive."""

    SENSOR = 'best effort, the newest only'
    SURE = 'reliable, the last 10'
    KEPT = 'reliable, the last one also for who comes later'


@dataclass(frozen=True, slots=True)
class Wire:
    """One topic."""

    name: str
    type_name: str
    """As in `nav_msgs/msg/Odometry`."""
    quality: Quality
    speakers: tuple[str, ...]
    """Nodes of ours that publish it; `car` for what comes from outside on a real one."""
    meaning: str
    rate_hz: float | None = None
    """None: when there is something to say."""
    stale_after_s: float | None = None
    """Who needs it does without from this age on."""
    exclusive: bool = False
    """A second speaker is reported and blocks engaging."""

    def of(self, camera: str) -> 'Wire':
        """The same for one camera."""
        return Wire(
            self.name.format(camera=camera),
            self.type_name,
            self.quality,
            self.speakers,
            self.meaning,
            self.rate_hz,
            self.stale_after_s,
            self.exclusive,
        )


@dataclass(frozen=True, slots=True)
class Call:
    """One service."""

    name: str
    type_name: str
    server: str
    meaning: str
