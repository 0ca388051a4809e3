# SPDX-License-Identifier: Apache-2.0
"""What stands upright along a road: rails and the fronts of houses."""

from wpt_sim.render.walls.hits import WallView, view_walls
from wpt_sim.render.walls.sides import Side, build_sides, paint_sides

__all__ = ['Side', 'WallView', 'build_sides', 'paint_sides', 'view_walls']
