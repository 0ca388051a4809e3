# SPDX-License-Identifier: Apache-2.0
"""Guard rails: a bent steel beam on posts."""

import numpy as np

from wpt_sim.render.canvas import Canvas, Float32
from wpt_sim.render.walls.hits import Hits, steady_cover
from wpt_sim.render.walls.lighting import Wall, paint_hits

__all__ = ['RAIL_OUTSIDE_M', 'paint_rail']

RAIL_OUTSIDE_M = 0.6
"""Between the paved width and the beam."""
_BEAM_M = (0.44, 0.75)
_POST_EVERY_M = 2.0
_POST_M = 0.12
_STEEL = np.array([0.33, 0.335, 0.345], np.float32)
_FOLDS = np.array([0.55, 0.95, 1.15, 0.85, 0.5, 0.5, 0.85, 1.1, 1.2, 1.0, 0.7], np.float32)
"""Brightness of the beam from its lower to its upper edge: two waves that face up and down."""


def paint_rail(canvas: Canvas, wall: Wall) -> None:
    """Paint a rail over what is farther away."""
    hits = wall.hit(canvas, lambda _: _BEAM_M[1])
    beam = _between(hits, *_BEAM_M)
    columns = hits.columns
    standing = steady_cover(
        columns.s_m / np.float32(_POST_EVERY_M),
        columns.wide_m / np.float32(_POST_EVERY_M),
        share=_POST_M / _POST_EVERY_M,
    )
    posts = _between(hits, 0.0, _BEAM_M[1]) * standing.take(hits.bins)
    cover = np.maximum(beam, posts)
    fold = (hits.height_m - _BEAM_M[0]) / (_BEAM_M[1] - _BEAM_M[0])
    tone = np.interp(fold, np.linspace(0.0, 1.0, len(_FOLDS)), _FOLDS)
    tone += np.clip(hits.high_m / 0.15, 0.0, 1.0) * (0.85 - tone)
    tone = np.where(beam > 0.05, tone, 0.45).astype(np.float32)
    albedo = (tone * _STEEL[0], tone * _STEEL[1], tone * _STEEL[2])
    paint_hits(canvas, hits, wall=wall, cover=cover, albedo=albedo)


def _between(hits: Hits, low_m: float, high_m: float) -> Float32:
    """Share of each pixel between two heights."""
    half = hits.high_m / 2
    top = np.minimum(hits.height_m + half, np.float32(high_m))
    bottom = np.maximum(hits.height_m - half, np.float32(low_m))
    share: Float32 = np.clip((top - bottom) / hits.high_m, 0.0, 1.0)
    return share
