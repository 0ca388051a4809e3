# SPDX-License-Identifier: Apache-2.0
"""Plausibility check of the odometry: speed, yaw rate and poses against each other."""

import math
from collections import deque
from dataclasses import astuple, dataclass, replace

from wpt_core.safety.settings import OdometrySettings
from wpt_core.types import Level, Notice
from wpt_core.vehicle import Chassis

__all__ = ['Motion', 'OdometryCheck']

_WINDOW_S = 1.0
_BREAK_S = 0.3
"""Nothing is integrated over a longer pause between two messages."""
_BACK_S = 0.3
"""A speed that jumps back within this time is a glitch."""
_ROLLING_MPS = 0.5
"""Below this the yaw rate is not checked: that of a real INS of a parked car jumps by 0.7."""
_LEAST_SPAN_S = 0.25
"""Over shorter spans the noise of the poses gives no speed."""


@dataclass(frozen=True, slots=True)
class Motion:
    """One odometry: motion of `base_link`, pose in a continuous frame."""

    stamp_s: float
    speed_mps: float
    yaw_rate_radps: float
    x_m: float
    y_m: float
    yaw_rad: float

    @property
    def finite(self) -> bool:
        return all(map(math.isfinite, astuple(self)))


@dataclass(frozen=True, slots=True)
class _Point:
    """A pose with the distance and turn integrated from the twists."""

    motion: Motion
    distance_m: float
    turn_rad: float


