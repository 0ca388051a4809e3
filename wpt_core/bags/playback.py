# SPDX-License-Identifier: Apache-2.0
"""Playback of a bag: which messages are due at a time."""

from collections.abc import Collection, Iterator

from wpt_core.bags.reader import Bag, RawMessage
from wpt_core.types import InputError

__all__ = ['Playback']


class Playback:
    """Yields messages in the order of their stamps; the caller provides the clock."""

    def __init__(self, bag: Bag, topics: Collection[str], *, start_offset_s: float = 0.0) -> None:
        """Raise InputError if there is nothing to play."""
        info = bag.info
        if info.start_ns is None or not topics:
            raise InputError(f'{info.path}: nothing to play; expected messages on some topic')
        if not 0.0 <= start_offset_s <= info.duration_s:
            raise InputError(
                f'{info.path}: cannot start at {start_offset_s:g} s; expected 0 to '
                f'{info.duration_s:g}'
            )
        self.start_ns = info.start_ns + round(start_offset_s * 1e9)
        self._bag, self._topics = bag, tuple(topics)
        self.rewind()
        if self.done:
            raise InputError(
                f'{info.path}: nothing to play from {start_offset_s:g} s on; start earlier'
            )

    def rewind(self) -> None:
        """Restart from the beginning."""
        self._messages = self._bag.raw_messages(self._topics, start_ns=self.start_ns)
        self._next: RawMessage | None = next(self._messages, None)

    @property
    def done(self) -> bool:
        """Whether all messages have been yielded."""
        return self._next is None

    def due(self, time_ns: int) -> Iterator[RawMessage]:
        """Yield the remaining messages up to this time.

        Raise BagError at an unreadable message, which ends the playback.
        """
        while self._next is not None and self._next.stamp_ns <= time_ns:
            message, self._next = self._next, None
            try:
                self._next = next(self._messages, None)
            finally:
                yield message
