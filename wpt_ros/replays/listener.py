# SPDX-License-Identifier: Apache-2.0
"""Listener of a replay: collects plans, planner status, and the state of the player."""

import math
from bisect import bisect_left
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from diagnostic_msgs.msg import DiagnosticStatus
from rclpy.node import Node

from wpt_core.types import InputError
from wpt_ros import topics
from wpt_ros.conversions.plans import plan_of
from wpt_ros.conversions.stamps import seconds
from wpt_ros.nodes.player import PLAYED, TO_THE_END
from wpt_ros.qos import profile, type_of
from wpt_ros.replays.comparison import PublishedPlan
from wpt_ros.replays.source import stamp_ns
from wpt_ros.topics import Topic

__all__ = ['Listener', 'Received']


@dataclass(slots=True)
class Received:
    """Messages and counts of one replay."""

    plans: list[PublishedPlan] = field(default_factory=list)
    answers_s: list[tuple[float, float]] = field(default_factory=list)
    """Stamp of the images, and wall time from /clock reaching it to the plan."""
    latencies_s: list[float] = field(default_factory=list)
    """Latency by the planner, on the clock of the recording, which it does not read while it
    computes."""
    cameras: dict[str, int] = field(default_factory=dict)
    """Number of plans that used each camera."""
    notices: dict[str, int] = field(default_factory=dict)
    """Notices of planner and player, with counts."""
    dropped: int = 0
    """Images of the anchor that a newer one replaced, as the planner counts them."""
    deaths: list[str] = field(default_factory=list)


class Listener:
    """Subscribes with the node of its owner, to no topic that the player waits for."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self.received = Received()
        self.now_s: float | None = None
        """Time of the player's clock; None before it starts."""
        self._reached: tuple[list[float], list[float]] = [], []
        self._last_set_ns = 0
        self.planner_notices: list[str] = []
        """The last notices of the planner."""
        self.ended = False
        """The player has reached the end."""
        self.refusals: dict[str, str] = {}
        """Reason why a node stays unconfigured, by node."""
        self._subscribe(topics.PLAN, self._on_plan)
        self._subscribe(topics.PLANNER_STATUS, self._on_status)
        self._subscribe(topics.CLOCK, self._on_clock)
        self._subscribe(topics.DIAGNOSTICS, self._on_diagnostics)

    def _subscribe(self, topic: Topic, callback: Any) -> None:
        kind = type_of(topic.type_name)
        self._node.create_subscription(kind, topic.name, callback, profile(topic.quality))

    def _on_plan(self, message: Any) -> None:
        try:
            plan, action, delay_s = plan_of(message)
        except InputError as error:
            self._note(str(error))
            return
        self.received.plans.append(
            PublishedPlan(stamp_ns(message.header.stamp), plan, action, delay_s)
        )
        clock_s, wall_s = self._reached
        index = bisect_left(clock_s, plan.stamp_s - 1e-6)
        if index < len(clock_s):
            self.received.answers_s.append((plan.stamp_s, monotonic() - wall_s[index]))

    def _on_status(self, message: Any) -> None:
        self.planner_notices = [notice.text for notice in message.notices]
        set_ns = stamp_ns(message.header.stamp)
        if set_ns == self._last_set_ns:  # no images yet, or none any more
            return
        self._last_set_ns = set_ns
        for text in self.planner_notices:
            self._note(text)
        if not math.isfinite(message.latency_s):
            return
        self.received.latencies_s.append(message.latency_s)
        for camera, age_s in zip(message.cameras, message.camera_ages_s, strict=True):
            used = self.received.cameras.setdefault(camera, 0)
            self.received.cameras[camera] = used + math.isfinite(age_s)

    def _on_clock(self, message: Any) -> None:
        self.now_s = seconds(message.clock)
        clock_s, wall_s = self._reached
        clock_s.append(self.now_s)
        wall_s.append(monotonic())

    def _on_diagnostics(self, message: Any) -> None:
        for status in message.status:
            node = status.name.rpartition('/')[2]
            figures = {pair.key: pair.value for pair in status.values}
            if figures.get('state') == 'unconfigured' and status.level != DiagnosticStatus.OK:
                self.refusals[node] = status.message.removeprefix('configure: ')
            if node == 'planner':
                self.received.dropped = int(figures.get('dropped', self.received.dropped))
            if node == 'player':
                self._on_player(status, figures)

    def _on_player(self, status: Any, figures: dict[str, str]) -> None:
        self.ended = figures.get(PLAYED) == TO_THE_END
        if status.level != DiagnosticStatus.OK and status.message not in self.received.notices:
            self._note(status.message)

    def _note(self, text: str) -> None:
        self.received.notices[text] = self.received.notices.get(text, 0) + 1
