# SPDX-License-Identifier: Apache-2.0
"""Did the gate keep its promises on a drive? Asked of the bag, after it."""

import math
from bisect import bisect_right
from pathlib import Path
from typing import Any

from wpt_core.bags import Bag
from wpt_ros.conversions.stamps import seconds

__all__ = ['LOST_S', 'broken_promises']

LOST_S = 0.9
"""A plan older than this is not steered by."""
_STEP_S = 0.05
_SPEEDS = 3
"""The gate may not have heard the newest speed yet."""
_ACCELERATION_MPS2, _JERK_MPS3 = 3.0, 5.0
_JERK_FACTOR = 2.0
"""A moment may have been judged anew, and two changes of it fall on one stamp."""
_NEAR = 1.02


def broken_promises(bag: Path) -> list[str]:
    """A sentence for each command that the gate should not have let through like that."""
    with Bag.open(bag) as opened:
        told = [
            (found.topic, found.message)
            for found in opened.messages(['/odometry', '/gate/command'])
        ]
    speeds = sorted(
        (seconds(message.header.stamp), message.twist.twist.linear.x)
        for topic, message in told
        if topic == '/odometry'
    )
    broken, before = [], None
    for message in (message for topic, message in told if topic == '/gate/command'):
        at_s = seconds(message.header.stamp)
        broken += [f'{at_s:.2f} s: {text}' for text in _faults(message, before, speeds)]
        before = message if message.valid else None
    return broken


def _faults(message: Any, before: Any, speeds: list[tuple[float, float]]) -> list[str]:
    curvature_1pm, at_s = message.curvature_1pm, seconds(message.header.stamp)
    if not message.valid:
        return [] if curvature_1pm == 0.0 else ['not valid, but not 0']
    if not math.isfinite(curvature_1pm):
        return ['valid, but not finite']
    faults = []
    age_s = at_s - seconds(message.plan_stamp)
    if age_s > LOST_S + 1e-6:
        faults.append(f'valid on a plan {age_s:.2f} s old')
    square = _square(speeds, at_s)
    if abs(curvature_1pm) * square > _ACCELERATION_MPS2 * _NEAR:
        faults.append(f'{abs(curvature_1pm) * square:.2f} m/s2 sideways')
    if before is not None and at_s > seconds(before.header.stamp):
        elapsed_s = min(at_s - seconds(before.header.stamp), _STEP_S)
        change = abs(curvature_1pm - before.curvature_1pm) * square
        if change > _JERK_FACTOR * _JERK_MPS3 * elapsed_s * _NEAR:
            faults.append(f'{change / elapsed_s:.1f} m/s3 sideways')
    return faults


def _square(speeds: list[tuple[float, float]], at_s: float) -> float:
    """Of the least speed that the gate may have gone by."""
    heard = bisect_right(speeds, (at_s, math.inf))
    known = [speed for _, speed in speeds[max(heard - _SPEEDS, 0) : heard] or speeds[:1]]
    return max(2.0, min(known)) ** 2
