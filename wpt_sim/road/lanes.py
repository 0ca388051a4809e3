# SPDX-License-Identifier: Apache-2.0
"""The cross-section of a road: lanes, markings and edges, all at fixed offsets from a line."""

from dataclasses import dataclass
from enum import Enum

__all__ = ['CrossSection', 'Edge', 'Lane', 'Marking', 'Pattern']


class Pattern(Enum):
    """How a line is painted along the road."""

    SOLID = 'solid'
    DASHED = 'dashed'
    NONE = 'none'


class Edge(Enum):
    """What lies beside the paved width."""

    VERGE = 'verge'
    KERB = 'kerb'
    RAIL = 'rail'


@dataclass(frozen=True, slots=True)
class Lane:
    """One lane; lane 0 is the rightmost. Offsets are from the reference line, left positive."""

    offset_m: float
    """Of the lane's centre."""
    width_m: float
    forward: bool
    """Whether traffic runs along the reference line or against it."""


@dataclass(frozen=True, slots=True)
class Marking:
    """One painted line."""

    offset_m: float
    width_m: float
    pattern: Pattern
    dash_m: float = 4.0
    gap_m: float = 8.0
    yellow: bool = False
    wear: float = 0.0
    """0 is fresh paint, 1 is gone."""


@dataclass(frozen=True, slots=True)
class CrossSection:
    """Lanes, markings and edges; constant along the road."""

    lanes: tuple[Lane, ...]
    """From right to left."""
    markings: tuple[Marking, ...]
    right_edge_m: float
    """Offset of the right end of the paved width, at most 0."""
    left_edge_m: float
    right: Edge = Edge.VERGE
    left: Edge = Edge.VERGE
