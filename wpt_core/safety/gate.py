# SPDX-License-Identifier: Apache-2.0
"""The safety gate before the actuator: pass, hold or release the steering."""

import math
from dataclasses import dataclass

from wpt_core.safety.clocks import NEVER, Clocks, Now
from wpt_core.safety.limits import Limits
from wpt_core.safety.settings import GateSettings
from wpt_core.safety.states import Event, GateState, next_state
from wpt_core.safety.watch import Watch
from wpt_core.types import LateralCommand, Level, Notice
from wpt_core.vehicle import Chassis

__all__ = ['Gate', 'GateOutput']

_STEERING = (GateState.ENGAGED, GateState.DEGRADED)
_ACTIVE = (*_STEERING, GateState.OVERRIDDEN)
"""It steers, or resumes when the driver releases the wheel."""
_MOST_ELAPSED_S = 0.05
"""Largest time step of the limits: after a pause the command must not jump."""
_DRIVER_STEERS = Notice(
    Level.WARNING, 'driver_steers', 'The driver holds the wheel against the plan.'
)


@dataclass(frozen=True, slots=True)
class GateOutput:
    """Output of one tick of the gate."""

    command: LateralCommand
    """Valid only in ENGAGED and DEGRADED; else its values are 0."""
    state: GateState
    reasons: tuple[Notice, ...]
    """Reasons for the state; while disengaged, what blocks an engage request."""
    alert: Notice | None = None
    """Alert for the driver, only in the tick that changes the state."""


