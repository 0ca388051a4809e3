# SPDX-License-Identifier: Apache-2.0
"""Rendering of bodies: vehicles, people, road works, plants, posts, signs and houses."""

from wpt_sim.render.bodies.draw import draw_bodies, draw_ground_shadows
from wpt_sim.render.bodies.roadside import Roadside, roadside

__all__ = ['Roadside', 'draw_bodies', 'draw_ground_shadows', 'roadside']
