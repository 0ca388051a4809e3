# SPDX-License-Identifier: Apache-2.0
"""Lateral controller: from the newest plan to a curvature command at any time."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from wpt_core.planning.trim import SteeringTrim
from wpt_core.types import Action, Bounds, LateralCommand, Plan, check_bounds

__all__ = ['Controller', 'ControllerSettings']


@dataclass(frozen=True, slots=True)
class ControllerSettings:
    """Comfort limits; the gate enforces its own limits."""

    lateral_mps2: Annotated[float, Bounds(0.5, 3.0)] = 3.0
    """Largest lateral acceleration (ISO 11270)."""
    lateral_jerk_mps3: Annotated[float, Bounds(0.5, 5.0)] = 5.0
    """Largest lateral jerk (ISO 11270), so that a new plan causes no step in the command."""
    least_speed_mps: Annotated[float, Bounds(1.0, 5.0)] = 2.0
    """Below this speed the limits are those at this speed, so that they stay finite."""
    most_age_s: Annotated[float, Bounds(0.1, 1.0)] = 0.5
    """A plan is followed for this long; afterwards its last curvature is held."""

    def __post_init__(self) -> None:
        check_bounds(self)


@dataclass(frozen=True, slots=True)
class _Aim:
    """The parts of a plan that steering uses."""

    plan: Plan
    curvature_1pm: float
    """Commanded by the network, for `delay_s` after the images."""
    delay_s: float


@dataclass(frozen=True, slots=True)
class _Motion:
    speed_mps: float
    curvature_1pm: float


class Controller:
    """Computes the curvature command from the newest plan and motion.

    A second call of `command_at` for the same time replaces the first result.
    """

    def __init__(self, settings: ControllerSettings | None = None) -> None:
        self._settings = settings or ControllerSettings()
        self._trim = SteeringTrim()
        self._aim: _Aim | None = None
        self._motion: _Motion | None = None
        self._steers = True
        self._now_s: float | None = None
        self._elapsed_s = self._before_1pm = self._wanted_1pm = 0.0

    def take_plan(self, plan: Plan, action: Action, *, delay_s: float) -> None:
        """Store the newest plan and the action commanded for `delay_s` after its images."""
        self._aim = _Aim(plan, action.curvature_1pm, delay_s)

    def take_motion(self, speed_mps: float, curvature_1pm: float) -> None:
        """Store the motion reported by the odometry."""
        self._motion = _Motion(abs(speed_mps), curvature_1pm)

    def take_steering(self, steers: bool) -> None:
        """Store whether the car follows the commands; while it does not, the trim is not
        updated."""
        if steers != self._steers:
            self._trim = SteeringTrim()
            self._now_s = None
        self._steers = steers

    def reset(self) -> None:
        """Reset all state, for instance after a jump of the clock."""
        self._aim = self._motion = self._now_s = None
        self._trim = SteeringTrim()

    def command_at(self, now_s: float) -> LateralCommand:
        """Return the command for now; not valid before the first plan and motion."""
        aim, motion = self._aim, self._motion
        if aim is None or motion is None:
            return LateralCommand(now_s, 0.0, 0.0, 0.0, valid=False)
        self._advance(now_s, motion)
        self._wanted_1pm = self._limited(self._followed(now_s, aim), motion.speed_mps)
        rate = (self._wanted_1pm - self._before_1pm) / self._elapsed_s if self._elapsed_s else 0.0
        commanded = self._wanted_1pm
        if self._steers:
            commanded = self._trim.compensated(
                now_s,
                self._wanted_1pm,
                driven_1pm=motion.curvature_1pm,
                speed_mps=motion.speed_mps,
                delay_s=aim.delay_s,
            )
        return LateralCommand(now_s, aim.plan.stamp_s, commanded, rate, valid=True)

    def _advance(self, now_s: float, motion: _Motion) -> None:
        """Finish the previous time step; while the car is not steered, start from its
        curvature."""
        then_s = self._now_s
        if then_s is None or now_s < then_s or not self._steers:
            self._before_1pm, self._elapsed_s = motion.curvature_1pm, 0.0
        elif now_s > then_s:
            self._before_1pm, self._elapsed_s = self._wanted_1pm, now_s - then_s
        self._now_s = now_s

    def _followed(self, now_s: float, aim: _Aim) -> float:
        """Return the commanded curvature plus the change of the planned curvature since then."""
        age_s = min(max(now_s - aim.plan.stamp_s, 0.0), self._settings.most_age_s)
        if age_s == 0.0:
            return aim.curvature_1pm
        plan, best = aim.plan, aim.plan.best
        times_s = (aim.delay_s, aim.delay_s + age_s)
        yaw_rates = np.interp(times_s, plan.times_s, plan.yaw_rates_radps[best])
        speeds = np.interp(times_s, plan.times_s, plan.speeds_mps[best])
        then, now = yaw_rates / np.maximum(speeds, self._settings.least_speed_mps)
        return aim.curvature_1pm + float(now - then)

    def _limited(self, curvature_1pm: float, speed_mps: float) -> float:
        settings = self._settings
        square = max(speed_mps, settings.least_speed_mps) ** 2
        change = settings.lateral_jerk_mps3 * self._elapsed_s / square
        most = settings.lateral_mps2 / square
        low, high = self._before_1pm - change, self._before_1pm + change
        return min(max(min(max(curvature_1pm, low), high), -most), most)
