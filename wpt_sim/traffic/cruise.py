# SPDX-License-Identifier: Apache-2.0
"""Adaptive cruise control: keep the set speed, or the gap to whoever is ahead."""

import math

from wpt_sim.traffic.body import Band, Body, lead_of
from wpt_sim.traffic.idm import CarFollowing, Lead, following_acceleration

__all__ = ['ACC_STYLE', 'adaptive_cruise', 'lead_in_path']

ACC_STYLE = CarFollowing(
    time_gap_s=1.5, standing_gap_m=4.0, acceleration_mps2=1.5, comfortable_braking_mps2=1.8
)
_COOLNESS = 0.99
"""How far one trusts that whoever cuts in will not brake at once (Kesting and others, 2010)."""

_HEADING_S = 1.5
"""For so long the car is taken to keep its direction against the road."""
_CROSSING_S = 1.5
"""Who moves across the road is taken to be this much farther already."""
_ROLLING_MPS = 1.0


def adaptive_cruise(
    speed_mps: float, set_mps: float, *, lead: Lead | None, style: CarFollowing = ACC_STYLE
) -> float:
    """Acceleration of the enhanced intelligent driver model.

    Following as such would brake as in an emergency when someone cuts in at half the wanted gap;
    the kinematics say how little is needed, and the truth lies between.
    """
    following = following_acceleration(speed_mps, set_mps, lead=lead, style=style)
    if lead is None:
        return following
    needed = max(_needed(speed_mps, lead, style), -style.strongest_braking_mps2)
    if following >= needed:
        return following
    brake = style.comfortable_braking_mps2
    cooler = needed + brake * math.tanh((following - needed) / brake)
    return (1.0 - _COOLNESS) * following + _COOLNESS * cooler


def _needed(speed_mps: float, lead: Lead, style: CarFollowing) -> float:
    """The constant acceleration that just avoids contact if the lead keeps its own."""
    gap_m = max(lead.gap_m, 0.1)
    theirs = min(lead.acceleration_mps2, style.acceleration_mps2)
    lead_mps = max(lead.speed_mps, 0.0)
    if lead_mps * (speed_mps - lead_mps) < -2.0 * gap_m * theirs:
        # Contact, if any, comes after the lead has stopped.
        return speed_mps**2 * theirs / (lead_mps**2 - 2.0 * gap_m * theirs)
    closing_mps = max(speed_mps - lead_mps, 0.0)
    return theirs - closing_mps**2 / (2.0 * gap_m)


def lead_in_path(me: Body, bodies: tuple[Body, ...], *, to_offset_m: float | None) -> Lead | None:
    """Whoever is first where the car is heading, or on the way to a lane to change to."""
    found = None
    for other in bodies:
        if other.s_m <= me.s_m:
            continue
        lead = lead_of(me, other)
        reach_m = min(max(lead.gap_m, 0.0), _HEADING_S * me.along_mps)
        slope = me.across_mps / max(me.along_mps, _ROLLING_MPS)
        there_m = me.offset_m + slope * reach_m
        bands = [Band.swept(there_m, there_m, half_width_m=me.half_width_m)]
        if to_offset_m is not None:
            bands.append(Band.swept(me.offset_m, to_offset_m, half_width_m=me.half_width_m))
        soon_m = other.offset_m + other.across_mps * _CROSSING_S
        coming = Band.swept(other.offset_m, soon_m, half_width_m=other.half_width_m)
        in_path = any(band.meets(coming) for band in bands)
        if in_path and (found is None or lead.gap_m < found.gap_m):
            found = lead
    return found
