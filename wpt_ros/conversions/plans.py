# SPDX-License-Identifier: Apache-2.0
"""`wpt_msgs/Plan` and `nav_msgs/Path` to and from a plan with its action."""

import math
from array import array
from collections.abc import Sequence
from types import MappingProxyType

import numpy as np
from builtin_interfaces.msg import Time
from geometry_msgs.msg import Point, Pose, PoseStamped, Quaternion
from nav_msgs.msg import Path
from numpy.typing import NDArray
from wpt_msgs.msg import Plan as PlanMessage
from wpt_msgs.msg import PlanHypothesis

from wpt_core.types import Action, Bounds, InputError, Plan
from wpt_ros.conversions.stamps import seconds, stamp_of
from wpt_ros.facades.tf_transformations import quaternion_from_yaw

__all__ = ['path_message', 'plan_message', 'plan_of']

_HYPOTHESES, _POINTS = Bounds(1, 64), Bounds(2, 256)
_PROBABILITY = Bounds(0.0, 1.0)
_SUM = Bounds(0.99, 1.01)
_ACTION_CURVATURE_1PM = Bounds(-1.0, 1.0)
"""A turn of 1 m radius; cars turn in 4 m or more."""
_ACTION_ACCELERATION_MPS2 = Bounds(-20.0, 20.0)
_ACTION_DELAY_S = Bounds(0.0, 2.0)
_BOUNDS = MappingProxyType(
    {
        'times_s': Bounds(0.0, 60.0),
        'positions_m': Bounds(-5000.0, 5000.0),
        'position_scales_m': Bounds(0.0, 5000.0),
        'speeds_mps': Bounds(-100.0, 200.0),
        'accelerations_mps2': Bounds(-100.0, 100.0),
        'yaws_rad': Bounds(-50.0, 50.0),
        'yaw_rates_radps': Bounds(-20.0, 20.0),
        'probabilities': _PROBABILITY,
    }
)
"""Wider than any car drives: an unlikely hypothesis may be implausible."""


def plan_message(plan: Plan, action: Action, *, delay_s: float, stamp: Time) -> PlanMessage:
    """Return the message; `stamp` is that of the anchor's image, to the nanosecond."""
    message = PlanMessage(
        times_s=_floats(plan.times_s),
        hypotheses=[_hypothesis(plan, index) for index in range(len(plan.probabilities))],
        action_curvature_1pm=action.curvature_1pm,
        action_acceleration_mps2=action.acceleration_mps2,
        action_delay_s=delay_s,
    )
    message.header.stamp, message.header.frame_id = stamp, 'base_link'
    return message


def plan_of(message: PlanMessage) -> tuple[Plan, Action, float]:
    """Return the plan, its action, and the delay after which the action takes effect.

    Raise InputError if sizes disagree, or a size or a number is not within the bounds above.
    """
    points, count = len(message.times_s), len(message.hypotheses)
    _POINTS.check('the number of points of a plan', points)
    _HYPOTHESES.check('the number of hypotheses of a plan', count)
    plan = Plan(
        stamp_s=seconds(message.header.stamp),
        times_s=np.asarray(message.times_s, np.float64),
        positions_m=_stacked(message.hypotheses, 'positions_m', (points, 2)),
        speeds_mps=_stacked(message.hypotheses, 'speeds_mps', (points,)),
        accelerations_mps2=_stacked(message.hypotheses, 'accelerations_mps2', (points,)),
        yaws_rad=_stacked(message.hypotheses, 'yaws_rad', (points,)),
        yaw_rates_radps=_stacked(message.hypotheses, 'yaw_rates_radps', (points,)),
        position_scales_m=_stacked(message.hypotheses, 'position_scales_m', (points, 2)),
        probabilities=np.array([one.probability for one in message.hypotheses]),
    )
    action = Action(message.action_curvature_1pm, message.action_acceleration_mps2)
    _ACTION_CURVATURE_1PM.check('action_curvature_1pm of a plan', action.curvature_1pm)
    _ACTION_ACCELERATION_MPS2.check('action_acceleration_mps2 of a plan', action.acceleration_mps2)
    _ACTION_DELAY_S.check('action_delay_s of a plan', message.action_delay_s)
    _check_numbers(plan)
    return plan, action, message.action_delay_s


def _check_numbers(plan: Plan) -> None:
    for name, bounds in _BOUNDS.items():
        numbers = getattr(plan, name)
        # NaN passes through both.
        bounds.check(f'{name} of a plan', float(numbers.min()))
        bounds.check(f'{name} of a plan', float(numbers.max()))
    _SUM.check('the sum of the probabilities of a plan', float(plan.probabilities.sum()))
    if not (np.diff(plan.times_s) > 0.0).all():
        raise InputError('the times of a plan must rise')


def path_message(plan: Plan, *, stamp: Time) -> Path:
    """Return the most likely hypothesis; each pose has the stamp at which it is reached."""
    message = Path()
    message.header.stamp, message.header.frame_id = stamp, 'base_link'
    best = plan.best
    for time_s, (x_m, y_m), yaw_rad in zip(
        plan.times_s, plan.positions_m[best], plan.yaws_rad[best], strict=True
    ):
        x, y, z, w = quaternion_from_yaw(float(yaw_rad))
        pose = Pose(
            position=Point(x=float(x_m), y=float(y_m)),
            orientation=Quaternion(x=x, y=y, z=z, w=w),
        )
        at = PoseStamped(pose=pose)
        at.header.frame_id, at.header.stamp = 'base_link', stamp_of(plan.stamp_s + float(time_s))
        message.poses.append(at)
    return message


def _hypothesis(plan: Plan, index: int) -> PlanHypothesis:
    return PlanHypothesis(
        probability=float(plan.probabilities[index]),
        positions_m=_floats(plan.positions_m[index]),
        position_scales_m=_floats(plan.position_scales_m[index]),
        speeds_mps=_floats(plan.speeds_mps[index]),
        accelerations_mps2=_floats(plan.accelerations_mps2[index]),
        yaws_rad=_floats(plan.yaws_rad[index]),
        yaw_rates_radps=_floats(plan.yaw_rates_radps[index]),
    )


def _floats(values: NDArray[np.float64]) -> 'array[float]':
    """Return an array, which rclpy copies as a whole; a list is checked number by number."""
    return array('f', values.astype(np.float32).tobytes())


def _stacked(
    hypotheses: Sequence[PlanHypothesis], name: str, shape: tuple[int, ...]
) -> NDArray[np.float64]:
    rows = [np.asarray(getattr(one, name), np.float64) for one in hypotheses]
    size = math.prod(shape)
    if any(row.size != size for row in rows):
        sizes = sorted({row.size for row in rows})
        raise InputError(f'{name} of a plan must hold {size} numbers, got {sizes}')
    return np.stack(rows).reshape(len(rows), *shape)
