# SPDX-License-Identifier: Apache-2.0
"""A gate with a car around it."""

from wpt_core.safety import Gate, GateState, Passed
from wpt_core.types import LateralCommand

SPEED_MPS, CURVATURE_1PM = 15.0, 0.004
TICK_S = 0.01


def command(now_s: float, *, curvature_1pm: float = CURVATURE_1PM) -> LateralCommand:
    """A sound one, from a plan that is a tenth of a second old."""
    return LateralCommand(now_s, now_s - 0.1, curvature_1pm, 0.0, valid=True)


class Car:
    """A gate with everything around it alive, until told otherwise."""

    def __init__(self) -> None:
        self.gate = Gate()
        self.now_s = 10.0
        self.commands = self.odometry = True
        self.torque = False
        self.curvature_1pm = CURVATURE_1PM
        self.alerts: list[str] = []

    def run(self, seconds: float) -> Passed:
        for _ in range(round(seconds / TICK_S)):
            self.now_s += TICK_S
            if self.commands:
                made = command(self.now_s, curvature_1pm=self.curvature_1pm)
                self.gate.watch.take_command(self.now_s, made)
            if self.odometry:
                self.gate.watch.take_odometry(self.now_s, self.now_s, SPEED_MPS, 0.0)
            if self.torque:
                self.gate.watch.take_torque(self.now_s)
            passed = self.tick()
        return passed

    def tick(self) -> Passed:
        passed = self.gate.tick(self.now_s)
        if passed.alert is not None:
            self.alerts.append(passed.alert.code)
        return passed

    def engaged(self) -> 'Car':
        self.run(0.1)
        assert self.gate.engage(self.now_s) == ()
        assert self.run(0.5).state is GateState.ENGAGED
        return self


def codes(passed: Passed) -> list[str]:
    """Of the reasons."""
    return [notice.code for notice in passed.reasons]
