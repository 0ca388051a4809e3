# SPDX-License-Identifier: Apache-2.0
"""The intelligent driver model of car following."""

import math
from dataclasses import dataclass

__all__ = ['CarFollowing', 'Lead', 'equilibrium_gap_m', 'following_acceleration']

_TOUCHING_M = 0.1
"""Least gap in the formula, so that it stays finite in a collision."""


@dataclass(frozen=True, slots=True)
class CarFollowing:
    """Parameters of one driver; the defaults are those of an ordinary one."""

    time_gap_s: float = 1.4
    standing_gap_m: float = 2.5
    acceleration_mps2: float = 1.4
    comfortable_braking_mps2: float = 2.0
    strongest_braking_mps2: float = 8.0


@dataclass(frozen=True, slots=True)
class Lead:
    """The vehicle ahead: bumper to bumper gap, and motion along the own direction."""

    gap_m: float
    speed_mps: float
    acceleration_mps2: float = 0.0


def following_acceleration(
    speed_mps: float, desired_mps: float, *, lead: Lead | None, style: CarFollowing
) -> float:
    """Return the acceleration of the improved intelligent driver model.

    Unlike the original model it reaches the gap `standing gap + time gap x speed` at every speed
    below the desired one, and brakes comfortably when the desired speed drops below the current
    one (Treiber and Kesting, 2013).
    """
    free = _free_acceleration(speed_mps, desired_mps, style)
    if lead is None:
        return max(free, -style.strongest_braking_mps2)
    pressure = _desired_gap_m(speed_mps, lead, style) / max(lead.gap_m, _TOUCHING_M)
    if pressure >= 1.0:
        brake = style.acceleration_mps2 * (1.0 - pressure * pressure)
        result = brake if speed_mps <= desired_mps else free + brake
    elif free > 0.0:
        result = free * (1.0 - math.pow(pressure, 2.0 * style.acceleration_mps2 / free))
    else:
        result = free
    return max(result, -style.strongest_braking_mps2)


def equilibrium_gap_m(speed_mps: float, style: CarFollowing) -> float:
    """Return the gap of zero acceleration behind a lead at the same, lower than desired, speed."""
    return style.standing_gap_m + style.time_gap_s * speed_mps


def _free_acceleration(speed_mps: float, desired_mps: float, style: CarFollowing) -> float:
    """Return the acceleration without a lead: 0 at the desired speed, braking above it."""
    top = style.acceleration_mps2
    brake = style.comfortable_braking_mps2
    if desired_mps <= 0.0:
        return -brake if speed_mps > 0.0 else 0.0
    ratio = speed_mps / desired_mps
    if ratio <= 1.0:
        return top * (1.0 - ratio**4)
    return -brake * (1.0 - math.pow(ratio, -4.0 * top / brake))


def _desired_gap_m(speed_mps: float, lead: Lead, style: CarFollowing) -> float:
    closing_mps = speed_mps - lead.speed_mps
    root_mps2 = math.sqrt(style.acceleration_mps2 * style.comfortable_braking_mps2)
    dynamic_m = speed_mps * style.time_gap_s + speed_mps * closing_mps / (2.0 * root_mps2)
    return style.standing_gap_m + max(dynamic_m, 0.0)
