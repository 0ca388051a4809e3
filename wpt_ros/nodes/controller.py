# SPDX-License-Identifier: Apache-2.0
"""Controller node: curvature commands from the newest plan, at a higher rate. No torch."""

from dataclasses import dataclass, field
from typing import Annotated, Any

from std_msgs.msg import Float32

from wpt_core.planning import Controller, ControllerSettings, DelayEstimator
from wpt_core.safety import GateState
from wpt_core.types import Bounds
from wpt_ros import topics
from wpt_ros.conversions.commands import lateral_message
from wpt_ros.conversions.motion import ego_of
from wpt_ros.conversions.plans import plan_of
from wpt_ros.conversions.stamps import check_ahead
from wpt_ros.lifecycle.managed import ManagedNode, NodeConfig
from wpt_ros.lifecycle.run_node import run_node

__all__ = ['ControllerConfig', 'ControllerNode', 'main']

_STEERING = (GateState.ENGAGED, GateState.DEGRADED)


@dataclass(frozen=True, slots=True)
class ControllerConfig(NodeConfig):
    """Rate, steering delay and limits of the controller."""

    rate_hz: Annotated[float, Bounds(20.0, 200.0)] = 50.0
    """Commands per second; each new plan triggers one more."""
    steering_delay_s: Annotated[float, Bounds(0.01, 0.8)] = 0.3
    """Calibrated delay from a command to the motion of the car, dead time and lag together."""
    learn_delay: bool = False
    """Publish the measured delay instead of the calibrated one; diagnostics show both."""
    limits: ControllerSettings = field(default_factory=ControllerSettings)


class ControllerNode(ManagedNode[ControllerConfig]):
    """Passes plans and motion to the controller and publishes its commands."""

    def __init__(self) -> None:
        super().__init__('controller', ControllerConfig)

    def prepare(self) -> None:
        self._controller = Controller(self.config.limits)
        self._estimator = DelayEstimator(self.config.steering_delay_s)
        self._steers = False
        self._newest_s = -1.0
        self._speed_mps = self._driven_1pm = 0.0
        self._commands = self.advertise(topics.WANTED)
        self._delays = self.advertise(topics.STEERING_DELAY)

    def begin(self) -> None:
        self._controller.reset()
        self.subscribe(topics.PLAN, self._on_plan)
        self.subscribe(topics.ODOMETRY, self._on_odometry)
        self.subscribe(topics.GATE_STATE, self._on_gate)
        self.every(1.0 / self.config.rate_hz, self._publish_command)
        self.every(1.0, self._publish_delay)

    def _on_plan(self, message: Any) -> None:
        plan, action, delay_s = plan_of(message)
        check_ahead(plan.stamp_s, self.now_s)
        if plan.stamp_s < self._newest_s:
            self._controller.reset()
        self._newest_s = plan.stamp_s
        self._controller.take_plan(plan, action, delay_s=delay_s)
        self._publish_command()

    def _on_odometry(self, message: Any) -> None:
        ego = ego_of(message)
        check_ahead(ego.stamp_s, self.now_s)
        self._speed_mps, self._driven_1pm = ego.speed_mps, ego.curvature_1pm
        self._controller.take_motion(ego.speed_mps, ego.curvature_1pm)

    def _on_gate(self, message: Any) -> None:
        self._steers = message.state in _STEERING
        self._controller.take_steering(self._steers)

    def silent(self, topic: str) -> None:
        """Without the gate no command is obeyed, so stop the estimate of the delay."""
        if topic == topics.GATE_STATE.name:
            self._steers = False
            self._controller.take_steering(False)

    def _publish_command(self) -> None:
        command = self._controller.command_at(self.now_s)
        if not command.valid:
            return
        self._commands.publish(lateral_message(command))
        if self._steers:
            self._estimator.take(
                command.stamp_s,
                commanded_1pm=command.curvature_1pm,
                driven_1pm=self._driven_1pm,
                speed_mps=self._speed_mps,
            )

    def _publish_delay(self) -> None:
        """Publish the calibrated delay, or the measured one with `learn_delay`."""
        measured_s, known = self._estimator.delay_s, self._estimator.known
        delay_s = measured_s if self.config.learn_delay else self.config.steering_delay_s
        self._delays.publish(Float32(data=delay_s))
        self.health.figures(
            {'steering delay measured': f'{measured_s:.3f} s', 'known': f'{known:.2f}'}
        )


def main() -> None:
    """The executable `controller`."""
    run_node(ControllerNode)
