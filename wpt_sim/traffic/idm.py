# SPDX-License-Identifier: Apache-2.0
"""The intelligent driver model: how hard one follows, in one formula."""

import math
from dataclasses import dataclass

__all__ = ['CarFollowing', 'Lead', 'equilibrium_gap_m', 'following_acceleration']

_TOUCHING_M = 0.1
"""Gaps below this are taken for this, so that the formula stays finite in a collision."""


@dataclass(frozen=True, slots=True)
class CarFollowing:
    """How one driver follows; the defaults are an ordinary driver's."""

    time_gap_s: float = 1.4
    standing_gap_m: float = 2.5
    acceleration_mps2: float = 1.4
    comfortable_braking_mps2: float = 2.0
    strongest_braking_mps2: float = 8.0


@dataclass(frozen=True, slots=True)
class Lead:
    """Who is in front: bumper to bumper gap, and motion along our own direction."""

    gap_m: float
    speed_mps: float
    acceleration_mps2: float = 0.0


def following_acceleration(
    speed_mps: float, wanted_mps: float, *, lead: Lead | None, style: CarFollowing
) -> float:
    """Acceleration of the improved intelligent driver model (Treiber and Kesting, 2013).

    Unlike the first model it reaches the gap `standing gap + time gap x speed` at every speed
    below the wanted one, and slows comfortably when the wanted speed drops below the present one.
    """
    free = _free_acceleration(speed_mps, wanted_mps, style)
    if lead is None:
        return max(free, -style.strongest_braking_mps2)
    pressure = _wanted_gap_m(speed_mps, lead, style) / max(lead.gap_m, _TOUCHING_M)
    if pressure >= 1.0:
        brake = style.acceleration_mps2 * (1.0 - pressure * pressure)
        result = brake if speed_mps <= wanted_mps else free + brake
    elif free > 0.0:
        result = free * (1.0 - math.pow(pressure, 2.0 * style.acceleration_mps2 / free))
    else:
        result = free
    return max(result, -style.strongest_braking_mps2)


def equilibrium_gap_m(speed_mps: float, style: CarFollowing) -> float:
    """The gap at which one follows a lead of the same, not hindering, speed without a push."""
    return style.standing_gap_m + style.time_gap_s * speed_mps


def _free_acceleration(speed_mps: float, wanted_mps: float, style: CarFollowing) -> float:
    """What an empty road asks for: rises to nothing at the wanted speed, brakes above it."""
    top = style.acceleration_mps2
    brake = style.comfortable_braking_mps2
    if wanted_mps <= 0.0:
        return -brake if speed_mps > 0.0 else 0.0
    ratio = speed_mps / wanted_mps
    if ratio <= 1.0:
        return top * (1.0 - ratio**4)
    return -brake * (1.0 - math.pow(ratio, -4.0 * top / brake))


def _wanted_gap_m(speed_mps: float, lead: Lead, style: CarFollowing) -> float:
    closing_mps = speed_mps - lead.speed_mps
    pace = math.sqrt(style.acceleration_mps2 * style.comfortable_braking_mps2)
    dynamic_m = speed_mps * style.time_gap_s + speed_mps * closing_mps / (2.0 * pace)
    return style.standing_gap_m + max(dynamic_m, 0.0)
