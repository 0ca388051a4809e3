# SPDX-License-Identifier: Apache-2.0
"""The renderer: images, depth and instances of a scene for the cameras of a rig."""

from wpt_sim.render.canvas import RenderedFrame, RenderedFrames
from wpt_sim.render.light import Light, light_from
from wpt_sim.render.look import Daylight, LensLook, Look, Weather, draw_lens, draw_look
from wpt_sim.render.renderer import Renderer

__all__ = [
    'Daylight',
    'LensLook',
    'Light',
    'Look',
    'RenderedFrame',
    'RenderedFrames',
    'Renderer',
    'Weather',
    'draw_lens',
    'draw_look',
    'light_from',
]
