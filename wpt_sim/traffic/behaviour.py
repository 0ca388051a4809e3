# SPDX-License-Identifier: Apache-2.0
"""What others on the road are up to, as data."""

from dataclasses import dataclass
from typing import TypeAlias

__all__ = [
    'Behaviour',
    'BrakeHard',
    'ChangeLane',
    'Cross',
    'CutIn',
    'Follow',
    'Stand',
    'Walk',
]


@dataclass(frozen=True, slots=True)
class Follow:
    """Keep the lane and the speed, follow whoever is ahead."""


@dataclass(frozen=True, slots=True)
class Stand:
    """Stand where placed, for good or until the ego has waited behind for `patience_s`."""

    patience_s: float | None = None


@dataclass(frozen=True, slots=True)
class BrakeHard:
    """Drive ahead of the ego, then brake to a stop, stand, and go on."""

    after_s: float
    within_m: float = 45.0
    """Only once the ego is this near."""
    braking_mps2: float = 5.0
    stand_s: float = 2.0


@dataclass(frozen=True, slots=True)
class CutIn:
    """Pace the ego in another lane, `lead_m` ahead of it, then move over in front of it."""

    to_lane: int
    after_s: float
    lead_m: float = 12.0
    slower_by_mps: float = 2.0
    """Than the ego when the move begins."""
    over_s: float = 3.0


@dataclass(frozen=True, slots=True)
class ChangeLane:
    """Move over with the indicator on as soon as the other lane is free."""

    to_lane: int
    after_s: float
    over_s: float = 4.5


@dataclass(frozen=True, slots=True)
class Walk:
    """Walk along the road at a constant offset; stop short of whatever is in the way."""


@dataclass(frozen=True, slots=True)
class Cross:
    """Wait beside the road, and cross it when the ego is `when_s` away.

    From the right if placed right of the reference line, else from the left.
    """

    when_s: float = 4.5


Behaviour: TypeAlias = Follow | Stand | BrakeHard | CutIn | ChangeLane | Walk | Cross
