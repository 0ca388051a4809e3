# SPDX-License-Identifier: Apache-2.0
"""Which command holds now: what the route says, what the driver asked for, or to keep the lane?"""

import math

from wpt_core.types import Command, InputError

__all__ = ['CommandChoice']

_SIDES = {1: Command.CHANGE_LEFT, -1: Command.CHANGE_RIGHT, 0: None}


class CommandChoice:
    """Commands hold for a while only: who has fallen silent wants nothing any more.

    A change of lane that the driver asks for goes before the route, until the route says
    something else than it did before.
    """

    def __init__(self, *, timeout_s: float = 1.0, change_hold_s: float = 8.0) -> None:
        """`timeout_s`: of the route's commands; `change_hold_s`: of the driver's changes."""
        if not (0.0 < timeout_s < math.inf and 0.0 < change_hold_s < math.inf):
            raise InputError(
                'commands must hold for a finite time above 0 s, '
                f'got {timeout_s} s and {change_hold_s} s'
            )
        self._timeout_s, self._change_hold_s = timeout_s, change_hold_s
        self.reset()

    def reset(self) -> None:
        """Begin anew: keep the lane."""
        self._said, self._said_s = Command.KEEP, -math.inf
        self._change, self._change_s = Command.KEEP, -math.inf
        self._blinker = 0

    def take_route(self, command: Command, now_s: float) -> None:
        """What the route says, as often as it says it."""
        if command is not self._routed(now_s):
            self._change_s = -math.inf
        self._said, self._said_s = command, now_s

    def take_blinker(self, side: int, now_s: float) -> None:
        """1 left, -1 right, 0 off, as often as the car tells it; InputError for other numbers.

        It asks for one change when it is switched on: a blinker that was forgotten asks for no
        second one. Switching it off ends the change.
        """
        if side not in _SIDES:
            raise InputError(f'a blinker is 1 (left), -1 (right) or 0 (off), got {side}')
        if side != self._blinker:
            self._blinker = side
            self.take_change(_SIDES[side], now_s)

    def take_change(self, change: Command | None, now_s: float) -> None:
        """The driver asks for this change of lane, or for none any more."""
        self._change_s = -math.inf if change is None else now_s
        self._change = change or Command.KEEP

    def at(self, now_s: float) -> Command:
        """The one that holds; what was said later than now was said before time jumped back."""
        if 0.0 <= now_s - self._change_s <= self._change_hold_s:
            return self._change
        return self._routed(now_s) or Command.KEEP

    def _routed(self, now_s: float) -> Command | None:
        """None where the route is silent."""
        return self._said if 0.0 <= now_s - self._said_s <= self._timeout_s else None