class OdometryCheck:
    """Takes finite motions in the order of their stamps and reports implausible ones.

    After a speed jump that does not revert within a short time the source is not trusted any more:
    a stuck or swapped source would look valid from its second message on.
    """

    def __init__(self, settings: OdometrySettings, vehicle: Chassis) -> None:
        self._settings = settings
        self._vehicle = vehicle
        self.reset()

    def reset(self) -> None:
        """Reset all state."""
        self._trusted: Motion | None = None
        self._points: deque[_Point] = deque()
        self._jump: tuple[float, Notice] | None = None
        self._distrusted = False
        self._bound_mps = 0.0

    def shift(self, by_s: float) -> None:
        """Shift all stamps after the clock was set."""
        last = self._points[-1].motion if self._points else None
        self._points.clear()
        if last is not None:
            self._points.append(_Point(replace(last, stamp_s=last.stamp_s + by_s), 0.0, 0.0))
        if self._trusted is not None:
            self._trusted = replace(self._trusted, stamp_s=self._trusted.stamp_s + by_s)
        if self._jump is not None:
            self._jump = self._jump[0] + by_s, self._jump[1]

    def take(self, motion: Motion) -> Notice | None:
        """Check the newest motion; return the fault, if any."""
        last = self._points[-1].motion if self._points else None
        jump = self._speed_jump(motion, last) or self._yaw_rate_jump(motion, last)
        contradiction = self._contradiction(motion, last)
        found = jump or contradiction
        if found is None:
            self._trusted = motion
        self._bound_mps = self._bounded(motion, last)
        return found

    def bound_mps(self, age_s: float) -> float:
        """Return an upper estimate of the speed `age_s` after the last motion.

        It never falls faster than the car can brake, whatever the odometry reports.
        """
        return self._bound_mps + self._vehicle.max_acceleration_mps2 * max(age_s, 0.0)

    def _bounded(self, motion: Motion, last: Motion | None) -> float:
        elapsed_s = 0.0 if last is None else motion.stamp_s - last.stamp_s
        floor_mps = self._bound_mps - self._vehicle.max_braking_mps2 * elapsed_s
        return max(abs(motion.speed_mps), floor_mps, self._speed_by_poses())

    def _speed_by_poses(self) -> float:
        """Speed from the poses over the window; 0 if it is too short."""
        first, last = self._points[0].motion, self._points[-1].motion
        span_s = last.stamp_s - first.stamp_s
        return _distance_m(first, last) / span_s if span_s >= _LEAST_SPAN_S else 0.0

    def _speed_jump(self, motion: Motion, last: Motion | None) -> Notice | None:
        trusted = self._trusted
        if trusted is None or last is None:
            return None
        if self._jump is None:
            # The window counts as well, so that noise cannot add up to an impossible ramp.
            if all(self._speeds_fit(motion, one) for one in (trusted, self._points[0].motion)):
                return None
            text = (
                f'Odometry went from {trusted.speed_mps:.1f} to {motion.speed_mps:.1f} m/s in '
                f'{motion.stamp_s - trusted.stamp_s:.2f} s, as no car can; repair its source, '
                'then restart the gate.'
            )
            self._jump = motion.stamp_s, _error('speed_jump', text)
            return self._jump[1]
        since_s, notice = self._jump
        self._distrusted = self._distrusted or motion.stamp_s - since_s > _BACK_S
        jumps_back = self._speeds_fit(motion, trusted) and not self._speeds_fit(motion, last)
        if jumps_back and not self._distrusted:
            self._jump = None
            self._points.clear()
            return None
        return notice

    def _speeds_fit(self, motion: Motion, before: Motion) -> bool:
        settings = self._settings
        change_mps = settings.speed_change_mps2 * (motion.stamp_s - before.stamp_s)
        difference_mps = abs(motion.speed_mps - before.speed_mps)
        return difference_mps <= settings.speed_noise_mps + change_mps

    def _yaw_rate_jump(self, motion: Motion, last: Motion | None) -> Notice | None:
        if last is None or not (_rolls(motion) and _rolls(last)):
            return None
        settings = self._settings
        elapsed_s = motion.stamp_s - last.stamp_s
        change_radps = abs(motion.yaw_rate_radps - last.yaw_rate_radps)
        most_radps = settings.yaw_rate_change_radps2 * elapsed_s + settings.yaw_rate_noise_radps
        if change_radps <= most_radps:
            return None
        text = (
            f'The yaw rate of the odometry changed by {change_radps:.2f} rad/s in '
            f'{elapsed_s:.2f} s, which no car does.'
        )
        return _error('yaw_rate_jump', text)

    def _contradiction(self, motion: Motion, last: Motion | None) -> Notice | None:
        """Compare poses and twists over the last second; a reported difference is dropped."""
        points = self._points
        if last is None or not points or motion.stamp_s - last.stamp_s > _BREAK_S:
            points.clear()
            points.append(_Point(motion, 0.0, 0.0))
            return None
        points.append(_next_point(points[-1], motion))
        while motion.stamp_s - points[0].motion.stamp_s > _WINDOW_S:
            points.popleft()
        found = self._disagreement(points[0], points[-1])
        if found is None:
            return None
        points.clear()
        points.append(_Point(motion, 0.0, 0.0))
        if replace(motion, stamp_s=last.stamp_s) == last:
            return _error(
                'odometry_frozen', 'Odometry repeats one motion under new stamps; is it stuck?'
            )
        return found

    def _disagreement(self, first: _Point, last: _Point) -> Notice | None:
        settings = self._settings
        span_s = last.motion.stamp_s - first.motion.stamp_s
        moved_m, distance_m = (
            _distance_m(first.motion, last.motion),
            last.distance_m - first.distance_m,
        )
        most_m = settings.pose_noise_m + settings.pose_share * max(moved_m, distance_m)
        if abs(moved_m - distance_m) > most_m:
            text = (
                f'The poses of the odometry moved {moved_m:.1f} m in {span_s:.2f} s where its '
                f'speeds add up to {distance_m:.1f} m.'
            )
            return _error('odometry_contradicts', text)
        if not (_rolls(first.motion) and _rolls(last.motion)):
            return None
        turned_rad = last.motion.yaw_rad - first.motion.yaw_rad
        turn_rad = last.turn_rad - first.turn_rad
        apart_rad = abs(math.remainder(turned_rad - turn_rad, math.tau))
        if apart_rad > settings.yaw_noise_rad + settings.pose_share * abs(turn_rad):
            text = (
                f'The headings of the odometry turned {apart_rad:.2f} rad in {span_s:.2f} s '
                f'beside the {turn_rad:.2f} rad of its yaw rates.'
            )
            return _error('odometry_contradicts', text)
        return None


def _next_point(before: _Point, motion: Motion) -> _Point:
    last = before.motion
    half_s = 0.5 * (motion.stamp_s - last.stamp_s)
    return _Point(
        motion,
        before.distance_m + half_s * (abs(last.speed_mps) + abs(motion.speed_mps)),
        before.turn_rad + half_s * (last.yaw_rate_radps + motion.yaw_rate_radps),
    )


def _rolls(motion: Motion) -> bool:
    return abs(motion.speed_mps) > _ROLLING_MPS


def _distance_m(first: Motion, last: Motion) -> float:
    return math.hypot(last.x_m - first.x_m, last.y_m - first.y_m)


def _error(code: str, text: str) -> Notice:
    return Notice(Level.ERROR, code, text)
