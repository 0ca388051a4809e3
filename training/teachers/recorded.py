# SPDX-License-Identifier: Apache-2.0
"""Labels for imitation: the recorded future of the car."""

from dataclasses import dataclass

import numpy as np

from training.episodes.episode import Labels
from training.episodes.rollout import Driven, Rollout, Targets, targets_of
from training.teachers.protocol import Knowledge
from wpt_core.geometry import inverse, transform_points
from wpt_core.types import Pose2, plan_times_s

__all__ = ['RecordedTeacher', 'recorded_labels', 'smoothed_curvature_1pm']

_LEAST_KNOWN_S = 2.0
_SMOOTHING_S = 0.3
"""Averaged over this time, noise of a yaw rate sensor is below what a driver can steer."""
_LEAST_SPEED_MPS = 1.0
"""At lower speeds the yaw rate is mostly noise, which a division by the speed amplifies."""
_REVERSE_MPS = -0.3
"""Slower is noise of a standing car; a car that reverses faster is not labelled."""
_CLOCK_TOLERANCE_S = 1e-6


@dataclass(frozen=True, slots=True)
class RecordedTeacher:
    """Imitation: labels are the recorded future of the drive."""

    name: str = 'recorded'
    knowledge: Knowledge = 'bag'

    def label(self, rollout: Rollout) -> Targets:
        """Return one hypothesis per sample, up to the end of the recording."""
        delay_s = rollout.actuator_delay_s
        return targets_of(
            [
                recorded_labels(rollout.driven, at_s=at_s, actuator_delay_s=delay_s)
                for at_s in rollout.view_times_s.tolist()
            ]
        )


def recorded_labels(driven: Driven, *, at_s: float, actuator_delay_s: float) -> Labels | None:
    """Return plan and curvature of the driver at the time `at_s`.

    The plan ends with the recording. None if that is less than 2 s or the actuator's delay ahead,
    or if the car reverses in it.
    """
    start_s, stop_s = float(driven.times_s[0]), float(driven.times_s[-1])
    known_s = stop_s - at_s + _CLOCK_TOLERANCE_S
    if at_s < start_s - _CLOCK_TOLERANCE_S or known_s < max(_LEAST_KNOWN_S, actuator_delay_s):
        return None
    plan_s = plan_times_s()
    times_s = at_s + plan_s[plan_s <= known_s]
    speeds_mps = np.interp(times_s, driven.times_s, driven.speed_mps)
    if speeds_mps.min() < _REVERSE_MPS:
        return None
    x, y, yaw, acceleration, yaw_rate = (
        np.interp(times_s, driven.times_s, column)
        for column in (
            driven.x_m,
            driven.y_m,
            driven.yaw_rad,
            driven.acceleration_mps2,
            driven.yaw_rate_radps,
        )
    )
    base_from_odom = inverse(Pose2(float(x[0]), float(y[0]), float(yaw[0])))
    positions = transform_points(base_from_odom, np.column_stack([x, y]))
    turned = yaw - yaw[0]
    plan = np.column_stack([positions, speeds_mps, acceleration, turned, yaw_rate])
    return Labels(plan, smoothed_curvature_1pm(driven, at_s + actuator_delay_s))


def smoothed_curvature_1pm(driven: Driven, at_s: float) -> float:
    """Return the mean yaw rate over the mean speed around `at_s`, left positive."""
    around_s = at_s + np.linspace(-0.5, 0.5, 7) * _SMOOTHING_S
    around_s = np.clip(around_s, driven.times_s[0], driven.times_s[-1])
    yaw_rate = float(np.interp(around_s, driven.times_s, driven.yaw_rate_radps).mean())
    speed = float(np.interp(around_s, driven.times_s, driven.speed_mps).mean())
    return yaw_rate / max(speed, _LEAST_SPEED_MPS)
