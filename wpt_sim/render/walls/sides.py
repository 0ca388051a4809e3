# SPDX-License-Identifier: Apache-2.0
"""What stands upright along both sides of a road: rails or the fronts of houses."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from numpy.random import Generator

from wpt_core.types import Pose2
from wpt_sim.render.canvas import Canvas
from wpt_sim.render.light import Light
from wpt_sim.render.walls.hits import WallLine, WallView, wall_line
from wpt_sim.render.walls.houses import HOUSES_OUTSIDE_M, build_houses, paint_houses
from wpt_sim.render.walls.lighting import Wall
from wpt_sim.render.walls.rail import RAIL_OUTSIDE_M, paint_rail
from wpt_sim.road import Edge, Road

__all__ = ['Side', 'build_sides', 'paint_sides']


@dataclass(frozen=True, eq=False, slots=True)
class Side:
    """One wall along the road and how it is painted."""

    line: WallLine
    paint: Callable[[Canvas, Wall], None]


def build_sides(generator: Generator, road: Road) -> tuple[Side, ...]:
    """Rails where the section has them, houses behind kerbs, nothing beside verges."""
    section = road.section
    sides = []
    for edge, edge_m, sign in (
        (section.right, section.right_edge_m, -1),
        (section.left, section.left_edge_m, 1),
    ):
        if edge is Edge.RAIL:
            line = wall_line(road.reference, edge_m + sign * RAIL_OUTSIDE_M)
            sides.append(Side(line, paint_rail))
        elif edge is Edge.KERB:
            houses = build_houses(generator, road.length_m)
            line = wall_line(road.reference, edge_m + sign * HOUSES_OUTSIDE_M)
            sides.append(Side(line, partial(paint_houses, houses=houses)))
    return tuple(sides)


def paint_sides(
    canvas: Canvas, sides: tuple[Side, ...], *, view: WallView, light: Light, pose: Pose2
) -> None:
    """Paint them over all that is farther away."""
    for side in sides:
        side.paint(canvas, Wall(view, side.line, light, pose))
