# SPDX-License-Identifier: Apache-2.0
"""Pass rules for lane keeping and lane changes over one recorded drive."""

import math
from dataclasses import dataclass

import numpy as np

from wpt_core.metrics.arrays import TIME_TOLERANCE_S, BoolArray, FloatArray, finite, rising
from wpt_core.types import InputError

__all__ = [
    'LANE_CENTRE_RULE',
    'LANE_CHANGE_RULE',
    'Finding',
    'LaneCentreRule',
    'LaneChangeRule',
    'LaneTrace',
    'Verdict',
    'judge_lane_centre',
    'judge_lane_change',
]


@dataclass(frozen=True, slots=True)
class LaneCentreRule:
    """Reach the target lane's centre in time and hold it, without collision, within two lanes."""

    offset_m: float = 0.35
    heading_rad: float = math.radians(2.0)
    settle_within_s: float = 8.0
    wheels_free_s: float = 3.0
    """Until then a wheel may be outside, because the drive may start at an offset."""


@dataclass(frozen=True, slots=True)
class LaneChangeRule:
    """Reach the target lane's centre in time and hold it, without collision or a further lane."""

    offset_m: float = 0.4
    settle_within_s: float = 8.0
    """After the command."""


LANE_CENTRE_RULE = LaneCentreRule()
LANE_CHANGE_RULE = LaneChangeRule()


@dataclass(frozen=True, eq=False, slots=True)
class LaneTrace:
    """One drive relative to its lanes, over N >= 2 times; left is positive."""

    times_s: FloatArray
    """(N,), rising."""
    offsets_m: FloatArray
    """(N,) lateral offset from the target position."""
    heading_errors_rad: FloatArray
    """(N,) heading relative to the lane, within -pi to pi."""
    left_clearances_m: FloatArray
    """(N,) from the leftmost wheel's outer edge to the left border; negative outside it. The
    border is that of the lane to keep or, for a lane change, of both lanes together."""
    right_clearances_m: FloatArray
    """(N,) likewise on the right."""

    def __post_init__(self) -> None:
        times_s = rising('LaneTrace.times_s', self.times_s, least=2)
        object.__setattr__(self, 'times_s', times_s)
        for name in (
            'offsets_m',
            'heading_errors_rad',
            'left_clearances_m',
            'right_clearances_m',
        ):
            values = finite(f'LaneTrace.{name}', getattr(self, name), shape=times_s.shape)
            object.__setattr__(self, name, values)


@dataclass(frozen=True, slots=True)
class Finding:
    """One requirement: whether it was met, and a sentence with the values."""

    met: bool
    text: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """All requirements of a rule, in a fixed order."""

    findings: tuple[Finding, ...]

    @property
    def passed(self) -> bool:
        return all(finding.met for finding in self.findings)

    @property
    def reasons(self) -> tuple[str, ...]:
        """The requirements that failed; all of them if the rule passed."""
        return tuple(finding.text for finding in self.findings if self.passed or not finding.met)


def judge_lane_centre(trace: LaneTrace, rule: LaneCentreRule = LANE_CENTRE_RULE) -> Verdict:
    """Return whether the drive settled within the rule's time and stayed in its lane."""
    heading_errors_rad = np.abs(trace.heading_errors_rad)
    near = (np.abs(trace.offsets_m) <= rule.offset_m) & (heading_errors_rad <= rule.heading_rad)
    start_s = float(trace.times_s[0])
    where = (
        f'{abs(trace.offsets_m[-1]):.2f} m and {math.degrees(heading_errors_rad[-1]):.1f}° off, '
        f'allowed {rule.offset_m:g} m and {math.degrees(rule.heading_rad):g}°'
    )
    free_until_s = start_s + rule.wheels_free_s + TIME_TOLERANCE_S
    return Verdict(
        (
            _settled(trace, near, since_s=start_s, within_s=rule.settle_within_s, where=where),
            _wheels_inside(trace, from_s=free_until_s, what='the lane'),
        )
    )


def judge_lane_change(
    trace: LaneTrace,
    *,
    command_s: float,
    collision_s: float | None = None,
    rule: LaneChangeRule = LANE_CHANGE_RULE,
) -> Verdict:
    """Return whether the drive reached the target lane in time after the command and held it.

    `collision_s`: time of the first collision, None without one.
    """
    if not trace.times_s[0] <= command_s <= trace.times_s[-1]:
        raise InputError(
            f'command_s must lie in the drive, {trace.times_s[0]:g} to {trace.times_s[-1]:g} s, '
            f'not at {command_s:g} s.'
        )
    near = np.abs(trace.offsets_m) <= rule.offset_m
    where = f'{abs(trace.offsets_m[-1]):.2f} m off, allowed {rule.offset_m:g} m'
    free = 'no collision' if collision_s is None else f'collision after {collision_s:.1f} s'
    return Verdict(
        (
            _settled(trace, near, since_s=command_s, within_s=rule.settle_within_s, where=where),
            Finding(collision_s is None, free),
            _wheels_inside(trace, from_s=-math.inf, what='the two lanes'),
        )
    )


def _settled(
    trace: LaneTrace, near: BoolArray, *, since_s: float, within_s: float, where: str
) -> Finding:
    """Check that the drive is near in time and stays near; a drive that ends too early fails."""
    lasted_s = float(trace.times_s[-1]) - since_s
    if lasted_s < within_s - TIME_TOLERANCE_S:
        return Finding(False, f'ended after {lasted_s:.1f} s, {within_s:.1f} s are judged')
    if not near[-1]:
        return Finding(False, f'not settled at the end: {where}')
    away = np.flatnonzero(~near)
    first = int(away[-1]) + 1 if len(away) else 0
    after_s = max(float(trace.times_s[first]) - since_s, 0.0)
    met = after_s <= within_s + TIME_TOLERANCE_S
    return Finding(met, f'settled after {after_s:.1f} s, allowed {within_s:.1f} s')


def _wheels_inside(trace: LaneTrace, *, from_s: float, what: str) -> Finding:
    """Check that no wheel is beyond either border later than `from_s`."""
    judged = trace.times_s > from_s
    clearances_m = np.minimum(trace.left_clearances_m, trace.right_clearances_m)[judged]
    if not len(clearances_m):
        return Finding(False, f'ended before the wheels had to be inside {what}')
    least_m = float(clearances_m.min())
    if least_m >= 0.0:
        return Finding(True, f'wheels stayed {least_m:.2f} m inside {what}')
    worst = int(np.argmin(clearances_m))
    left = bool(trace.left_clearances_m[judged][worst] <= trace.right_clearances_m[judged][worst])
    after_s = float(trace.times_s[judged][worst] - trace.times_s[0])
    side = 'left' if left else 'right'
    return Finding(False, f'a wheel was {-least_m:.2f} m {side} of {what} at {after_s:.1f} s')
