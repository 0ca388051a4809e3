# SPDX-License-Identifier: Apache-2.0
"""Adaptive cruise control: keep the set speed, or the gap to the vehicle ahead."""

import math

from wpt_sim.traffic.body import Band, Body, lead_of
from wpt_sim.traffic.idm import CarFollowing, Lead, following_acceleration

__all__ = ['ACC_STYLE', 'adaptive_cruise', 'lead_in_path']

ACC_STYLE = CarFollowing(
    time_gap_s=1.5, standing_gap_m=4.0, acceleration_mps2=1.5, comfortable_braking_mps2=1.8
)
_COOLNESS = 0.99
"""Trust that a vehicle that cuts in will not brake immediately (Kesting et al., 2010)."""

_HEADING_S = 1.5
"""The heading against the road is extrapolated over this time."""
_CROSSING_S = 1.5
"""Lateral motion of others is extrapolated over this time."""
_ROLLING_MPS = 1.0


def adaptive_cruise(
    speed_mps: float, set_mps: float, *, lead: Lead | None, style: CarFollowing = ACC_STYLE
) -> float:
    """Return the acceleration of the enhanced intelligent driver model.

    Plain car following brakes as in an emergency when a vehicle cuts in at half the desired gap;
    the result is blended with the kinematically necessary braking.
    """
    following = following_acceleration(speed_mps, set_mps, lead=lead, style=style)
    if lead is None:
        return following
    needed = max(_needed_acceleration(speed_mps, lead, style), -style.strongest_braking_mps2)
    if following >= needed:
        return following
    brake = style.comfortable_braking_mps2
    relaxed = needed + brake * math.tanh((following - needed) / brake)
    return (1.0 - _COOLNESS) * following + _COOLNESS * relaxed


def _needed_acceleration(speed_mps: float, lead: Lead, style: CarFollowing) -> float:
    """Return the constant acceleration that just avoids contact if the lead keeps its own."""
    gap_m = max(lead.gap_m, 0.1)
    lead_mps2 = min(lead.acceleration_mps2, style.acceleration_mps2)
    lead_mps = max(lead.speed_mps, 0.0)
    if lead_mps * (speed_mps - lead_mps) < -2.0 * gap_m * lead_mps2:
        # Contact could only occur after the lead has stopped.
        return speed_mps**2 * lead_mps2 / (lead_mps**2 - 2.0 * gap_m * lead_mps2)
    closing_mps = max(speed_mps - lead_mps, 0.0)
    return lead_mps2 - closing_mps**2 / (2.0 * gap_m)


def lead_in_path(ego: Body, bodies: tuple[Body, ...], *, to_offset_m: float | None) -> Lead | None:
    """Return the first body on the extrapolated path, or on the way to `to_offset_m`."""
    found = None
    for other in bodies:
        if other.s_m <= ego.s_m:
            continue
        lead = lead_of(ego, other)
        reach_m = min(max(lead.gap_m, 0.0), _HEADING_S * ego.along_mps)
        slope = ego.across_mps / max(ego.along_mps, _ROLLING_MPS)
        path_m = ego.offset_m + slope * reach_m
        bands = [Band.swept(path_m, path_m, half_width_m=ego.half_width_m)]
        if to_offset_m is not None:
            bands.append(Band.swept(ego.offset_m, to_offset_m, half_width_m=ego.half_width_m))
        soon_m = other.offset_m + other.across_mps * _CROSSING_S
        swept = Band.swept(other.offset_m, soon_m, half_width_m=other.half_width_m)
        in_path = any(band.meets(swept) for band in bands)
        if in_path and (found is None or lead.gap_m < found.gap_m):
            found = lead
    return found
