# SPDX-License-Identifier: Apache-2.0
"""Vertical surfaces along a road: guard rails and house fronts."""

from wpt_sim.render.walls.hits import WallView, view_walls
from wpt_sim.render.walls.sides import Side, build_sides, paint_sides

__all__ = ['Side', 'WallView', 'build_sides', 'paint_sides', 'view_walls']
