# SPDX-License-Identifier: Apache-2.0
"""The last word before the steering: obey, hold, or leave it to the driver."""

import math
from dataclasses import dataclass

from wpt_core.safety.limits import Limits
from wpt_core.safety.settings import GateSettings
from wpt_core.safety.states import Event, GateState, next_state
from wpt_core.safety.watch import Watch
from wpt_core.types import LateralCommand, Level, Notice
from wpt_core.vehicle import Chassis

__all__ = ['Gate', 'Passed']

_STEERING = (GateState.ENGAGED, GateState.DEGRADED)
_MOST_ELAPSED_S = 0.05
"""No more than this is granted to the limits at once: a pause is not made up for by a jump."""
_DRIVER_STEERS = Notice(
    Level.WARNING, 'driver_steers', 'The driver holds the wheel against the plan.'
)


@dataclass(frozen=True, slots=True)
class Passed:
    """What one tick of the gate lets through."""

    command: LateralCommand
    """Valid only in ENGAGED and DEGRADED; else its numbers are 0."""
    state: GateState
    reasons: tuple[Notice, ...]
    """Why it is this state; while disengaged, what an engage request would be refused for."""
    alert: Notice | None = None
    """What the driver must be shown or told at once; only in the tick that changes the state."""


class Gate:
    """Feed `watch`, ask to engage or disengage, and call `tick` at the actuator's rate.

    It reads no clock: `now_s` is that of the stamps in the messages.
    """

    def __init__(
        self, settings: GateSettings | None = None, vehicle: Chassis | None = None
    ) -> None:
        self._settings = settings or GateSettings()
        self._limits = Limits(self._settings, vehicle or Chassis())
        self.watch = Watch(self._settings)
        self.state = GateState.DISENGAGED
        self._fault: tuple[Notice, ...] = ()
        self._ill_s = -math.inf
        self._wants_off = self._wants_on = False
        self._steering_since_s: float | None = None
        self._free_since_s = -math.inf
        self._then_s: float | None = None
        self._elapsed_s = self._before_1pm = self._asked_1pm = self._held_1pm = 0.0

    def engage(self, now_s: float) -> tuple[Notice, ...]:
        """Ask to steer; what speaks against it, and if nothing does, the next tick engages."""
        against = self._against(now_s)
        self._wants_on = not against
        return against

    def disengage(self) -> None:
        """Ask to leave the steering to the driver; never refused."""
        self._wants_off, self._wants_on = True, False

    def take_driver(self, now_s: float, *, steers: bool) -> None:
        """Whether the driver's hands work against the plan now."""
        if steers and self._steering_since_s is None:
            self._steering_since_s = now_s
        elif not steers and self._steering_since_s is not None:
            self._steering_since_s, self._free_since_s = None, now_s

    def tick(self, now_s: float) -> Passed:
        """Judge, and let through what may be let through.

        At the same time once more, that moment is judged anew with what is known by then.
        """
        fault = self._time_fault(now_s) or self.watch.broken()
        now_s = self._advance(now_s)
        if fault is not None:
            self._fault, self._ill_s = (fault,), now_s
        before, events = self.state, self._events(now_s, broken=fault is not None)
        self.state = next_state(before, events)
        self._wants_on = self._wants_off = False
        reasons = self._reasons(now_s)
        command = self._command(now_s)
        asked = Event.DISENGAGE in events
        return Passed(command, self.state, reasons, _alert(before, self.state, reasons, asked))

    def _advance(self, now_s: float) -> float:
        """Close the moment before this one; the time, which is the old one if it is no number."""
        then_s = self._then_s
        if not math.isfinite(now_s):
            now_s = then_s or 0.0
        if then_s is None or now_s != then_s:
            elapsed_s = 0.0 if then_s is None else now_s - then_s
            self._elapsed_s = min(max(elapsed_s, 0.0), _MOST_ELAPSED_S)
            self._before_1pm = self._asked_1pm
        self._then_s = now_s
        return now_s

    def _time_fault(self, now_s: float) -> Notice | None:
        then_s = self._then_s
        if not math.isfinite(now_s):
            return Notice(Level.ERROR, 'time_not_finite', 'The clock says no finite number.')
        if then_s is None:
            return None
        if now_s < then_s:
            self.watch.forget()
            text = f'The clock jumped back by {then_s - now_s:.2f} s.'
            return Notice(Level.ERROR, 'time_jumped_back', text)
        if now_s - then_s > self._settings.gap_s and self.state in _STEERING:
            text = f'The gate was not run for {now_s - then_s:.2f} s.'
            return Notice(Level.ERROR, 'gate_paused', text)
        return None

    def _events(self, now_s: float, *, broken: bool) -> set[Event]:
        settings, watch = self._settings, self.watch
        late = bool(watch.older_than(settings.late_s, now_s))
        since_s = self._steering_since_s
        found = {
            Event.BROKEN: broken,
            Event.HEALED: not broken and now_s - self._ill_s >= settings.healed_s,
            Event.DISENGAGE: self._wants_off,
            Event.LOST: bool(watch.older_than(settings.lost_s, now_s)),
            Event.LATE: late,
            Event.SOUND: not late,
            Event.DRIVER_STEERS: since_s is not None,
            Event.DRIVER_KEEPS: since_s is not None and now_s - since_s > settings.override_s,
            Event.RELEASED: since_s is None
            and not late
            and now_s - self._free_since_s >= settings.release_s,
            Event.ENGAGE: self._wants_on and not self._against(now_s),
        }
        return {event for event, there in found.items() if there}

    def _against(self, now_s: float) -> tuple[Notice, ...]:
        """What speaks against steering."""
        fault = self._fault if self.state is GateState.FAULT else ()
        hands = () if self._steering_since_s is None else (_DRIVER_STEERS,)
        return (*fault, *hands, *self.watch.older_than(self._settings.late_s, now_s))

    def _reasons(self, now_s: float) -> tuple[Notice, ...]:
        if self.state is GateState.FAULT:
            return self._fault
        if self.state is GateState.OVERRIDDEN:
            released = Notice(
                Level.INFO, 'driver_releases', 'The driver has let go; steering goes on soon.'
            )
            return (released if self._steering_since_s is None else _DRIVER_STEERS,)
        return self._against(now_s)

    def _command(self, now_s: float) -> LateralCommand:
        watch, before, elapsed_s = self.watch, self._before_1pm, self._elapsed_s
        if self.state not in _STEERING or watch.command is None:
            most = self._limits.most_1pm(watch.speed_mps)
            # Whoever engages begins with what the car drives already.
            self._before_1pm = self._asked_1pm = min(max(watch.curvature_1pm, -most), most)
            return LateralCommand(now_s, 0.0, 0.0, 0.0, valid=False)
        if self.state is GateState.ENGAGED:
            self._held_1pm = watch.command.curvature_1pm
            wanted = self._held_1pm
        else:
            wanted = self._held_1pm * self._fading(now_s)
        asked = self._limits.limited(wanted, before, watch.speed_mps, elapsed_s)
        self._asked_1pm = asked
        rate = (asked - before) / elapsed_s if elapsed_s > 0.0 else 0.0
        return LateralCommand(now_s, watch.command.plan_stamp_s, asked, rate, valid=True)

    def _fading(self, now_s: float) -> float:
        """1 while the last command is held, then down to 0 at the moment it is lost."""
        late_s, lost_s = self._settings.late_s, self._settings.lost_s
        half_s = 0.5 * (late_s + lost_s)
        left_s = lost_s - self.watch.oldest_s(now_s)
        return min(max(left_s / (lost_s - half_s), 0.0), 1.0)


def _alert(
    before: GateState, now: GateState, reasons: tuple[Notice, ...], asked: bool
) -> Notice | None:
    """What a change of state means for who sits at the wheel."""
    if now is before:
        return None
    why = ' '.join(notice.text for notice in reasons)
    if now is GateState.ENGAGED:
        return Notice(Level.INFO, 'engaged', 'The car steers; stay ready to take over.')
    if now is GateState.OVERRIDDEN:
        return Notice(Level.INFO, 'overridden', 'You steer.')
    if now is GateState.DEGRADED:
        return Notice(Level.WARNING, 'degraded', f'Look ahead and hold the wheel. {why}')
    if now is GateState.DISENGAGED and (asked or before not in _STEERING):
        return Notice(Level.INFO, 'disengaged', 'You steer.')
    if before is GateState.DISENGAGED:
        return Notice(Level.WARNING, 'fault', why)
    return Notice(Level.ERROR, 'take_over', f'Take over now. {why}')
