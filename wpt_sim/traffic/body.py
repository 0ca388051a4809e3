# SPDX-License-Identifier: Apache-2.0
"""Who is ahead and who is behind, in the coordinates of the road."""

from collections.abc import Iterable
from dataclasses import dataclass

from wpt_sim.scene import Kind
from wpt_sim.traffic.idm import CarFollowing, Lead, following_acceleration

__all__ = ['Band', 'Body', 'gap_ahead_m', 'is_free', 'lead_of', 'nearest_ahead', 'nearest_behind']

_BESIDE_M = 0.3
"""Two bodies with less than this between them sideways are in each other's way."""
_ENDURABLE_BRAKING_MPS2 = 2.0
"""What a lane change may ask of the one behind, and of the one who changes."""


@dataclass(frozen=True, slots=True)
class Body:
    """A body, seen along the reference line: its centre, its extent and its velocity."""

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
        """What a body covers when it moves over between two offsets."""
        return cls(min(from_m, to_m) - half_width_m, max(from_m, to_m) + half_width_m)

    def meets(self, other: 'Band', margin_m: float = _BESIDE_M) -> bool:
        return self.right_m - margin_m < other.left_m and other.right_m < self.left_m + margin_m

    def touches(self, body: Body, margin_m: float = _BESIDE_M) -> bool:
        half_m = body.half_width_m
        return self.meets(Band(body.offset_m - half_m, body.offset_m + half_m), margin_m)


def gap_ahead_m(me: Body, other: Body, direction: int) -> float:
    """Bumper to bumper along `direction` (+1 with the line, -1 against); negative beside me."""
    between_m = (other.s_m - me.s_m) * direction
    return between_m - me.half_length_m - other.half_length_m


def lead_of(me: Body, other: Body, direction: int = 1) -> Lead:
    """Another body ahead, as the car following models take it."""
    return Lead(
        gap_ahead_m(me, other, direction),
        other.along_mps * direction,
        other.acceleration_mps2 * direction,
    )


def nearest_ahead(
    me: Body, others: Iterable[Body], *, direction: int, band: Band
) -> tuple[Body, Lead] | None:
    """The first body in the band whose centre is not behind mine, and its motion along my way."""
    ahead = [
        other
        for other in others
        if other.instance != me.instance
        and (other.s_m - me.s_m) * direction >= 0.0
        and band.touches(other)
    ]
    if not ahead:
        return None
    first = min(ahead, key=lambda other: gap_ahead_m(me, other, direction))
    return first, lead_of(me, first, direction)


def nearest_behind(
    me: Body, others: Iterable[Body], *, direction: int, band: Band
) -> tuple[Body, Lead] | None:
    """The first body in the band behind me; its `Lead` is me, seen from it."""
    found = nearest_ahead(me, others, direction=-direction, band=band)
    if found is None:
        return None
    other, lead = found
    return other, Lead(lead.gap_m, me.along_mps * direction, me.acceleration_mps2 * direction)


def is_free(
    me: Body, others: Iterable[Body], *, direction: int, band: Band, style: CarFollowing
) -> bool:
    """Whether one may move over into the band: nobody there need brake hard, nor do I."""
    others = [other for other in others if other.instance != me.instance]
    found = nearest_ahead(me, others, direction=direction, band=band)
    if found is not None and not _endurable(me.along_mps * direction, found[1], style):
        return False
    behind = nearest_behind(me, others, direction=direction, band=band)
    return behind is None or _endurable(behind[0].along_mps * direction, behind[1], style)


def _endurable(speed_mps: float, lead: Lead, style: CarFollowing) -> bool:
    if lead.gap_m < style.standing_gap_m:
        return False
    push = following_acceleration(max(speed_mps, 0.0), 100.0, lead=lead, style=style)
    return push > -_ENDURABLE_BRAKING_MPS2
