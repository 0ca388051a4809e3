# SPDX-License-Identifier: Apache-2.0
"""Did the gate keep its promises on a drive? Asked of the bag, after it.

Lateral acceleration is judged twice: by the speed that the odometry tells, as the gate does, and
by the true speed, from the way driven in the proving ground. The second allows a quarter more: the
gate knows the true speed only as well as the odometry, and the way is measured along the road.
"""

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
_TRUE_NEAR = 1.25
"""Of the acceleration by the true speed."""
_TRUE_SPAN_S = 0.25
"""The way driven in so long is its speed."""


def broken_promises(bag: Path) -> list[str]:
    """A sentence for each command that the gate should not have let through like that."""
    topics = ['/odometry', '/world/progress', '/gate/command']
    with Bag.open(bag) as opened:
        told: dict[str, list[Any]] = {topic: [] for topic in topics}
        for found in opened.messages([topic for topic in topics if _there(opened, topic)]):
            told[found.topic].append(found.message)
    speeds = sorted(
        (seconds(message.header.stamp), message.twist.twist.linear.x)
        for message in told['/odometry']
    )
    truth = _true_speeds(told['/world/progress'])
    broken, before = [], None
    for message in told['/gate/command']:
        at_s = seconds(message.header.stamp)
        faults = [*_faults(message, before, speeds), *_true_faults(message, truth)]
        broken += [f'{at_s:.2f} s: {text}' for text in faults]
        before = message if message.valid else None
    return broken


def _there(bag: Bag, topic: str) -> bool:
    return any(found.name == topic for found in bag.info.topics)


def _true_speeds(progress: list[Any]) -> list[tuple[float, float]]:
    """By stamp: of the way along the road, over some steps of the drive."""
    found, since = [], 0
    for number, message in enumerate(progress):
        while message.time_s - progress[since].time_s > _TRUE_SPAN_S:
            since += 1
        elapsed_s = message.time_s - progress[since].time_s
        if number > since and elapsed_s > 0.0:
            driven_m = message.distance_m - progress[since].distance_m
            found.append((seconds(message.header.stamp), driven_m / elapsed_s))
    return sorted(found)


def _true_faults(message: Any, truth: list[tuple[float, float]]) -> list[str]:
    if not (message.valid and math.isfinite(message.curvature_1pm) and truth):
        return []
    square = _square(truth, seconds(message.header.stamp))
    sideways_mps2 = abs(message.curvature_1pm) * square
    if sideways_mps2 <= _ACCELERATION_MPS2 * _TRUE_NEAR:
        return []
    return [f'{sideways_mps2:.2f} m/s2 sideways by the true speed']


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
