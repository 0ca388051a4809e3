# SPDX-License-Identifier: Apache-2.0
"""Behaviours of actors, as data."""

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
    """Keep lane and speed, follow the vehicle ahead."""


@dataclass(frozen=True, slots=True)
class Stand:
    """Stand, forever or until the ego has waited behind for `patience_s`."""

    patience_s: float | None = None


@dataclass(frozen=True, slots=True)
class BrakeHard:
    """Drive ahead of the ego, then brake to a stop, stand, and go on."""

    after_s: float
    within_m: float = 45.0
    """Brake only when the ego is this near."""
    braking_mps2: float = 5.0
    stand_s: float = 2.0


@dataclass(frozen=True, slots=True)
class CutIn:
    """Drive `lead_m` ahead of the ego in another lane, then change into its lane."""

    to_lane: int
    after_s: float
    lead_m: float = 12.0
    slower_by_mps: float = 2.0
    """Speed below that of the ego when the lane change begins."""
    over_s: float = 3.0


@dataclass(frozen=True, slots=True)
class ChangeLane:
    """Change lane with the indicator on as soon as the other lane is free."""

    to_lane: int
    after_s: float
    over_s: float = 4.5


@dataclass(frozen=True, slots=True)
class Walk:
    """Walk along the road at a constant offset; stop before obstacles."""


@dataclass(frozen=True, slots=True)
class Cross:
    """Wait beside the road, and cross it when the ego is `when_s` away."""

    when_s: float = 4.5


Behaviour: TypeAlias = Follow | Stand | BrakeHard | CutIn | ChangeLane | Walk | Cross