class Gate:
    """Feed `watch`, request to engage or disengage, and call `tick` at the actuator's rate.

    Every call gets the time on the clock of the stamps and on a steady one. `simulated`: the clock
    of the stamps is that of a simulation, which may be slow or fast.
    """

    def __init__(
        self,
        settings: GateSettings | None = None,
        vehicle: Chassis | None = None,
        *,
        simulated: bool = False,
    ) -> None:
        self._settings = settings or GateSettings()
        self._vehicle = vehicle or Chassis()
        self._simulated = simulated
        self._limits = Limits(self._settings, self._vehicle)
        self._clocks = Clocks(self._settings, simulated=simulated)
        self.watch = Watch(self._settings, self._clocks, self._vehicle)
        self.state = GateState.DISENGAGED
        self._fault: tuple[Notice, ...] = ()
        self._ill = NEVER
        self._wants_off = self._wants_on = False
        self._touched = False
        self._steering_since: Now | None = None
        self._free_since = NEVER
        self._last = Now(0.0, 0.0)
        self._held = LateralCommand(0.0, 0.0, 0.0, 0.0, valid=False)
        self._before_1pm = self._commanded_1pm = 0.0

    def engage(self, now: Now) -> tuple[Notice, ...]:
        """Request to steer; return what blocks it. If nothing does, the next tick engages."""
        blocking = self._blocking(now)
        self._wants_on = not blocking
        return blocking

    def disengage(self) -> None:
        """Request to hand the steering to the driver; never refused."""
        self._wants_off, self._wants_on = True, False

    def take_driver(self, now: Now, *, steers: bool) -> None:
        """Store whether the driver steers against the plan; a touch counts until the next tick."""
        if steers:
            self._touched = True
            self._steering_since = self._steering_since or now
        elif self._steering_since is not None:
            self._steering_since, self._free_since = None, now

    def tick(self, now: Now) -> GateOutput:
        """Evaluate the inputs and return the command, state and alerts.

        A second call for the same time replaces the first.
        """
        before = self.state
        fault = self._find_fault(now, active=before in _ACTIVE)
        now = self._advance(now)
        if fault is not None:
            self._fault, self._ill = (fault,), now
        events = self._events(now, broken=fault is not None)
        self.state = next_state(before, events)
        reasons = self._reasons(now)
        command = self._command(now)
        self._wants_on = self._wants_off = self._touched = False
        requested = Event.DISENGAGE in events
        return GateOutput(
            command, self.state, reasons, _alert(before, self.state, reasons, requested)
        )

    def _find_fault(self, now: Now, *, active: bool) -> Notice | None:
        fault = self._clocks.fault(now, active=active)
        if (jump_s := self._clocks.jump_s(now)) != 0.0:
            self.watch.reset(jump_s, simulated=self._simulated)
        broken = self.watch.broken()
        doubts = self.watch.doubts if active else ()
        return fault or broken or next(iter(doubts), None)

    def _advance(self, now: Now) -> Now:
        """Finish the previous time step; return the time, or the previous one if it is not
        finite."""
        if not (math.isfinite(now.stamp_s) and math.isfinite(now.steady_s)):
            now = self._last
        if self._clocks.advance(now):
            self._before_1pm = self._commanded_1pm
        self._last = now
        return now

    def _events(self, now: Now, *, broken: bool) -> set[Event]:
        settings, watch, clocks = self._settings, self.watch, self._clocks
        late = bool(watch.older_than(settings.late_s, now))
        since, hands = self._steering_since, self._hands_on
        found = {
            Event.BROKEN: broken,
            Event.HEALED: not broken and clocks.surely_s(now, self._ill) >= settings.healed_s,
            Event.DISENGAGE: self._wants_off,
            Event.LOST: bool(watch.older_than(settings.lost_s, now)),
            Event.LATE: late,
            Event.SOUND: not late,
            Event.DRIVER_STEERS: hands,
            Event.DRIVER_KEEPS: since is not None
            and clocks.age_s(now, since) > settings.override_s,
            Event.RELEASED: not hands
            and not late
            and clocks.surely_s(now, self._free_since) >= settings.release_s,
            Event.ENGAGE: self._wants_on and not self._blocking(now),
        }
        return {event for event, occurred in found.items() if occurred}

    @property
    def _hands_on(self) -> bool:
        return self._touched or self._steering_since is not None

    def _blocking(self, now: Now) -> tuple[Notice, ...]:
        """Return what blocks steering."""
        still = self._clocks.still(now)
        return (
            *(self._fault if self.state is GateState.FAULT else ()),
            *((_DRIVER_STEERS,) if self._hands_on else ()),
            *((still,) if still is not None else ()),
            *self.watch.doubts,
            *self.watch.older_than(self._settings.late_s, now),
        )

    def _reasons(self, now: Now) -> tuple[Notice, ...]:
        if self.state is GateState.FAULT:
            return self._fault
        if self.state is GateState.OVERRIDDEN:
            released = Notice(
                Level.INFO,
                'driver_releases',
                'The driver released the wheel; steering resumes soon.',
            )
            return (_DRIVER_STEERS if self._hands_on else released,)
        return self._blocking(now)

    def _command(self, now: Now) -> LateralCommand:
        watch, before, speed_mps = self.watch, self._before_1pm, self.watch.bound_mps(now)
        if self.state not in _STEERING or watch.command is None:
            most = self._limits.most_1pm(speed_mps)
            # Steering starts from the curvature that the car drives.
            self._before_1pm = self._commanded_1pm = min(max(watch.curvature_1pm, -most), most)
            return LateralCommand(now.stamp_s, 0.0, 0.0, 0.0, valid=False)
        if self.state is GateState.ENGAGED:
            self._held = watch.command
        fade = 1.0 if self.state is GateState.ENGAGED else self._fading(now)
        elapsed_s = min(self._clocks.elapsed_s, _MOST_ELAPSED_S)
        wanted = self._held.curvature_1pm * fade
        commanded = self._limits.limited(wanted, before, speed_mps, elapsed_s)
        self._commanded_1pm = commanded
        rate = (commanded - before) / elapsed_s if elapsed_s > 0.0 else 0.0
        return LateralCommand(now.stamp_s, self._held.plan_stamp_s, commanded, rate, valid=True)

    def _fading(self, now: Now) -> float:
        """Return 1 while the last command is held, then down to 0 when it is lost."""
        late_s, lost_s = self._settings.late_s, self._settings.lost_s
        half_s = 0.5 * (late_s + lost_s)
        left_s = lost_s - self.watch.oldest_s(now)
        return min(max(left_s / (lost_s - half_s), 0.0), 1.0)


def _alert(
    before: GateState, now: GateState, reasons: tuple[Notice, ...], requested: bool
) -> Notice | None:
    """Return the alert for a change of state."""
    if now is before:
        return None
    why = ' '.join(notice.text for notice in reasons)
    if now is GateState.ENGAGED:
        return Notice(Level.INFO, 'engaged', 'The car steers; stay ready to take over.')
    if now is GateState.OVERRIDDEN:
        return Notice(Level.INFO, 'overridden', 'You steer.')
    if now is GateState.DEGRADED:
        return Notice(Level.WARNING, 'degraded', f'Look ahead and hold the wheel. {why}')
    if now is GateState.DISENGAGED and (requested or before not in _STEERING):
        return Notice(Level.INFO, 'disengaged', 'You steer.')
    if before is GateState.DISENGAGED:
        return Notice(Level.WARNING, 'fault', why)
    return Notice(Level.ERROR, 'take_over', f'Take over now. {why}')
