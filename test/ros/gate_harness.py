# SPDX-License-Identifier: Apache-2.0
"""A gate under test, with all that speaks to it on a car."""

from typing import Any

from node_harness import Probe, Running

from wpt_core.safety import GateState
from wpt_core.types import EgoState, LateralCommand, Pose2
from wpt_ros import topics
from wpt_ros.conversions.commands import lateral_message
from wpt_ros.conversions.motion import odometry_message
from wpt_ros.qos import type_of

SPEED_MPS, CURVATURE_1PM = 15.0, 0.004
PATIENT: dict[str, Any] = {'limits.gap_s': 0.5, 'command_from': 'probe'}
"""The machine that tests may stop the gate for longer than a car may; the probe controls."""


class GateHarness:
    """A gate, and a controller and a car that speak to it 20 times a second."""

    def __init__(self, node: Running, probe: Probe) -> None:
        self.node, self.probe = node, probe
        self.commands = probe.collect(topics.COMMAND)
        self.states = probe.collect(topics.GATE_STATE)
        self.alerts = probe.collect(topics.ALERT)
        self.diagnosis = probe.diagnosis('gate')
        self._wanted = probe.advertise(topics.WANTED)
        self._odometry = probe.advertise(topics.ODOMETRY)
        self._torque = probe.advertise(topics.DRIVER_TORQUE)
        self.plans = self.moves = self.feels = True
        self.curvature_1pm = CURVATURE_1PM
        self.speed_mps = SPEED_MPS
        self.torque_nm = 0.1
        self.x_m = self._then_s = 0.0
        self.frozen = False
        probe.steps.append(self.step)

    def step(self) -> None:
        now_s = self.probe.node.get_clock().now().nanoseconds * 1e-9
        if self.plans:
            made = LateralCommand(now_s, now_s - 0.05, self.curvature_1pm, 0.0, valid=True)
            self._wanted.publish(lateral_message(made))
        if self.moves:
            if not self.frozen:
                self.x_m += self.speed_mps * (now_s - self._then_s)
            ego = EgoState(now_s, Pose2(self.x_m, 0.0, 0.0), self.speed_mps, 0.0, 0.0, 0.0)
            self._odometry.publish(odometry_message(ego))
        self._then_s = now_s
        if self.feels:
            kind = type_of(topics.DRIVER_TORQUE.type_name)
            self._torque.publish(kind(data=self.torque_nm))

    @property
    def state(self) -> GateState | None:
        return GateState(self.states[-1].state) if self.states else None

    @property
    def codes(self) -> list[str]:
        return [reason.code for reason in self.states[-1].reasons]

    def reach(self, state: GateState) -> None:
        self.probe.until(lambda: self.state is state, state.name, otherwise=lambda: self.told)

    @property
    def told(self) -> str:
        return f'the state is {self.state}, the log says {self.node.log_text[-500:]!r}'

    def engaged(self) -> 'GateHarness':
        """Whatever was before."""
        self.plans = self.moves = self.feels = True
        self.curvature_1pm, self.speed_mps, self.torque_nm = CURVATURE_1PM, SPEED_MPS, 0.1
        self.probe.until(self._steers, 'engaging', otherwise=lambda: self.told)
        self.forget()
        self.probe.until(lambda: self.commands, 'commands')
        return self

    def _steers(self) -> bool:
        """Whether it does; asks for it if not, again where a pause of this process undid it."""
        if self.state is GateState.ENGAGED:
            return bool(self.commands and self.commands[-1].valid)
        if self.state is GateState.DISENGAGED:
            self.probe.call(topics.ENGAGE)
        return False

    def forget(self) -> None:
        del self.commands[:], self.alerts[:]
