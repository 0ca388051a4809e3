# SPDX-License-Identifier: Apache-2.0
"""Monitor of a drive over its topics: values for the status line, and statistics."""

import re
from collections import deque
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from rclpy.node import Node

from wpt_core.safety import GateState
from wpt_ros import topics
from wpt_ros.conversions.stamps import seconds
from wpt_ros.qos import Reliability, profile, type_of
from wpt_ros.topics import Topic

__all__ = ['SILENT', 'DriveMonitor', 'DriveStats', 'SilenceTimer']

SILENT = 'gate silent'
_RATE_S = 5.0
_MAX_GAP_S = 0.1
_NUMBER = re.compile(r'-?\d+(\.\d+)?')


@dataclass(slots=True)
class DriveStats:
    """Statistics of a drive."""

    progress: Any = None
    """The newest `DriveProgress`."""
    speed_mps: float = 0.0
    state: str = GateState.DISENGAGED.name
    """Last state of the gate, or `SILENT`."""
    reasons: tuple[str, ...] = ()
    """The newest reasons of the gate for not being engaged."""
    states: list[tuple[float, str]] = field(default_factory=list)
    """State changes of the gate, with the time in seconds of the drive."""
    alerts: list[tuple[float, str, str]] = field(default_factory=list)
    """Time, code and text."""
    answers_s: list[float] = field(default_factory=list)
    """Wall time from the publication of a step to the command of the gate that answers it."""
    plan_ages_s: list[float] = field(default_factory=list)
    """Age of the plan of each valid command, by stamps."""
    began_outside: bool = False
    """At the start a wheel was outside the lane."""
    departures: int = 0
    """Number of times that a wheel left the lane."""
    taken_over: bool = False
    """The driver had to steer."""
    planner_notices: list[str] = field(default_factory=list)
    """Each once; notices that differ in numbers only count as one."""
    cameras: int = 0

    @property
    def drive_s(self) -> float:
        """Return the time since the start of the drive."""
        return float(self.progress.time_s) if self.progress is not None else 0.0


class SilenceTimer:
    """Detects a silent node: call `received` for each message, and `poll` regularly.

    A node is not lost before its first message. A pause between two polls counts as 0.1 s at most,
    as messages may wait in the queue of the caller.
    """

    def __init__(self, limit_s: float = 0.5) -> None:
        self._limit_s = limit_s
        self._silent_s = 0.0
        self._polled_s: float | None = None
        self._received = False

    @property
    def lost(self) -> bool:
        return self._silent_s > self._limit_s

    def received(self) -> None:
        self._received, self._silent_s = True, 0.0

    def poll(self, now_s: float) -> None:
        """Advance the timer after all queued messages were taken; `now_s` is monotonic."""
        if self._received and self._polled_s is not None:
            self._silent_s += min(now_s - self._polled_s, _MAX_GAP_S)
        self._polled_s = now_s


class DriveMonitor:
    """Subscribes with the node of its owner, and updates `stats`."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self.stats = DriveStats()
        self._shown: deque[tuple[float, float]] = deque(maxlen=200)
        self._gate = SilenceTimer()
        self._plan_s: float | None = None
        self._plans: deque[float] = deque(maxlen=1000)
        self._wheel_out = False
        self._noticed: set[str] = set()
        self._subscribe(topics.PROGRESS, self._on_progress)
        self._subscribe(topics.GATE_STATE, self._on_state)
        self._subscribe(topics.ALERT, self._on_alert)
        self._subscribe(topics.COMMAND, self._on_command)
        self._subscribe(topics.PLAN, self._on_plan)
        self._subscribe(topics.PLANNER_STATUS, self._on_status)
        self._subscribe(topics.ODOMETRY, self._on_odometry)

    def poll(self, now_s: float) -> None:
        """Check whether the gate still publishes; call it regularly with wall time."""
        self._gate.poll(now_s)
        if self._gate.lost:
            self._note_state(SILENT)

    def rate_hz(self, now_s: float) -> float:
        """Return the recent plans per second of wall time."""
        while self._plans and now_s - self._plans[0] > _RATE_S:
            self._plans.popleft()
        return len(self._plans) / _RATE_S

    def line(self, now_s: float) -> str:
        """Return the status line, the most important values first."""
        stats = self.stats
        if stats.progress is None:
            return 'waiting for the nodes to start'
        reason = f': {stats.reasons[0]}' if stats.reasons and stats.state != SILENT else ''
        return (
            f'{stats.drive_s:5.1f} s  {3.6 * stats.speed_mps:3.0f} km/h  '
            f'{stats.progress.position_error_m:+.2f} m  {self._plan_age()}  '
            f'{self.rate_hz(now_s):4.1f} plans/s  {stats.cameras} cameras  {stats.state}{reason}'
        )

    def _plan_age(self) -> str:
        if self._plan_s is None:
            return 'no plan yet'
        age_s = seconds(self.stats.progress.header.stamp) - self._plan_s
        return f'plan {1e3 * max(age_s, 0.0):4.0f} ms old'

    def _subscribe(self, topic: Topic, callback: Any) -> None:
        quality = profile(topic.quality, Reliability.RELIABLE)
        self._node.create_subscription(type_of(topic.type_name), topic.name, callback, quality)

    def _on_progress(self, message: Any) -> None:
        self.stats.progress = message
        stamp_s = seconds(message.header.stamp)
        if message.time_s == 0.0:  # the start is repeated until the car is engaged
            self._shown.clear()
            self.stats.began_outside = self._wheel_out = message.wheel_out
        self._shown.append((stamp_s, monotonic()))
        self.stats.departures += message.wheel_out and not self._wheel_out
        self._wheel_out = message.wheel_out
        self.stats.taken_over |= not message.steered

    def _on_state(self, message: Any) -> None:
        self._gate.received()
        state = GateState(message.state)
        reasons = tuple(reason.text for reason in message.reasons)
        if reasons or state is GateState.ENGAGED:
            self.stats.reasons = reasons
        self._note_state(state.name)

    def _note_state(self, state: str) -> None:
        if state != self.stats.state:
            self.stats.states.append((self.stats.drive_s, state))
        self.stats.state = state

    def _on_alert(self, message: Any) -> None:
        self.stats.alerts.append((self.stats.drive_s, message.code, message.text))

    def _on_command(self, message: Any) -> None:
        self._gate.received()
        if not message.valid:
            return
        plan_s = seconds(message.plan_stamp)
        while self._shown and self._shown[0][0] <= plan_s + 1e-6:
            _, wall_s = self._shown.popleft()
            self.stats.answers_s.append(monotonic() - wall_s)
            self.stats.plan_ages_s.append(seconds(message.header.stamp) - plan_s)

    def _on_plan(self, message: Any) -> None:
        self._plan_s = seconds(message.header.stamp)
        self._plans.append(monotonic())

    def _on_status(self, message: Any) -> None:
        self.stats.cameras = sum(1 for age_s in message.camera_ages_s if age_s < float('inf'))
        for notice in message.notices:
            if (form := _NUMBER.sub('', notice.text)) not in self._noticed:
                self._noticed.add(form)
                self.stats.planner_notices.append(notice.text)

    def _on_odometry(self, message: Any) -> None:
        self.stats.speed_mps = message.twist.twist.linear.x
