# SPDX-License-Identifier: Apache-2.0
"""Roads drawn at random: winding, but never across themselves."""

from math import ceil, inf, isfinite, log, pi, sqrt

import numpy as np

from wpt_core.geometry import Path, wrap_angle
from wpt_core.types import InputError
from wpt_sim.road.lanes import CrossSection
from wpt_sim.road.layout import reference_line
from wpt_sim.road.pieces import Arc, Clothoid, Piece, Straight, cut
from wpt_sim.road.road import Road

__all__ = ['random_pieces', 'random_road', 'room_between']

_ATTEMPTS = 200
_STRAY_RAD = pi / 3
"""Past this heading, seen from the start, the road turns back: it goes somewhere."""
_LAND_M = 12.0
"""Beside the paved width, before the road may come by again."""
_COARSE_M = 4.0
_RUN_ON_M = 250.0
"""A road seems to go on straight beyond its ends; that part keeps clear as well."""


def random_road(
    generator: np.random.Generator,
    section: CrossSection,
    *,
    length_m: float,
    min_radius_m: float = 30.0,
    max_radius_m: float = 500.0,
    speed_limit_mps: float = 25.0,
) -> Road:
    """A road of exactly this length that keeps clear of itself, starting at the origin along +x.

    Radii are spread evenly over their orders of magnitude. Drawn again until it keeps clear; the
    same generator state gives the same road.
    """
    edge_m = max(section.left_edge_m, -section.right_edge_m)
    if min_radius_m <= edge_m:
        raise InputError(
            f'random_road: min_radius_m must exceed the {edge_m:g} m from the reference line to '
            f'the edge of the section, but got {min_radius_m:g}.'
        )
    needed_m = section.left_edge_m - section.right_edge_m + _LAND_M
    for _ in range(_ATTEMPTS):
        pieces = random_pieces(
            generator, length_m, min_radius_m=min_radius_m, max_radius_m=max_radius_m
        )
        reference = reference_line(pieces)
        if room_between(reference, needed_m) >= needed_m:
            return Road(reference, section, speed_limit_mps)
    raise InputError(
        f'random_road: in {_ATTEMPTS} draws no road of {length_m:g} m with radii from '
        f'{min_radius_m:g} to {max_radius_m:g} m kept {needed_m:.0f} m clear of itself; '
        'ask for a shorter road or wider bends.'
    )


def random_pieces(
    generator: np.random.Generator, length_m: float, *, min_radius_m: float, max_radius_m: float
) -> list[Piece]:
    """Straights and bends in turn, each bend led in and out by clothoids, cut to the length."""
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
        # Every third bend or so follows the last one directly, as in an S.
        more = [] if generator.random() < 0.3 else [Straight(float(generator.uniform(15, 120)))]
        heading += sum(_turn(piece) for piece in bend)
        left_m -= sum(piece.length_m for piece in [*bend, *more])
        pieces += [*bend, *more]
    return _trimmed(pieces, length_m)


def room_between(reference: Path, wanted_m: float) -> float:
    """How near the line comes to itself, leaving out parts that are neighbours along it.

    Along a bend of the least lawful radius, half `wanted_m`, two points that are pi / 2 times
    `wanted_m` apart on the line are just `wanted_m` apart in the plane; nearer ones are
    neighbours. Measured between samples, so less one spacing, to be safe.
    """
    s = np.arange(-_RUN_ON_M, reference.length_m + _RUN_ON_M, _COARSE_M)
    points = reference.from_frenet(s, 0.0)
    ahead = ceil(pi / 2 * wanted_m / _COARSE_M)
    gaps = [points[i + ahead :] - points[i] for i in range(len(s) - ahead)]
    nearest = [np.min(gap[:, 0] ** 2 + gap[:, 1] ** 2) for gap in gaps]
    return sqrt(min(nearest, default=inf)) - _COARSE_M


def _bend(generator: np.random.Generator, radius_m: float, heading: float) -> list[Piece]:
    """Clothoid, arc, clothoid, to either hand, but back towards heading 0 when far from it."""
    stray = wrap_angle(heading)
    hand = 1.0 if generator.random() < 0.5 else -1.0
    if abs(stray) > _STRAY_RAD:
        hand = -float(np.sign(stray))
    transition_m = radius_m * float(generator.uniform(0.2, 0.6))
    # A steering ramp below 15 m is a jerk, and above 120 m nobody feels the difference.
    transition_m = min(max(transition_m, 15.0), 120.0)
    longest = min(pi / 2, 250.0 / radius_m)
    arc = Arc.turning(hand * radius_m, float(generator.uniform(0.2, 1.0)) * longest)
    bent = hand / radius_m
    return [Clothoid(transition_m, 0.0, bent), arc, Clothoid(transition_m, bent, 0.0)]


def _turn(piece: Piece) -> float:
    return piece.length_m * (piece.start_curvature_1pm + piece.end_curvature_1pm) / 2


def _trimmed(pieces: list[Piece], length_m: float) -> list[Piece]:
    """Whole pieces as far as they fit, then a part of the next."""
    kept: list[Piece] = []
    left_m = length_m
    for piece in pieces:
        if piece.length_m >= left_m:
            return [*kept, cut(piece, left_m)]
        kept.append(piece)
        left_m -= piece.length_m
    return kept
