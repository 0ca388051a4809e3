# SPDX-License-Identifier: Apache-2.0
"""A drive that can be computed by hand: one circle at one speed."""

import numpy as np

from wpt_core.geometry import compose
from wpt_core.types import EgoState, Pose2
from wpt_ros.replays.driven_path import DrivenPath

__all__ = ['driven_circle']


def driven_circle(
    curvature_1pm: float, *, seconds: float, speed_mps: float = 10.0, start_s: float = 100.0
) -> DrivenPath:
    """Odometry at 20 Hz of a car that turns on one circle, seen from somewhere else."""
    origin, egos = Pose2(40.0, -7.0, 2.5), []
    for time_s in np.arange(round(seconds / 0.05) + 1) * 0.05:
        turn = (curvature_1pm + 1e-12) * speed_mps * float(time_s)
        radius_m = 1.0 / (curvature_1pm + 1e-12)
        here = Pose2(radius_m * np.sin(turn), radius_m * (1.0 - np.cos(turn)), turn)
        pose = compose(origin, here)
        yaw_rate = curvature_1pm * speed_mps
        stamp_s = start_s + float(time_s)
        egos.append(EgoState(stamp_s, pose, speed_mps, 0.0, yaw_rate, curvature_1pm))
    return DrivenPath.of(egos)
