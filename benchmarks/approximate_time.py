# SPDX-License-Identifier: Apache-2.0
"""Sets of messages of nearly one time, by message_filters or by the same rule written out.

The cameras of the planner are not put together like this (see `CameraSet`): here one lost picture
loses the set. It is what the benchmarks compare with.
"""

from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from itertools import product
from typing import Any, Protocol

from rclpy.time import Time

__all__ = ['OwnSynchroniser', 'PackagedSynchroniser', 'Synchroniser', 'synchroniser']


class Synchroniser(Protocol):
    """One queue a topic; a set has one message of each, and a message is in one set only."""

    def add(self, topic: int, stamp_ns: int, item: Any) -> tuple[Any, ...] | None:
        """The set that this message completes, in the order of the topics."""


class OwnSynchroniser:
    """As the documentation of ApproximateTimeSynchronizer tells it.

    A queue forgets its earliest message when it is full. The new message goes with those of the
    other topics that are nearest to it, if all of a set lie within less than the slop.
    """

    def __init__(self, topics: int, *, queue_size: int, slop_ns: int) -> None:
        self._queues: list[dict[int, Any]] = [{} for _ in range(topics)]
        self._queue_size, self._slop_ns = queue_size, slop_ns

    def add(self, topic: int, stamp_ns: int, item: Any) -> tuple[Any, ...] | None:
        queue = self._queues[topic]
        queue[stamp_ns] = item
        if len(queue) > self._queue_size:
            del queue[min(queue)]
        if stamp_ns not in queue:
            return None
        choices = [self._near(queue, stamp_ns) for queue in self._queues]
        choices[topic] = [stamp_ns]
        # Nearest first; the last topic's choice changes fastest.
        for stamps in product(*choices):
            if max(stamps) - min(stamps) < self._slop_ns:
                return tuple(
                    queue.pop(stamp) for queue, stamp in zip(self._queues, stamps, strict=True)
                )
        return None

    def _near(self, queue: dict[int, Any], stamp_ns: int) -> list[int]:
        within = [one for one in queue if abs(one - stamp_ns) <= self._slop_ns]
        return sorted(within, key=lambda one: abs(one - stamp_ns))


@dataclass(frozen=True, slots=True)
class _Header:
    stamp: Any


@dataclass(frozen=True, slots=True)
class _Stamped:
    """What message_filters needs of a message, and ours in it."""

    header: _Header
    item: Any


class PackagedSynchroniser:
    """By ApproximateTimeSynchronizer itself."""

    def __init__(self, topics: int, *, queue_size: int, slop_ns: int) -> None:
        package = import_module('message_filters')
        self._inputs = [package.SimpleFilter() for _ in range(topics)]
        self._package = package.ApproximateTimeSynchronizer(
            self._inputs, queue_size, slop_ns * 1e-9
        )
        self._package.registerCallback(self._complete)
        self._found: tuple[Any, ...] | None = None

    def add(self, topic: int, stamp_ns: int, item: Any) -> tuple[Any, ...] | None:
        self._found = None
        stamp = Time(nanoseconds=stamp_ns).to_msg()
        self._inputs[topic].signalMessage(_Stamped(_Header(stamp), item))
        return self._found

    def _complete(self, *messages: _Stamped) -> None:
        self._found = tuple(message.item for message in messages)


_CHOSEN = OwnSynchroniser if find_spec('message_filters') is None else PackagedSynchroniser


def synchroniser(topics: int, *, queue_size: int, slop_ns: int) -> Synchroniser:
    """For so many topics; the package's where it is installed."""
    return _CHOSEN(topics, queue_size=queue_size, slop_ns=slop_ns)
