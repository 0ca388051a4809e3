# SPDX-License-Identifier: Apache-2.0
"""What somebody who only watches knows of a drive: the newest of each kind, until it is old."""

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
"""No car drives so far from one odometry to the next: another drive has begun."""


class Latest(Generic[Value]):
    """The last value that came, for as long as its stamp is near enough to now."""

    def __init__(self, stale_after_s: float | None) -> None:
        """None: it never gets old."""
        self.stale_after_s = math.inf if stale_after_s is None else stale_after_s
        self._value: Value | None = None
        self._stamp_s = -math.inf

    def take(self, value: Value, stamp_s: float) -> None:
        """Whatever comes replaces what came before, because time may have jumped back."""
        self._value, self._stamp_s = value, stamp_s

    def forget(self) -> None:
        """What came last holds no more."""
        self._value = None

    @property
    def ever(self) -> bool:
        """Whether a value has come at all."""
        return self._stamp_s > -math.inf

    def age_s(self, now_s: float) -> float:
        """Infinite before the first; negative for a stamp from the future."""
        return now_s - self._stamp_s

    def at(self, now_s: float) -> Value | None:
        """A stamp that is as far in the future as it may be in the past is old, too."""
        return self._value if abs(self.age_s(now_s)) <= self.stale_after_s else None


@dataclass(frozen=True, eq=False, slots=True)
class Snapshot:
    """The drive at one moment; None for what is not known or too old."""

    plan: Plan | None = None
    plan_age_s: float = math.inf
    """Of the newest plan, also of one that is too old; infinite before the first."""
    command: LateralCommand | None = None
    gate: GateSummary | None = None
    gate_lost: bool = False
    """It was there before and has fallen silent."""
    planner: PlannerSummary | None = None
    speed_mps: float | None = None
    driven_m: FloatArray | None = None
    """(N, 2), N at least 2: the way the car has come, in `base_link`."""


class Trail:
    """Remembers where odometry has been, in its own frame."""

    def __init__(self) -> None:
        self._points_m: deque[tuple[float, float]] = deque(maxlen=_TRAIL_POINTS)
        self._newest: EgoState | None = None

    def take(self, ego: EgoState) -> None:
        """The newest odometry; a jump in place or time begins anew."""
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
        """(N, 2) in `base_link` as it is now, the oldest first, the car last; None if it stood."""
        if self._newest is None or len(self._points_m) < 2:
            return None
        pose = self._newest.pose
        return transform_points(inverse(pose), [*self._points_m, (pose.x_m, pose.y_m)])


class SnapshotBuffer:
    """Is told what comes over the topics, and says what of it still holds."""

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
