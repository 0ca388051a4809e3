# SPDX-License-Identifier: Apache-2.0
"""Bodies in pictures: vehicles, people, road works and what grows and stands beside the road."""

from wpt_core.world.render.bodies.draw import draw_bodies, draw_ground_shadows

__all__ = ['draw_bodies', 'draw_ground_shadows']
