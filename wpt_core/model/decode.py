# SPDX-License-Identifier: Apache-2.0
"""Decoding of head outputs to a plan and an action in SI units."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wpt_core.model import units
from wpt_core.types import Action, Plan, plan_times_s

__all__ = ['RawDecision', 'decode_action', 'decode_plan']

Float32 = NDArray[np.float32]


@dataclass(frozen=True, eq=False, slots=True)
class RawDecision:
    """One output of the heads as float32 arrays, in normalised units."""

    means: Float32
    """(H, P, 6)."""
    log_scales: Float32
    """(H, P, 6)."""
    logits: Float32
    """(H,)."""
    action_means: Float32
    """(2,)."""
    action_log_scales: Float32
    """(2,)."""
    query: Float32
    """(W,)."""


def decode_plan(
    raw: RawDecision, plan_scales: Float32, *, speed_mps: float, stamp_s: float
) -> Plan:
    """Return the plan in `base_link` at the time of the images; speeds are never negative."""
    points = units.constant_velocity(np.asarray(speed_mps, np.float32)) + raw.means * plan_scales
    points = points.astype(np.float64)
    scales = plan_scales.astype(np.float64)
    spread = np.exp(raw.log_scales[..., :2].astype(np.float64)) * scales[:, :2]
    odds = np.exp(raw.logits - raw.logits.max()).astype(np.float64)
    return Plan(
        stamp_s=stamp_s,
        times_s=plan_times_s(),
        positions_m=points[..., (units.X, units.Y)],
        speeds_mps=np.maximum(points[..., units.SPEED], 0.0),
        accelerations_mps2=points[..., units.ACCELERATION],
        yaws_rad=points[..., units.YAW],
        yaw_rates_radps=points[..., units.YAW_RATE],
        position_scales_m=spread,
        probabilities=odds / odds.sum(),
    )


def decode_action(raw: RawDecision, *, speed_mps: float) -> Action:
    """Return the commanded action, for now + actuator delay."""
    unit = float(units.lateral_unit_1pm(np.asarray(speed_mps, np.float64)))
    curvature, acceleration = raw.action_means.astype(np.float64)
    return Action(float(curvature) * unit, float(acceleration) * units.ACCELERATION_UNIT_MPS2)
