# SPDX-License-Identifier: Apache-2.0
"""Walls on both sides of a road: guard rails or house fronts."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.random import Generator

from wpt_core.types import Pose2
from wpt_sim.render.canvas import Canvas, Float32
from wpt_sim.render.light import Light
from wpt_sim.render.walls.hits import WallHits, WallLine, WallView, filtered_comb, wall_line
from wpt_sim.render.walls.houses import HOUSES_OUTSIDE_M, build_houses, paint_houses
from wpt_sim.render.walls.lighting import Wall, paint_hits
from wpt_sim.road import Edge, Road

__all__ = ['Side', 'build_sides', 'paint_sides']

_RAIL_OUTSIDE_M = 0.6
"""Distance from the paved width to the beam."""
_BEAM_M = (0.44, 0.75)
_POST_EVERY_M = 2.0
_POST_M = 0.12
_STEEL = np.array([0.33, 0.335, 0.345], np.float32)
_FOLDS = np.array([0.55, 0.95, 1.15, 0.85, 0.5, 0.5, 0.85, 1.1, 1.2, 1.0, 0.7], np.float32)
"""Brightness of the two-wave beam from its lower to its upper edge."""


@dataclass(frozen=True, eq=False, slots=True)
class Side:
    """One wall along the road and its renderer."""

    line: WallLine
    paint: Callable[[Canvas, Wall], None]


def build_sides(generator: Generator, road: Road) -> tuple[Side, ...]:
    """Build rails as in the section, houses behind kerbs, and nothing beside verges."""
    section = road.section
    sides = []
    for edge, edge_m, sign in (
        (section.right, section.right_edge_m, -1),
        (section.left, section.left_edge_m, 1),
    ):
        if edge is Edge.RAIL:
            line = wall_line(road.reference, edge_m + sign * _RAIL_OUTSIDE_M)
            sides.append(Side(line, _paint_rail))
        elif edge is Edge.KERB:
            houses = build_houses(generator, road.length_m)
            line = wall_line(road.reference, edge_m + sign * HOUSES_OUTSIDE_M)
            sides.append(Side(line, partial(paint_houses, houses=houses)))
    return tuple(sides)


def paint_sides(
    canvas: Canvas, sides: tuple[Side, ...], *, view: WallView, light: Light, pose: Pose2
) -> None:
    """Render them over everything farther away."""
    for side in sides:
        side.paint(canvas, Wall(view, side.line, light, pose))


def _paint_rail(canvas: Canvas, wall: Wall) -> None:
    """Render a rail over everything farther away."""
    hits = wall.hit(canvas, lambda _: _BEAM_M[1])
    beam = _between(hits, *_BEAM_M)
    columns = hits.columns
    standing = filtered_comb(
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


def _between(hits: WallHits, low_m: float, high_m: float) -> Float32:
    """Return the share of each pixel between two heights."""
    half = hits.high_m / 2
    top = np.minimum(hits.height_m + half, np.float32(high_m))
    bottom = np.maximum(hits.height_m - half, np.float32(low_m))
    share: Float32 = np.clip((top - bottom) / hits.high_m, 0.0, 1.0)
    return share
