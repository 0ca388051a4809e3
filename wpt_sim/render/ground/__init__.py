# SPDX-License-Identifier: Apache-2.0
"""The ground: textures of road, verges and fields, and their rendering."""

from wpt_sim.render.ground.field import build_field
from wpt_sim.render.ground.locator import build_locator
from wpt_sim.render.ground.ribbon import build_ribbon
from wpt_sim.render.ground.surface import Ground, GroundView, paint_ground, view_ground

__all__ = [
    'Ground',
    'GroundView',
    'build_field',
    'build_locator',
    'build_ribbon',
    'paint_ground',
    'view_ground',
]
