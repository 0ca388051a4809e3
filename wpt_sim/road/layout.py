# SPDX-License-Identifier: Apache-2.0
"""The reference line through a sequence of pieces."""

from collections.abc import Sequence
from itertools import pairwise
from math import ceil, isfinite

import numpy as np

from wpt_core.geometry import FloatArray, Path
from wpt_core.types import InputError, Pose2
from wpt_sim.road.pieces import Clothoid, Piece

__all__ = ['reference_line']

_ORIGIN = Pose2(0.0, 0.0, 0.0)
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(5)
"""Five-point Gauss rule: over half a metre of any road its error is below rounding."""


def reference_line(
    pieces: Sequence[Piece], spacing_m: float = 0.5, *, start: Pose2 = _ORIGIN
) -> Path:
    """Return the line through all pieces from `start`, sampled every `spacing_m` or less.

    The heading is continuous everywhere. Next to a clothoid the curvature must be, too;
    a straight may meet an arc directly, as on roads without transitions.
    """
    if not pieces or not (isfinite(spacing_m) and spacing_m > 0.0):
        raise InputError(
            'A road needs at least one piece and a finite spacing_m above 0, '
            f'but got {len(pieces)} pieces and {spacing_m}.'
        )
    _check_joints(pieces)
    joints = np.concatenate([[0.0], np.cumsum([piece.length_m for piece in pieces])])
    s = np.linspace(0.0, joints[-1], ceil(joints[-1] / spacing_m - 1e-9) + 1)
    table = _heading_table(pieces, joints, start_rad=start.yaw_rad)
    headings, curvatures = _headings(table, joints, s)
    points = np.array([start.x_m, start.y_m]) + _positions(table, joints, s)
    return Path(points, s, headings, curvatures)


def _check_joints(pieces: Sequence[Piece]) -> None:
    for index, (before, after) in enumerate(pairwise(pieces)):
        jump = after.start_curvature_1pm - before.end_curvature_1pm
        if abs(jump) > 1e-9 and (isinstance(before, Clothoid) or isinstance(after, Clothoid)):
            raise InputError(
                f'Pieces {index} and {index + 1} must meet with one curvature, but it jumps from '
                f'{before.end_curvature_1pm:g} to {after.start_curvature_1pm:g} 1/m; '
                'let the clothoid start and end with the curvature of its neighbours.'
            )


def _heading_table(pieces: Sequence[Piece], joints: FloatArray, *, start_rad: float) -> FloatArray:
    """Return (P, 3): heading and curvature at each start, and the curvature rate."""
    ends = np.array([(p.start_curvature_1pm, p.end_curvature_1pm) for p in pieces])
    lengths = np.diff(joints)
    turns = np.cumsum(lengths * ends.mean(axis=1))
    headings = start_rad + np.concatenate([[0.0], turns[:-1]])
    return np.column_stack([headings, ends[:, 0], (ends[:, 1] - ends[:, 0]) / lengths])


def _headings(
    table: FloatArray, joints: FloatArray, s: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return heading and curvature at arc lengths of any shape."""
    piece = np.clip(np.searchsorted(joints, s, side='right') - 1, 0, len(table) - 1)
    heading, curvature, change = table[piece, 0], table[piece, 1], table[piece, 2]
    u = s - joints[piece]
    return heading + u * (curvature + u * change / 2), curvature + u * change


def _positions(table: FloatArray, joints: FloatArray, s: FloatArray) -> FloatArray:
    """Integrate the heading in steps that end at joints, so that each integrand is smooth."""
    stops = np.union1d(s, joints)
    half = np.diff(stops)[:, None] / 2
    headings, _ = _headings(table, joints, (stops[:-1, None] + half) + half * _NODES)
    weights = half * _WEIGHTS
    steps = np.stack(
        [(np.cos(headings) * weights).sum(axis=1), (np.sin(headings) * weights).sum(axis=1)],
        axis=-1,
    )
    positions = np.concatenate([np.zeros((1, 2)), np.cumsum(steps, axis=0)])
    return positions[np.searchsorted(stops, s)]
