# SPDX-License-Identifier: Apache-2.0
"""Gate node, the last before the actuator: passes a command, or rejects it with reasons.

It runs without any other node, and imports neither torch nor plans.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Any

from rclpy.duration import Duration

from wpt_core.safety import Gate, GateOutput, GateSettings, GateState, Now, Sources
from wpt_core.types import Bounds, LateralCommand, Level, Notice
from wpt_core.vehicle import Chassis
from wpt_ros import topics
from wpt_ros.conversions.actuators import Output, actuator_message, output_topic, output_type
from wpt_ros.conversions.commands import (
    lateral_message,
    lateral_of,
    notice_message,
    state_message,
)
from wpt_ros.conversions.motion import motion_of
from wpt_ros.lifecycle.managed import ManagedNode, NodeConfig
from wpt_ros.lifecycle.run_node import run_node
from wpt_ros.parts.publishers import GraphMonitor
from wpt_ros.topics import Topic

__all__ = ['GateConfig', 'GateNode', 'main']

_STATE_S = 0.05
_CHECK_S = 0.2
_ACKNOWLEDGE_S = 0.5
"""Longest wait at shutdown for subscribers to acknowledge the last command."""
_STARTED = Notice(
    Level.WARNING, 'gate_started', 'The gate has started and does not steer: you steer.'
)
_BY_HAND = (topics.DRIVER_STEERS, topics.DRIVER_TORQUE)
"""Accepted from any publisher: a second source must not block an override by the driver."""


@dataclass(frozen=True, slots=True)
class GateConfig(NodeConfig):
    """Rate, limits, outputs and permissions of the gate."""

    rate_hz: Annotated[float, Bounds(20.0, 500.0)] = 100.0
    """Commands per second; below 20 an actuator would miss its deadline."""
    override_nm: Annotated[float, Bounds(0.2, 10.0)] = 2.0
    """Steering torque of the driver above which the driver overrides the gate."""
    output: Output = Output.NONE
    """Publish valid commands also as ackermann or autoware messages; needs their package."""
    command_from: str = 'controller'
    """The only node that may publish controller/command: a full name, or one in our namespace."""
    engage_from: str = ''
    """The only node that may have a client of gate/engage; empty: any node may."""
    limits: GateSettings = field(default_factory=GateSettings)
    vehicle: Chassis = field(default_factory=Chassis)


class GateNode(ManagedNode[GateConfig]):
    """Passes messages to the gate and publishes its command and state at a fixed rate."""

    def __init__(self) -> None:
        super().__init__('gate', GateConfig)

    def prepare(self) -> None:
        self._graph = GraphMonitor(self, [topic for topic in topics.TOPICS if topic.exclusive])
        self._commands = self.advertise(topics.COMMAND)
        self._states = self.advertise(topics.GATE_STATE)
        self._alerts = self.advertise(topics.ALERT)
        if self.config.output is not Output.NONE:
            self._actuator_type = output_type(self.config.output)
            self._actuator = self.advertise(output_topic(self.config.output))

    def begin(self) -> None:
        config = self.config
        self._gate = Gate(config.limits, config.vehicle, simulated=self.simulated)
        self._sources = Sources({topics.WANTED.name: self._full_name(config.command_from)})
        self._reports_steering = self._torque_steers = False
        self._status: tuple[GateState, tuple[Notice, ...]] | None = None
        self._subscribe_one(topics.WANTED, self._on_wanted)
        self._subscribe_one(topics.ODOMETRY, self._on_odometry)
        self._subscribe_one(topics.DRIVER_STEERS, self._on_steers)
        self._subscribe_one(topics.DRIVER_TORQUE, self._on_torque)
        self.serve(topics.ENGAGE, self._on_engage)
        self.serve(topics.DISENGAGE, self._on_disengage)
        self.every(1.0 / config.rate_hz, self._tick)
        self.every(_STATE_S, self._publish_state)
        self.every(_CHECK_S, self._check_publishers)
        # Replaces the last latched alert, which a killed gate could not withdraw.
        self._alerts.publish(notice_message(_STARTED))

    def end(self) -> None:
        """Publish the disengaged state: the driver steers."""
        self._gate.disengage()
        self._tick()
        self._publish_state()
        # If the publisher is destroyed now, a stalled subscriber loses its unread samples.
        self._commands.wait_for_all_acked(Duration(seconds=_ACKNOWLEDGE_S))

    @property
    def _now(self) -> Now:
        return Now(self.now_s, time.monotonic())

    def _full_name(self, node: str) -> str:
        inside = self.get_namespace().rstrip('/')
        return node if node.startswith('/') else f'{inside}/{node}'

    def _subscribe_one(self, topic: Topic, take: Callable[[Any], None]) -> None:
        """Subscribe to a topic with one publisher, and drop its messages while there are two.

        The count is that of the middleware, which matches a publisher before it delivers the
        first message of it.
        """

        def received(message: Any) -> None:
            if self._graph.count(subscription) > 1:
                self._gate.watch.take_second_source(topic.name)
                if topic not in _BY_HAND:
                    return
            take(message)

        subscription = self.subscribe(topic, received)

    def _on_wanted(self, message: Any) -> None:
        self._gate.watch.take_command(self._now, lateral_of(message))

    def _on_odometry(self, message: Any) -> None:
        self._gate.watch.take_odometry(self._now, motion_of(message))

    def _on_steers(self, message: Any) -> None:
        self._reports_steering = message.data
        self._take_driver()

    def _on_torque(self, message: Any) -> None:
        # NaN counts as an override: a faulty sensor must not overrule the driver.
        torque_nm = message.data
        self._torque_steers = not abs(torque_nm) <= self.config.override_nm
        sound = math.isfinite(torque_nm)
        text = f'{topics.DRIVER_TORQUE.name}: expected a finite number, got {torque_nm}'
        self._gate.watch.take_torque(self._now)
        self.health.found('torque', () if sound else (Notice(Level.ERROR, 'torque', text),))
        self._take_driver()

    def _take_driver(self) -> None:
        self._gate.take_driver(self._now, steers=self._reports_steering or self._torque_steers)

    def _on_engage(self, _request: Any, response: Any) -> Any:
        stranger = self._graph.engage_refusal(self.config.engage_from, topics.ENGAGE)
        against = (stranger,) if stranger is not None else self._gate.engage(self._now)
        response.success = not against
        response.message = ' '.join(notice.text for notice in against) or 'The car will steer.'
        return response

    def _on_disengage(self, _request: Any, response: Any) -> Any:
        self._gate.disengage()
        response.success, response.message = True, 'You steer.'
        return response

    def _tick(self) -> None:
        passed = self._gate.tick(self._now)
        self._commands.publish(lateral_message(passed.command))
        if passed.command.valid and self.config.output is not Output.NONE:
            self._actuator.publish(self._translated(passed.command))
        if passed.alert is not None:
            self.get_logger().info(f'{passed.state.name}: {passed.alert.text}')
            self._alerts.publish(notice_message(passed.alert))
        if self._status is None or self._status[0] is not passed.state:
            self._set_status(passed)
            self._publish_state()
        self._set_status(passed)

    def _translated(self, command: LateralCommand) -> Any:
        return actuator_message(
            self.config.output,
            self._actuator_type,
            command,
            vehicle=self.config.vehicle,
            speed_mps=self._gate.watch.speed_mps,
        )

    def _set_status(self, passed: GateOutput) -> None:
        self._status = passed.state, passed.reasons
        # A disengaged gate is not a fault, so its reasons are not diagnostics.
        shown = passed.reasons if passed.state in (GateState.DEGRADED, GateState.FAULT) else ()
        self.health.found('gate', shown)

    def _publish_state(self) -> None:
        if self._status is not None:
            state, reasons = self._status
            stamp = self.get_clock().now().to_msg()
            self._states.publish(state_message(state, reasons, stamp=stamp))
            self.health.figures({'steering': state.name})

    def _check_publishers(self) -> None:
        """Check the publishers of all topics that influence steering."""
        self._gate.watch.take_sources(self._sources.look(self._graph.found()))


def main() -> None:
    """The executable `gate`."""
    run_node(GateNode)


if __name__ == '__main__':
    main()
