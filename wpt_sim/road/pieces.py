# SPDX-License-Identifier: Apache-2.0
"""Pieces of a reference line: straights, arcs and clothoids."""

from dataclasses import dataclass, replace
from math import isfinite
from typing import TypeAlias

from wpt_core.types import InputError

__all__ = ['Arc', 'Clothoid', 'Piece', 'Straight', 'cut']


@dataclass(frozen=True, slots=True)
class Straight:
    """Zero curvature."""

    length_m: float

    def __post_init__(self) -> None:
        _check_length(self)

    @property
    def start_curvature_1pm(self) -> float:
        return 0.0

    @property
    def end_curvature_1pm(self) -> float:
        return 0.0


@dataclass(frozen=True, slots=True)
class Arc:
    """Part of a circle; a positive radius bends left, a negative one right."""

    radius_m: float
    length_m: float

    def __post_init__(self) -> None:
        _check_length(self)
        if not isfinite(self.radius_m) or self.radius_m == 0.0:
            raise InputError(
                f'An arc needs a finite radius_m that is not 0, but got {self.radius_m}; '
                'for no bend use a Straight.'
            )

    @classmethod
    def turning(cls, radius_m: float, angle_rad: float) -> 'Arc':
        """Return an arc by its angle, positive for either direction."""
        return cls(radius_m, abs(radius_m) * angle_rad)

    @property
    def start_curvature_1pm(self) -> float:
        return 1.0 / self.radius_m

    @property
    def end_curvature_1pm(self) -> float:
        return 1.0 / self.radius_m


@dataclass(frozen=True, slots=True)
class Clothoid:
    """Curvature linear in arc length, as when the steering wheel turns at a constant rate."""

    length_m: float
    start_curvature_1pm: float
    end_curvature_1pm: float

    def __post_init__(self) -> None:
        _check_length(self)
        if not (isfinite(self.start_curvature_1pm) and isfinite(self.end_curvature_1pm)):
            raise InputError(f'A clothoid needs finite curvatures, but got {self}.')


Piece: TypeAlias = Straight | Arc | Clothoid


def cut(piece: Piece, length_m: float) -> Piece:
    """Return the first `length_m` of a piece."""
    if isinstance(piece, Clothoid):
        change = piece.end_curvature_1pm - piece.start_curvature_1pm
        end = piece.start_curvature_1pm + change * length_m / piece.length_m
        return Clothoid(length_m, piece.start_curvature_1pm, end)
    return replace(piece, length_m=length_m)


def _check_length(piece: Piece) -> None:
    if not (isfinite(piece.length_m) and piece.length_m > 0.0):
        raise InputError(
            f'{type(piece).__name__}: length_m must be finite and above 0, '
            f'but got {piece.length_m}.'
        )
