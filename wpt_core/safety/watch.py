# SPDX-License-Identifier: Apache-2.0
"""What the gate has been told, and what is wrong with it."""

import math
from dataclasses import dataclass

from wpt_core.safety.settings import GateSettings
from wpt_core.types import LateralCommand, Level, Notice

__all__ = ['Watch']


@dataclass(slots=True)
class _Heard:
    """When something was last heard that could be used."""

    name: str
    at_s: float = -math.inf


class Watch:
    """Takes messages as they come, keeps the newest that is sound, and judges how old it is.

    What cannot be used is not kept, so its age grows like that of a message that never came.
    A message costs the same however many there are: only the newest of each kind is held.
    """

    def __init__(self, settings: GateSettings) -> None:
        self._settings = settings
        self.command: LateralCommand | None = None
        """The newest sound command."""
        self.speed_mps = 0.0
        self.curvature_1pm = 0.0
        """Of the path that the car drives, by its odometry."""
        self._command = _Heard('command')
        self._plan = _Heard('plan')
        self._odometry = _Heard('odometry')
        self._torque = _Heard('torque')
        self._needed = [self._plan, self._command, self._odometry]
        self._broken: Notice | None = None
        self._intruders: tuple[str, ...] = ()
        self._unsound: Notice | None = None

    def take_command(self, now_s: float, command: LateralCommand) -> None:
        """From the controller."""
        numbers = (
            command.stamp_s,
            command.plan_stamp_s,
            command.curvature_1pm,
            command.curvature_rate_1pmps,
        )
        if not all(map(math.isfinite, numbers)):
            self._broken = _error('command_not_finite', 'A command holds a number not finite.')
            return
        if (unsound := self._why_unsound(now_s, command)) is not None:
            self._unsound = unsound
            return
        self._unsound = None
        self.command = command
        self._command.at_s, self._plan.at_s = command.stamp_s, command.plan_stamp_s

    def take_odometry(
        self, now_s: float, stamp_s: float, speed_mps: float, curvature_1pm: float
    ) -> None:
        """Of the car: how fast, and how curved its path is."""
        if not all(map(math.isfinite, (stamp_s, speed_mps, curvature_1pm))):
            self._broken = _error('odometry_not_finite', 'Odometry holds a number not finite.')
        elif abs(speed_mps) > self._settings.most_speed_mps:
            self._broken = _error(
                'speed_impossible',
                f'Odometry says {speed_mps:.0f} m/s; more than '
                f'{self._settings.most_speed_mps:g} is taken for broken.',
            )
        elif self._odometry.at_s < stamp_s <= now_s + self._settings.ahead_s:
            self._odometry.at_s = stamp_s
            self.speed_mps, self.curvature_1pm = abs(speed_mps), curvature_1pm

    def take_torque(self, now_s: float) -> None:
        """The torque of the hands was measured: from now on it is needed, as odometry is.

        Who could not feel the hands any more must not steer.
        """
        if self._torque not in self._needed:
            self._needed.append(self._torque)
        if math.isfinite(now_s):
            self._torque.at_s = now_s

    def take_intruders(self, names: tuple[str, ...]) -> None:
        """Who else publishes what only the gate or the controller may; empty: nobody."""
        self._intruders = names

    def broken(self) -> Notice | None:
        """What was broken since the last call; somebody else's commands stay so until gone."""
        found, self._broken = self._broken, None
        if self._intruders:
            who = ', '.join(self._intruders)
            return _error('intruder', f'Somebody else publishes on the way to the wheel: {who}.')
        return found

    def forget(self) -> None:
        """Nothing that was heard counts any more: time has jumped."""
        self.command = None
        for heard in self._needed:
            heard.at_s = -math.inf

    def older_than(self, limit_s: float, now_s: float) -> tuple[Notice, ...]:
        """What is older than this, or was never heard."""
        notices = [
            _error(f'{heard.name}_stale', _age(heard, now_s, limit_s))
            for heard in self._needed
            if not now_s - heard.at_s <= limit_s
        ]
        if notices and self._unsound is not None:
            notices.append(self._unsound)
        return tuple(notices)

    def oldest_s(self, now_s: float) -> float:
        """Age of the oldest thing that a command now would rest on."""
        return now_s - min(heard.at_s for heard in self._needed)

    def _why_unsound(self, now_s: float, command: LateralCommand) -> Notice | None:
        latest_s = now_s + self._settings.ahead_s
        if not command.valid:
            return _error('command_invalid', 'The controller says that its command is not valid.')
        if not (command.stamp_s <= latest_s and command.plan_stamp_s <= latest_s):
            return _error('command_from_the_future', 'A command or its plan is from the future.')
        if command.plan_stamp_s > command.stamp_s + self._settings.ahead_s:
            return _error('command_before_plan', 'A command is older than the plan it names.')
        if command.stamp_s < self._command.at_s or command.plan_stamp_s < self._plan.at_s:
            return _error('command_out_of_order', 'A command or its plan is older than the last.')
        return None


def _age(heard: _Heard, now_s: float, limit_s: float) -> str:
    age_s = now_s - heard.at_s
    if math.isinf(age_s):
        return f'No {heard.name} yet that could be used.'
    return f'The {heard.name} is {age_s:.2f} s old, allowed {limit_s:g} s.'


def _error(code: str, text: str) -> Notice:
    return Notice(Level.ERROR, code, text)
