# SPDX-License-Identifier: Apache-2.0
"""A recording played again: which messages are due by now?"""

from collections.abc import Collection, Iterator

from wpt_core.bags.reader import Bag, RawMessage
from wpt_core.types import InputError

__all__ = ['Playback']


class Playback:
    """Hands out messages in the order of their stamps; the caller owns the clock."""

    def __init__(self, bag: Bag, topics: Collection[str], *, start_offset_s: float = 0.0) -> None:
        """InputError where nothing is left to play."""
        start_ns, stop_ns = bag.info.start_ns, bag.info.stop_ns
        if start_ns is None or stop_ns is None or not topics:
            raise InputError(f'{bag.info.path}: nothing to play; expected messages on some topic')
        self.start_ns = start_ns + round(start_offset_s * 1e9)
        self.stop_ns = stop_ns
        if not start_ns <= self.start_ns <= stop_ns:
            raise InputError(
                f'{bag.info.path}: cannot start at {start_offset_s:g} s; expected 0 to '
                f'{bag.info.duration_s:g}'
            )
        self._bag, self._topics = bag, tuple(topics)
        self.rewind()

    def rewind(self) -> None:
        """From the start again."""
        self._coming = self._bag.raw_messages(self._topics, start_ns=self.start_ns)
        self._next: RawMessage | None = next(self._coming, None)

    @property
    def done(self) -> bool:
        return self._next is None

    def due(self, time_ns: int) -> Iterator[RawMessage]:
        """Those up to this time that have not been handed out yet."""
        while self._next is not None and self._next.stamp_ns <= time_ns:
            message, self._next = self._next, next(self._coming, None)
            yield message
