# SPDX-License-Identifier: Apache-2.0
"""Is a node still heard, by the clock on the wall?"""

__all__ = ['Silence']

_STEP_S = 0.1


class Silence:
    """Call `heard` for each message, and `listened` regularly.

    A node that was never heard is not lost. Of a long time between two calls only 0.1 s counts:
    messages may have come meanwhile that the caller has not taken yet.
    """

    def __init__(self, limit_s: float = 0.5) -> None:
        self._limit_s = limit_s
        self._silent_s = 0.0
        self._listened_s: float | None = None
        self._heard = False

    @property
    def lost(self) -> bool:
        return self._silent_s > self._limit_s

    def heard(self) -> None:
        self._heard, self._silent_s = True, 0.0

    def listened(self, now_s: float) -> None:
        """All messages until now were taken; `now_s` never jumps."""
        if self._heard and self._listened_s is not None:
            self._silent_s += min(now_s - self._listened_s, _STEP_S)
        self._listened_s = now_s

    def lose(self) -> None:
        """The middleware says that it has missed its deadline, or is gone."""
        self._silent_s = float('inf')
