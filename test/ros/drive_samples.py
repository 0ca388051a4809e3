# SPDX-License-Identifier: Apache-2.0
"""Plans that can be computed by hand: circles at one speed, the first of them the likeliest."""

import numpy as np

from wpt_core.types import Plan, plan_times_s

__all__ = ['circles']


def circles(
    *curvatures_1pm: float,
    odds: tuple[float, ...] = (1.0,),
    speed_mps: float = 10.0,
    stamp_s: float = 100.0,
    scale_m: tuple[float, float] = (2.0, 0.5),
) -> Plan:
    """One hypothesis for each curvature; `scale_m` is that of each second, in x and in y."""
    times_s = plan_times_s()
    turn = np.array(curvatures_1pm)[:, None] + 1e-9
    yaws_rad = turn * speed_mps * times_s
    positions_m = np.stack([np.sin(yaws_rad), 1.0 - np.cos(yaws_rad)], axis=-1) / turn[..., None]
    flat = np.zeros_like(yaws_rad)
    return Plan(
        stamp_s=stamp_s,
        times_s=times_s,
        positions_m=positions_m,
        speeds_mps=flat + speed_mps,
        accelerations_mps2=flat,
        yaws_rad=yaws_rad,
        yaw_rates_radps=flat + turn * speed_mps,
        position_scales_m=np.array(scale_m) * times_s[:, None] + np.zeros_like(positions_m),
        probabilities=np.array(odds),
    )
