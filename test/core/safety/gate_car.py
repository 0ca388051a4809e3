# SPDX-License-Identifier: Apache-2.0
"""A gate with a car around it."""

from wpt_core.safety import Gate, GateOutput, GateSettings, GateState, Motion, Now
from wpt_core.types import LateralCommand

SPEED_MPS, CURVATURE_1PM = 15.0, 0.004
TICK_S = 0.01
BOOT_S = 5000.0
"""The steady clock shows another number than that of the stamps."""


def at(now_s: float) -> Now:
    """Both clocks, as long as neither was set."""
    return Now(now_s, now_s + BOOT_S)


def command(now_s: float, *, curvature_1pm: float = CURVATURE_1PM) -> LateralCommand:
    """A sound one, from a plan that is a tenth of a second old."""
    return LateralCommand(now_s, now_s - 0.1, curvature_1pm, 0.0, valid=True)


def motion(stamp_s: float, speed_mps: float = SPEED_MPS, curvature_1pm: float = 0.0) -> Motion:
    """Of a car that has driven straight ahead at this speed since the stamp 0."""
    return Motion(stamp_s, speed_mps, curvature_1pm * speed_mps, speed_mps * stamp_s, 0.0, 0.0)


class Car:
    """A gate with everything around it alive, until told otherwise."""

    def __init__(self, settings: GateSettings | None = None, *, simulated: bool = False) -> None:
        self.gate = Gate(settings, simulated=simulated)
        self.now_s = 10.0
        self.steady_s = 10.0 + BOOT_S
        self.x_m = 0.0
        self.commands = self.odometry = True
        self.torque = False
        self.curvature_1pm = CURVATURE_1PM
        self.speed_mps = SPEED_MPS
        self.alerts: list[str] = []

    @property
    def now(self) -> Now:
        return Now(self.now_s, self.steady_s)

    @property
    def motion(self) -> Motion:
        return Motion(self.now_s, self.speed_mps, 0.0, self.x_m, 0.0, 0.0)

    def wait(self, seconds: float) -> None:
        """Let time pass on both clocks, and the car drive, without a tick."""
        self.now_s += seconds
        self.steady_s += seconds
        self.x_m += self.speed_mps * seconds

    def send(self) -> None:
        """What there is to receive."""
        if self.commands:
            made = command(self.now_s, curvature_1pm=self.curvature_1pm)
            self.gate.watch.take_command(self.now, made)
        if self.odometry:
            self.gate.watch.take_odometry(self.now, self.motion)
        if self.torque:
            self.gate.watch.take_torque(self.now)

    def run(self, seconds: float) -> GateOutput:
        for _ in range(round(seconds / TICK_S)):
            self.wait(TICK_S)
            self.send()
            passed = self.tick()
        return passed

    def tick(self) -> GateOutput:
        passed = self.gate.tick(self.now)
        if passed.alert is not None:
            self.alerts.append(passed.alert.code)
        return passed

    def engaged(self) -> 'Car':
        self.run(0.1)
        assert self.gate.engage(self.now) == ()
        assert self.run(0.5).state is GateState.ENGAGED
        return self

    def put_in(self, state: GateState) -> 'Car':
        """Into this state, with everything alive but what makes the state."""
        if state is GateState.DISENGAGED:
            self.run(0.1)
            return self
        self.engaged()
        if state is GateState.DEGRADED:
            self.commands = False
            self.run(0.3)
        if state is GateState.OVERRIDDEN:
            self.gate.take_driver(self.now, steers=True)
            self.run(TICK_S)
        assert self.gate.state is state
        return self


def codes(passed: GateOutput) -> list[str]:
    """Of the reasons."""
    return [notice.code for notice in passed.reasons]
