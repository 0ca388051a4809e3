# SPDX-License-Identifier: Apache-2.0
"""Selection of the current command from route, driver and timeouts."""

import math

from wpt_core.types import Command, InputError

__all__ = ['CommandChoice']

_SIDES = {1: Command.CHANGE_LEFT, -1: Command.CHANGE_RIGHT, 0: None}


class CommandChoice:
    """Selects the current command; each expires after a timeout.

    A lane change requested by the driver takes precedence over the route until the route sends a
    different command.
    """

    def __init__(self, *, timeout_s: float = 1.0, change_hold_s: float = 8.0) -> None:
        """`timeout_s`: of the route's commands; `change_hold_s`: of the driver's lane changes."""
        if not (0.0 < timeout_s < math.inf and 0.0 < change_hold_s < math.inf):
            raise InputError(
                'timeout_s and change_hold_s must be finite and above 0 s, '
                f'got {timeout_s} s and {change_hold_s} s'
            )
        self._timeout_s, self._change_hold_s = timeout_s, change_hold_s
        self.reset()

    def reset(self) -> None:
        """Reset to keeping the lane."""
        self._route, self._route_s = Command.KEEP, -math.inf
        self._change, self._change_s = Command.KEEP, -math.inf
        self._blinker = 0

    def take_route(self, command: Command, now_s: float) -> None:
        """Store the route's command; call it for every message."""
        if command is not self._route_command_at(now_s):
            self._change_s = -math.inf
        self._route, self._route_s = command, now_s

    def take_blinker(self, side: int, now_s: float) -> None:
        """Store the blinker: 1 left, -1 right, 0 off; raise InputError for other numbers.

        Switching it on requests one lane change, so a forgotten blinker requests no second one.
        Switching it off cancels the change.
        """
        if side not in _SIDES:
            raise InputError(f'a blinker is 1 (left), -1 (right) or 0 (off), got {side}')
        if side != self._blinker:
            self._blinker = side
            self.take_change(_SIDES[side], now_s)

    def take_change(self, change: Command | None, now_s: float) -> None:
        """Store a lane change requested by the driver; None cancels it."""
        self._change_s = -math.inf if change is None else now_s
        self._change = change or Command.KEEP

    def at(self, now_s: float) -> Command:
        """Return the current command; a command with a later stamp (clock jumped back) is
        expired."""
        if 0.0 <= now_s - self._change_s <= self._change_hold_s:
            return self._change
        return self._route_command_at(now_s) or Command.KEEP

    def _route_command_at(self, now_s: float) -> Command | None:
        """None if the route command has expired."""
        return self._route if 0.0 <= now_s - self._route_s <= self._timeout_s else None
