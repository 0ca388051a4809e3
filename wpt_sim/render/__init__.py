# SPDX-License-Identifier: Apache-2.0
"""What would the cameras see?"""

from wpt_sim.render.light import Light, light_from
from wpt_sim.render.look import Daylight, LensLook, Look, Weather, draw_lens, draw_look
from wpt_sim.render.renderer import Renderer
from wpt_sim.render.view import Picture, View

__all__ = [
    'Daylight',
    'LensLook',
    'Light',
    'Look',
    'Picture',
    'Renderer',
    'View',
    'Weather',
    'draw_lens',
    'draw_look',
    'light_from',
]
