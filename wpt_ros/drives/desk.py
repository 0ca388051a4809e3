# SPDX-License-Identifier: Apache-2.0
"""Who watches a drive over its topics: what holds now for the status line, and what was."""

from collections import deque
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from rclpy.node import Node

from wpt_core.safety import GateState
from wpt_ros import wires
from wpt_ros.conversions.stamps import seconds
from wpt_ros.lifecycle.quality import Reliability, profile, type_of
from wpt_ros.wires import Wire

__all__ = ['Desk', 'Watched']

_STEERING = (GateState.ENGAGED, GateState.DEGRADED)


@dataclass(slots=True)
class Watched:
    """What was seen on a drive."""

    progress: Any = None
    """The newest `DriveProgress`."""
    speed_mps: float = 0.0
    state: GateState = GateState.DISENGAGED
    reasons: tuple[str, ...] = ()
    states: list[tuple[float, GateState]] = field(default_factory=list)
    """When the gate changed its state, on the clock of the stamps."""
    alerts: list[tuple[float, str, str]] = field(default_factory=list)
    """When, code and text."""
    answers_s: list[float] = field(default_factory=list)
    """Wall time from a step being shown to the gate's command that rests on it."""
    plan_ages_s: list[float] = field(default_factory=list)
    """Of each valid command, on the clock of the stamps."""
    departures: int = 0
    """How often a wheel left the lane."""
    planner_notices: list[str] = field(default_factory=list)
    """Each only once."""
    cameras: int = 0


class Desk:
    """Hears through a node of its owner's and keeps what it has seen in `seen`."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self.seen = Watched()
        self._shown: deque[tuple[float, float]] = deque(maxlen=200)
        self._plans: deque[float] = deque(maxlen=40)
        self._wheel_out = False
        self._hear(wires.PROGRESS, self._on_progress)
        self._hear(wires.GATE_STATE, self._on_state)
        self._hear(wires.ALERT, self._on_alert)
        self._hear(wires.COMMAND, self._on_command)
        self._hear(wires.PLANNER_STATUS, self._on_status)
        self._hear(wires.ODOMETRY, self._on_odometry)

    @property
    def rate_hz(self) -> float:
        """Plans a second of the wall clock, lately."""
        if len(self._plans) < 2 or self._plans[-1] <= self._plans[0]:
            return 0.0
        return (len(self._plans) - 1) / (self._plans[-1] - self._plans[0])

    def line(self) -> str:
        """The status in one line."""
        seen = self.seen
        if seen.progress is None:
            return 'waiting for the nodes to start'
        age_ms = 1e3 * seen.plan_ages_s[-1] if seen.plan_ages_s else 0.0
        return (
            f'{seen.progress.time_s:5.1f} s  {3.6 * seen.speed_mps:3.0f} km/h  '
            f'{seen.progress.position_error_m:+.2f} m  plan {age_ms:3.0f} ms old  '
            f'{self.rate_hz:4.1f} plans/s  {seen.cameras} cameras  {seen.state.name}'
            + (f': {seen.reasons[0]}' if seen.reasons else '')
        )

    def _hear(self, wire: Wire, callback: Any) -> None:
        quality = profile(wire.quality, Reliability.RELIABLE)
        self._node.create_subscription(type_of(wire.type_name), wire.name, callback, quality)

    def _on_progress(self, message: Any) -> None:
        self.seen.progress = message
        stamp_s = seconds(message.header.stamp)
        if message.time_s == 0.0:  # the start is shown until the car is engaged
            self._shown.clear()
        self._shown.append((stamp_s, monotonic()))
        if message.wheel_out and not self._wheel_out:
            self.seen.departures += 1
        self._wheel_out = message.wheel_out

    def _on_state(self, message: Any) -> None:
        state = GateState(message.state)
        if state is not self.seen.state:
            self.seen.states.append((seconds(message.header.stamp), state))
        self.seen.state = state
        self.seen.reasons = tuple(reason.text for reason in message.reasons)

    def _on_alert(self, message: Any) -> None:
        now_s = self._shown[-1][0] if self._shown else 0.0
        self.seen.alerts.append((now_s, message.code, message.text))

    def _on_command(self, message: Any) -> None:
        if not message.valid:
            return
        plan_s = seconds(message.plan_stamp)
        while self._shown and self._shown[0][0] <= plan_s + 1e-6:
            _, wall_s = self._shown.popleft()
            self.seen.answers_s.append(monotonic() - wall_s)
            self._plans.append(monotonic())
            self.seen.plan_ages_s.append(seconds(message.header.stamp) - plan_s)

    def _on_status(self, message: Any) -> None:
        self.seen.cameras = sum(1 for age_s in message.camera_ages_s if age_s < float('inf'))
        for notice in message.notices:
            if notice.text not in self.seen.planner_notices:
                self.seen.planner_notices.append(notice.text)

    def _on_odometry(self, message: Any) -> None:
        self.seen.speed_mps = message.twist.twist.linear.x
