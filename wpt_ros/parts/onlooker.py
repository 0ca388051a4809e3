# SPDX-License-Identifier: Apache-2.0
"""What somebody who only watches knows of a drive: the newest of each kind, until it is old."""

import math
from dataclasses import dataclass
from typing import Generic, TypeVar

from wpt_core.geometry import FloatArray
from wpt_core.types import LateralCommand, Plan
from wpt_ros import topics
from wpt_ros.conversions.states import GateSays, PlannerSays
from wpt_ros.parts.trail import Trail

__all__ = ['Newest', 'Onlooker', 'Seen']

Value = TypeVar('Value')


class Newest(Generic[Value]):
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
class Seen:
    """The drive at one moment; None for what is not known or too old."""

    plan: Plan | None = None
    plan_age_s: float = math.inf
    """Of the newest plan, also of one that is too old; infinite before the first."""
    command: LateralCommand | None = None
    gate: GateSays | None = None
    gate_lost: bool = False
    """It was there before and has fallen silent."""
    planner: PlannerSays | None = None
    speed_mps: float | None = None
    driven_m: FloatArray | None = None
    """(N, 2), N at least 2: the way the car has come, in `base_link`."""


class Onlooker:
    """Is told what comes over the topics, and says what of it still holds."""

    def __init__(self) -> None:
        self.plan: Newest[Plan] = Newest(topics.PLAN.stale_after_s)
        self.command: Newest[LateralCommand] = Newest(topics.COMMAND.stale_after_s)
        self.gate: Newest[GateSays] = Newest(topics.GATE_STATE.stale_after_s)
        self.planner: Newest[PlannerSays] = Newest(topics.PLANNER_STATUS.stale_after_s)
        self.speed_mps: Newest[float] = Newest(topics.ODOMETRY.stale_after_s)
        self.trail = Trail()

    def at(self, now_s: float) -> Seen:
        speed_mps, gate = self.speed_mps.at(now_s), self.gate.at(now_s)
        return Seen(
            plan=self.plan.at(now_s),
            plan_age_s=self.plan.age_s(now_s),
            command=self.command.at(now_s),
            gate=gate,
            gate_lost=gate is None and self.gate.ever,
            planner=self.planner.at(now_s),
            speed_mps=speed_mps,
            driven_m=self.trail.behind_m() if speed_mps is not None else None,
        )
