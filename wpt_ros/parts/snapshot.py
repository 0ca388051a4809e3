# SPDX-License-Identifier: Apache-2.0
"""The newest messages of a drive for display, each until it is stale."""

import math
from collections import deque
from dataclasses import dataclass
from typing import Generic, TypeVar

from wpt_core.geometry import FloatArray, inverse, transform_points
from wpt_core.types import EgoState, LateralCommand, Plan
from wpt_ros import topics
from wpt_ros.conversions.states import GateSummary, PlannerSummary

__all__ = ['Latest', 'Snapshot', 'SnapshotBuffer', 'Trail']

Value = TypeVar('Value')

_TRAIL_STEP_M, _TRAIL_POINTS = 0.5, 120
_JUMP_M = 5.0
"""A larger step between two odometry messages starts another drive."""


class Latest(Generic[Value]):
    """The last value received, until its stamp is too old."""

    def __init__(self, stale_after_s: float | None) -> None:
        """None: never stale."""
        self.stale_after_s = math.inf if stale_after_s is None else stale_after_s
        self._value: Value | None = None
        self._stamp_s = -math.inf

    def take(self, value: Value, stamp_s: float) -> None:
        """Replace the value, also by an older one, because time may have jumped back."""
        self._value, self._stamp_s = value, stamp_s

    def forget(self) -> None:
        """Drop the value."""
        self._value = None

    @property
    def ever(self) -> bool:
        """Return whether a value was ever received."""
        return self._stamp_s > -math.inf

    def age_s(self, now_s: float) -> float:
        """Infinite before the first; negative for a stamp from the future."""
        return now_s - self._stamp_s

    def at(self, now_s: float) -> Value | None:
        """Return the value, or None if its stamp is too far in the past or in the future."""
        return self._value if abs(self.age_s(now_s)) <= self.stale_after_s else None


@dataclass(frozen=True, eq=False, slots=True)
class Snapshot:
    """The state of a drive at one time; None for unknown or stale values."""

    plan: Plan | None = None
    plan_age_s: float = math.inf
    """Of the newest plan, also of one that is too old; infinite before the first."""
    command: LateralCommand | None = None
    gate: GateSummary | None = None
    gate_lost: bool = False
    """The gate was received before and has stopped publishing."""
    planner: PlannerSummary | None = None
    speed_mps: float | None = None
    driven_m: FloatArray | None = None
    """(N, 2), N at least 2: path behind the car, in `base_link`."""


class Trail:
    """Keeps the latest path of the car in the frame of the odometry."""

    def __init__(self) -> None:
        self._points_m: deque[tuple[float, float]] = deque(maxlen=_TRAIL_POINTS)
        self._newest: EgoState | None = None

    def take(self, ego: EgoState) -> None:
        """Add odometry; a jump in position or time restarts the trail."""
        before, self._newest = self._newest, ego
        here_m = (ego.pose.x_m, ego.pose.y_m)
        if before is not None:
            there_m = (before.pose.x_m, before.pose.y_m)
            if ego.stamp_s < before.stamp_s or math.dist(here_m, there_m) > _JUMP_M:
                self._points_m.clear()
        last_m = self._points_m[-1] if self._points_m else None
        if last_m is None or math.dist(here_m, last_m) >= _TRAIL_STEP_M:
            self._points_m.append(here_m)

    def in_base_link_m(self) -> FloatArray | None:
        """Return (N, 2) in the current `base_link`, oldest first; None if the car stood."""
        if self._newest is None or len(self._points_m) < 2:
            return None
        pose = self._newest.pose
        return transform_points(inverse(pose), [*self._points_m, (pose.x_m, pose.y_m)])


class SnapshotBuffer:
    """Stores the newest messages, and returns those that are still valid."""

    def __init__(self) -> None:
        self.plan: Latest[Plan] = Latest(topics.PLAN.stale_after_s)
        self.command: Latest[LateralCommand] = Latest(topics.COMMAND.stale_after_s)
        self.gate: Latest[GateSummary] = Latest(topics.GATE_STATE.stale_after_s)
        self.planner: Latest[PlannerSummary] = Latest(topics.PLANNER_STATUS.stale_after_s)
        self.speed_mps: Latest[float] = Latest(topics.ODOMETRY.stale_after_s)
        self.trail = Trail()

    def at(self, now_s: float) -> Snapshot:
        speed_mps, gate = self.speed_mps.at(now_s), self.gate.at(now_s)
        return Snapshot(
            plan=self.plan.at(now_s),
            plan_age_s=self.plan.age_s(now_s),
            command=self.command.at(now_s),
            gate=gate,
            gate_lost=gate is None and self.gate.ever,
            planner=self.planner.at(now_s),
            speed_mps=speed_mps,
            driven_m=self.trail.in_base_link_m() if speed_mps is not None else None,
        )
