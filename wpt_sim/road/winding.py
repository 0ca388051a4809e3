# SPDX-License-Identifier: Apache-2.0
"""Random winding roads that never cross themselves."""

from math import ceil, inf, isfinite, log, pi, sqrt

import numpy as np

from wpt_core.geometry import Path, wrap_angle
from wpt_core.types import InputError
from wpt_sim.road.lanes import CrossSection
from wpt_sim.road.layout import reference_line
from wpt_sim.road.pieces import Arc, Clothoid, Piece, Straight, cut
from wpt_sim.road.road import Road

__all__ = ['clearance_m', 'random_pieces', 'random_road']

_ATTEMPTS = 200
_STRAY_RAD = pi / 3
"""Beyond this heading against the start, bends turn back."""
_MARGIN_M = 12.0
"""Clear land between two parts of the road."""
_COARSE_M = 4.0
_EXTENSION_M = 250.0
"""The straight extension beyond both ends is kept clear, too."""


def random_road(
    generator: np.random.Generator,
    section: CrossSection,
    *,
    length_m: float,
    min_radius_m: float = 30.0,
    max_radius_m: float = 500.0,
    speed_limit_mps: float = 25.0,
) -> Road:
    """Draw a road of exactly this length that keeps clear of itself, from the origin along +x.

    Radii are log-uniform. Roads that come too close to themselves are rejected; the same
    generator state gives the same road.
    """
    edge_m = max(section.left_edge_m, -section.right_edge_m)
    if min_radius_m <= edge_m:
        raise InputError(
            f'random_road: min_radius_m must exceed the {edge_m:g} m from the reference line to '
            f'the edge of the section, but got {min_radius_m:g}.'
        )
    needed_m = section.left_edge_m - section.right_edge_m + _MARGIN_M
    for _ in range(_ATTEMPTS):
        pieces = random_pieces(
            generator, length_m, min_radius_m=min_radius_m, max_radius_m=max_radius_m
        )
        reference = reference_line(pieces)
        if clearance_m(reference, needed_m) >= needed_m:
            return Road(reference, section, speed_limit_mps)
    raise InputError(
        f'random_road: in {_ATTEMPTS} draws no road of {length_m:g} m with radii from '
        f'{min_radius_m:g} to {max_radius_m:g} m kept {needed_m:.0f} m clear of itself; '
        'ask for a shorter road or wider bends.'
    )


def random_pieces(
    generator: np.random.Generator, length_m: float, *, min_radius_m: float, max_radius_m: float
) -> list[Piece]:
    """Draw straights and bends, each bend between clothoids, cut to the length."""
    if not (isfinite(length_m) and length_m > 0.0 and 0.0 < min_radius_m <= max_radius_m < 1e5):
        raise InputError(
            'random_road: length_m must be above 0 and 0 < min_radius_m <= max_radius_m < 100000, '
            f'but got {length_m}, {min_radius_m} and {max_radius_m}.'
        )
    pieces: list[Piece] = [Straight(float(generator.uniform(20.0, 80.0)))]
    heading = 0.0
    left_m = length_m - pieces[0].length_m
    while left_m > 0.0:
        radius_m = float(np.exp(generator.uniform(log(min_radius_m), log(max_radius_m))))
        bend = _bend(generator, radius_m, heading)
        # About every third bend follows the last one directly, as in an S.
        more = [] if generator.random() < 0.3 else [Straight(float(generator.uniform(15, 120)))]
        heading += sum(_turn(piece) for piece in bend)
        left_m -= sum(piece.length_m for piece in [*bend, *more])
        pieces += [*bend, *more]
    return _trimmed(pieces, length_m)


def clearance_m(reference: Path, wanted_m: float) -> float:
    """Return the least distance of the line to itself, without neighbours along it.

    In a bend of the least allowed radius, half `wanted_m`, two points pi / 2 times `wanted_m`
    apart along the line are `wanted_m` apart in the plane; closer ones are neighbours. The
    result is a lower bound: one sample spacing is subtracted.
    """
    s = np.arange(-_EXTENSION_M, reference.length_m + _EXTENSION_M, _COARSE_M)
    points = reference.from_frenet(s, 0.0)
    ahead = ceil(pi / 2 * wanted_m / _COARSE_M)
    gaps = [points[i + ahead :] - points[i] for i in range(len(s) - ahead)]
    nearest = [np.min(gap[:, 0] ** 2 + gap[:, 1] ** 2) for gap in gaps]
    return sqrt(min(nearest, default=inf)) - _COARSE_M


def _bend(generator: np.random.Generator, radius_m: float, heading: float) -> list[Piece]:
    """Draw clothoid, arc, clothoid; to a random side, or back towards heading 0 if far off."""
    heading_error = wrap_angle(heading)
    side = 1.0 if generator.random() < 0.5 else -1.0
    if abs(heading_error) > _STRAY_RAD:
        side = -float(np.sign(heading_error))
    transition_m = radius_m * float(generator.uniform(0.2, 0.6))
    # Transitions below 15 m are uncomfortable; above 120 m they make no difference.
    transition_m = min(max(transition_m, 15.0), 120.0)
    longest = min(pi / 2, 250.0 / radius_m)
    arc = Arc.turning(side * radius_m, float(generator.uniform(0.2, 1.0)) * longest)
    bent = side / radius_m
    return [Clothoid(transition_m, 0.0, bent), arc, Clothoid(transition_m, bent, 0.0)]


def _turn(piece: Piece) -> float:
    return piece.length_m * (piece.start_curvature_1pm + piece.end_curvature_1pm) / 2


def _trimmed(pieces: list[Piece], length_m: float) -> list[Piece]:
    """Return the pieces cut to a total length."""
    kept: list[Piece] = []
    left_m = length_m
    for piece in pieces:
        if piece.length_m >= left_m:
            return [*kept, cut(piece, left_m)]
        kept.append(piece)
        left_m -= piece.length_m
    return kept
