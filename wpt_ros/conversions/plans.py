# SPDX-License-Identifier: Apache-2.0
"""`wpt_msgs/Plan` and `nav_msgs/Path` to and from a plan with its action."""

import math
from array import array
from collections.abc import Sequence

import numpy as np
from builtin_interfaces.msg import Time
from geometry_msgs.msg import Point, Pose, PoseStamped, Quaternion
from nav_msgs.msg import Path
from numpy.typing import NDArray
from wpt_msgs.msg import Plan as PlanMessage
from wpt_msgs.msg import PlanHypothesis

from wpt_core.types import Action, InputError, Plan
from wpt_ros.conversions.stamps import seconds, stamp_of
from wpt_ros.facades.tf_transformations import quaternion_from_yaw

__all__ = ['path_message', 'plan_message', 'plan_of']


def plan_message(plan: Plan, action: Action, *, delay_s: float, stamp: Time) -> PlanMessage:
    """`stamp`: of the anchor's picture, to the nanosecond."""
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
    """The plan, what its network asks for, and after which delay the car is to answer.

    InputError if the sizes disagree, a number is not finite, or there is no hypothesis.
    """
    points, count = len(message.times_s), len(message.hypotheses)
    if points < 2 or count < 1:
        raise InputError(
            f'a plan needs 2 points and 1 hypothesis at least, got {points} and {count}'
        )
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
    arrays = (
        plan.times_s,
        plan.positions_m,
        plan.position_scales_m,
        plan.speeds_mps,
        plan.accelerations_mps2,
        plan.yaws_rad,
        plan.yaw_rates_radps,
        plan.probabilities,
    )
    numbers = (action.curvature_1pm, action.acceleration_mps2, message.action_delay_s)
    sound = all(np.isfinite(one).all() for one in arrays)
    if not (sound and all(map(math.isfinite, numbers))):
        raise InputError('a plan holds a number that is not finite')
    if not (np.diff(plan.times_s) > 0.0).all():
        raise InputError('the times of a plan must rise')
    return plan, action, message.action_delay_s


def path_message(plan: Plan, *, stamp: Time) -> Path:
    """The likeliest hypothesis; each pose is stamped with when it is to be reached."""
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
    """A field takes an array at once and anything else number by number."""
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
