# SPDX-License-Identifier: Apache-2.0
"""Bodies in pictures: vehicles, people, road works and what grows and stands beside the road."""

from wpt_sim.render.bodies.draw import draw_bodies, draw_ground_shadows
from wpt_sim.render.bodies.roadside import Roadside, roadside

__all__ = ['Roadside', 'draw_bodies', 'draw_ground_shadows', 'roadside']
