# SPDX-License-Identifier: Apache-2.0
"""The curvature that a plan asks for, at the time the car will answer."""

import numpy as np

from wpt_core.types import Plan

__all__ = ['plan_curvature_1pm']

_LEAST_SPEED_MPS = 2.0


def plan_curvature_1pm(plan: Plan, delay_s: float, *, hypothesis: int | None = None) -> float:
    """Yaw rate over speed of one hypothesis (the most probable by default), `delay_s` ahead."""
    which = plan.best if hypothesis is None else hypothesis
    yaw_rate = float(np.interp(delay_s, plan.times_s, plan.yaw_rates_radps[which]))
    speed = float(np.interp(delay_s, plan.times_s, plan.speeds_mps[which]))
    return yaw_rate / max(speed, _LEAST_SPEED_MPS)
