# SPDX-License-Identifier: Apache-2.0
"""Bodies in road coordinates, and gaps between them."""

from collections.abc import Iterable
from dataclasses import dataclass

from wpt_sim.scene import Kind
from wpt_sim.traffic.idm import CarFollowing, Lead, following_acceleration

__all__ = ['Band', 'Body', 'gap_ahead_m', 'is_free', 'lead_of', 'nearest_ahead', 'nearest_behind']

_BESIDE_M = 0.3
"""Bodies with less lateral distance than this conflict."""
_ACCEPTABLE_BRAKING_MPS2 = 2.0
"""Braking that a lane change may cause for either vehicle."""


@dataclass(frozen=True, slots=True)
class Body:
    """Centre, extent and velocity of a body along and across the reference line."""

    instance: int
    kind: Kind
    s_m: float
    offset_m: float
    along_mps: float
    """Rate of change of `s_m`."""
    across_mps: float
    half_length_m: float
    half_width_m: float
    acceleration_mps2: float = 0.0
    """Rate of change of `along_mps`."""


@dataclass(frozen=True, slots=True)
class Band:
    """A strip along the road between two offsets."""

    right_m: float
    left_m: float

    @classmethod
    def swept(cls, from_m: float, to_m: float, *, half_width_m: float) -> 'Band':
        """Return the band that a body covers when it shifts between two offsets."""
        return cls(min(from_m, to_m) - half_width_m, max(from_m, to_m) + half_width_m)

    def meets(self, other: 'Band', margin_m: float = _BESIDE_M) -> bool:
        return self.right_m - margin_m < other.left_m and other.right_m < self.left_m + margin_m

    def touches(self, body: Body, margin_m: float = _BESIDE_M) -> bool:
        half_m = body.half_width_m
        return self.meets(Band(body.offset_m - half_m, body.offset_m + half_m), margin_m)


def gap_ahead_m(own: Body, other: Body, direction: int) -> float:
    """Return the bumper to bumper gap along `direction` (+1 or -1); negative when alongside."""
    between_m = (other.s_m - own.s_m) * direction
    return between_m - own.half_length_m - other.half_length_m


def lead_of(own: Body, other: Body, direction: int = 1) -> Lead:
    """Return a body ahead as input of the car following models."""
    return Lead(
        gap_ahead_m(own, other, direction),
        other.along_mps * direction,
        other.acceleration_mps2 * direction,
    )


def nearest_ahead(
    own: Body, others: Iterable[Body], *, direction: int, band: Band
) -> tuple[Body, Lead] | None:
    """Return the first body in the band whose centre is not behind `own`, and its `Lead`."""
    ahead = [
        other
        for other in others
        if other.instance != own.instance
        and (other.s_m - own.s_m) * direction >= 0.0
        and band.touches(other)
    ]
    if not ahead:
        return None
    first = min(ahead, key=lambda other: gap_ahead_m(own, other, direction))
    return first, lead_of(own, first, direction)


def nearest_behind(
    own: Body, others: Iterable[Body], *, direction: int, band: Band
) -> tuple[Body, Lead] | None:
    """Return the first body in the band behind `own`; the `Lead` is `own` as seen from it."""
    found = nearest_ahead(own, others, direction=-direction, band=band)
    if found is None:
        return None
    other, lead = found
    return other, Lead(lead.gap_m, own.along_mps * direction, own.acceleration_mps2 * direction)


def is_free(
    own: Body, others: Iterable[Body], *, direction: int, band: Band, style: CarFollowing
) -> bool:
    """Return whether a change into the band makes neither `own` nor others brake hard."""
    others = [other for other in others if other.instance != own.instance]
    found = nearest_ahead(own, others, direction=direction, band=band)
    if found is not None and not _acceptable(own.along_mps * direction, found[1], style):
        return False
    behind = nearest_behind(own, others, direction=direction, band=band)
    return behind is None or _acceptable(behind[0].along_mps * direction, behind[1], style)


def _acceptable(speed_mps: float, lead: Lead, style: CarFollowing) -> bool:
    if lead.gap_m < style.standing_gap_m:
        return False
    acceleration = following_acceleration(max(speed_mps, 0.0), 100.0, lead=lead, style=style)
    return acceleration > -_ACCEPTABLE_BRAKING_MPS2
