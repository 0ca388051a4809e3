# SPDX-License-Identifier: Apache-2.0
"""QoS profiles of recorded topics, as bags store them."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from rosbags.interfaces import (
    Qos,
    QosDurability,
    QosHistory,
    QosLiveliness,
    QosReliability,
    QosTime,
)
from rosbags.rosbag2.errors import ReaderError
from rosbags.rosbag2.metadata import parse_qos

from wpt_core.types import InputError

__all__ = ['TopicQos', 'profiles_from_text', 'rosbags_qos']

# rosbag2 writes this for an infinite deadline, lifespan or lease (RMW_DURATION_INFINITE).
INFINITE = QosTime(9223372036, 854775807)
LONGEST_TEXT = 2**16
# Raised by the library and its YAML parser for invalid profiles.
UNREADABLE = (
    ReaderError,
    InputError,
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)


@dataclass(frozen=True, slots=True)
class TopicQos:
    """The QoS settings that decide whether a subscriber matches a publisher."""

    reliability: Literal['reliable', 'best_effort'] = 'reliable'
    durability: Literal['volatile', 'transient_local'] = 'volatile'
    history: Literal['keep_last', 'keep_all'] = 'keep_last'
    depth: int = 10

    def __post_init__(self) -> None:
        _check_choice('reliability', self.reliability, ('reliable', 'best_effort'))
        _check_choice('durability', self.durability, ('volatile', 'transient_local'))
        _check_choice('history', self.history, ('keep_last', 'keep_all'))
        if not 0 <= self.depth < 2**31:
            raise InputError(f'depth of a topic must be from 0 to {2**31 - 1}, not {self.depth}')


def rosbags_qos(qos: TopicQos) -> Qos:
    """Convert to the type of the rosbags library."""
    return Qos(
        QosHistory[qos.history.upper()],
        qos.depth,
        QosReliability[qos.reliability.upper()],
        QosDurability[qos.durability.upper()],
        INFINITE,
        INFINITE,
        QosLiveliness.AUTOMATIC,
        INFINITE,
        avoid_ros_namespace_conventions=False,
    )


# Topics and bags of a data set repeat the same profiles.
@lru_cache(maxsize=256)
def profiles_from_text(text: str) -> tuple[TopicQos, ...]:
    """Parse the stored profiles of a topic; return none if they are unreadable.

    Settings that the middleware left open ("system default", "unknown") become those of
    `TopicQos()`.
    """
    if len(text) > LONGEST_TEXT:
        return ()
    try:
        return tuple(_from_rosbags(profile) for profile in parse_qos(text))
    except UNREADABLE:
        return ()


def _from_rosbags(profile: Qos) -> TopicQos:
    best_effort = profile.reliability is QosReliability.BEST_EFFORT
    latched = profile.durability is QosDurability.TRANSIENT_LOCAL
    everything = profile.history is QosHistory.KEEP_ALL
    return TopicQos(
        'best_effort' if best_effort else 'reliable',
        'transient_local' if latched else 'volatile',
        'keep_all' if everything else 'keep_last',
        int(profile.depth),
    )


def _check_choice(field: str, value: str, accepted: tuple[str, ...]) -> None:
    if value not in accepted:
        raise InputError(f'{field} of a topic must be one of {", ".join(accepted)}, not {value!r}')
