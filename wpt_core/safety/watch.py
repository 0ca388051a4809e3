# SPDX-License-Identifier: Apache-2.0
"""Input monitor of the gate: newest valid messages, their age and their faults."""

import math
from dataclasses import dataclass

from wpt_core.safety.clocks import NEVER, Clocks, Now
from wpt_core.safety.odometry import Motion, OdometryCheck
from wpt_core.safety.settings import GateSettings
from wpt_core.safety.sources import Doubts, second_source
from wpt_core.types import LateralCommand, Level, Notice
from wpt_core.vehicle import Chassis

__all__ = ['Watch']

_ROLLING_MPS = 0.5
"""Below this the curvature is taken to be 0, because yaw rate over speed is noise."""
_REVERSING_MPS = -0.2


@dataclass(slots=True)
class _Received:
    """Stamp and receive time of the newest usable message."""

    name: str
    last: Now = NEVER

    def renew(self, now: Now, stamp_s: float) -> None:
        """Update unless the stamp is a repetition."""
        if stamp_s > self.last.stamp_s:
            self.last = Now(stamp_s, now.steady_s)


class Watch:
    """Stores the newest valid message of each kind and measures its age.

    An invalid message is dropped, so the age grows as if it had not arrived. The cost per message
    is constant.
    """

    def __init__(self, settings: GateSettings, clocks: Clocks, vehicle: Chassis) -> None:
        self._settings = settings
        self._clocks = clocks
        self._check = OdometryCheck(settings.odometry, vehicle)
        self.command: LateralCommand | None = None
        """The newest valid command."""
        self.speed_mps = 0.0
        """Absolute speed of the odometry."""
        self.curvature_1pm = 0.0
        """Driven curvature from the odometry."""
        self._reversing = False
        self._command = _Received('command')
        self._plan = _Received('plan')
        self._odometry = _Received('odometry')
        self._torque = _Received('torque')
        self._needed = [self._plan, self._command, self._odometry]
        self._broken: Notice | None = None
        self._doubts = Doubts()
        self._second: dict[str, Notice] = {}
        self._unsound: Notice | None = None

    def take_command(self, now: Now, command: LateralCommand) -> None:
        """Check and store a command of the controller."""
        if self._clock_was_set(now):
            return
        numbers = (
            command.stamp_s,
            command.plan_stamp_s,
            command.curvature_1pm,
            command.curvature_rate_1pmps,
        )
        if not all(map(math.isfinite, numbers)):
            self._broken = _error(
                'command_not_finite', 'A command contains a number that is not finite.'
            )
            return
        if (unsound := self._why_unsound(now.stamp_s, command)) is not None:
            self._unsound = unsound
            return
        self._unsound = None
        self.command = command
        self._command.renew(now, command.stamp_s)
        self._plan.renew(now, command.plan_stamp_s)

    def take_odometry(self, now: Now, motion: Motion) -> None:
        """Check and store an odometry."""
        if self._clock_was_set(now):
            return
        if not motion.finite:
            self._broken = _error(
                'odometry_not_finite', 'Odometry contains a number that is not finite.'
            )
        elif abs(motion.speed_mps) > self._settings.most_speed_mps:
            self._broken = _error(
                'speed_impossible',
                f'Odometry reports {motion.speed_mps:.0f} m/s, allowed '
                f'{self._settings.most_speed_mps:g}.',
            )
        elif self._odometry.last.stamp_s < motion.stamp_s <= now.stamp_s + self._settings.ahead_s:
            self._odometry.renew(now, motion.stamp_s)
            self._broken = self._check.take(motion) or self._broken
            self._keep(motion)

    def _keep(self, motion: Motion) -> None:
        self.speed_mps = abs(motion.speed_mps)
        self._reversing = motion.speed_mps < _REVERSING_MPS
        rolls = self.speed_mps > _ROLLING_MPS
        self.curvature_1pm = motion.yaw_rate_radps / motion.speed_mps if rolls else 0.0

    def take_torque(self, now: Now) -> None:
        """Store that the hand torque was measured; from now on it is required like odometry.

        Without live torque an override cannot be detected, so the gate then stops steering.
        """
        if self._torque not in self._needed:
            self._needed.append(self._torque)
        if math.isfinite(now.stamp_s) and not self._clock_was_set(now):
            self._torque.renew(now, now.stamp_s)

    def _clock_was_set(self, now: Now) -> bool:
        """Whether the clock was set since the last tick; messages would then mix both times."""
        return self._clocks.jump_s(now) != 0.0

    def take_sources(self, doubts: Doubts) -> None:
        """Store the result of the last check of the publishers."""
        self._doubts = doubts
        self._second.clear()

    def take_second_source(self, topic: str) -> None:
        """A message arrived while its topic had two publishers; holds until the next check."""
        self._second[topic] = second_source(topic)

    def broken(self) -> Notice | None:
        """Return a fault since the last call; an intruder persists until it is gone."""
        found, self._broken = self._broken, None
        return next(iter(self._doubts.intruders), found)

    @property
    def doubts(self) -> tuple[Notice, ...]:
        """Conditions that block engaging, and are faults while the gate steers."""
        reversing = _error('reversing', 'The car drives backwards.')
        return (
            *self._doubts.doubts,
            *self._second.values(),
            *((reversing,) if self._reversing else ()),
        )

    def bound_mps(self, now: Now) -> float:
        """Return the speed for the limits: never less than the car can have by now."""
        age_s = self._clocks.age_s(now, self._odometry.last)
        return self._check.bound_mps(min(age_s, self._settings.lost_s))

    def reset(self, jump_s: float, *, simulated: bool) -> None:
        """Drop all messages after the clock of the stamps was set.

        The motion is kept, unless a new simulation has started.
        """
        self.command = None
        for received in self._needed:
            received.last = NEVER
        if simulated:
            self._check.reset()
        else:
            self._check.shift(jump_s)

    def older_than(self, limit_s: float, now: Now) -> tuple[Notice, ...]:
        """Return a notice for each input that is older than this or never arrived."""
        ages_s = [(one, self._clocks.age_s(now, one.last)) for one in self._needed]
        notices = [
            _error(f'{one.name}_stale', _age(one.name, age_s, limit_s))
            for one, age_s in ages_s
            if not age_s <= limit_s
        ]
        if notices and self._unsound is not None:
            notices.append(self._unsound)
        return tuple(notices)

    def oldest_s(self, now: Now) -> float:
        """Return the age of the oldest required input."""
        return max(self._clocks.age_s(now, received.last) for received in self._needed)

    def _why_unsound(self, now_s: float, command: LateralCommand) -> Notice | None:
        latest_s = now_s + self._settings.ahead_s
        if not command.valid:
            return _error('command_invalid', 'The controller marks its command as not valid.')
        if not (command.stamp_s <= latest_s and command.plan_stamp_s <= latest_s):
            return _error('command_from_the_future', 'A command or its plan is from the future.')
        if command.plan_stamp_s > command.stamp_s + self._settings.ahead_s:
            return _error('command_before_plan', 'A command is older than the plan it names.')
        if (
            command.stamp_s < self._command.last.stamp_s
            or command.plan_stamp_s < self._plan.last.stamp_s
        ):
            return _error('command_out_of_order', 'A command or its plan is older than the last.')
        return None


def _age(name: str, age_s: float, limit_s: float) -> str:
    if math.isinf(age_s):
        return f'No usable {name} yet.'
    return f'The {name} is {age_s:.2f} s old, allowed {limit_s:g} s.'


def _error(code: str, text: str) -> Notice:
    return Notice(Level.ERROR, code, text)
