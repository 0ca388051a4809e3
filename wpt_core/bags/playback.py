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
        """From the start again."""
        self._coming = self._bag.raw_messages(self._topics, start_ns=self.start_ns)
        self._next: RawMessage | None = next(self._coming, None)

    @property
    def done(self) -> bool:
        """Has everything been handed out?"""
        return self._next is None

    def due(self, time_ns: int) -> Iterator[RawMessage]:
        """Those up to this time that have not been handed out yet.

        BagError where one cannot be read; all before it have been handed out then, and that is
        the end.
        """
        while self._next is not None and self._next.stamp_ns <= time_ns:
            message, self._next = self._next, None
            try:
                self._next = next(self._coming, None)
            finally:
                yield message
