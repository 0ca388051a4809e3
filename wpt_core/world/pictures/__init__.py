# SPDX-License-Identifier: Apache-2.0
"""What a drive looked like: drawings, panels, contact sheets, plots and videos."""

from wpt_core.world.pictures.bird_eye import BirdEye
from wpt_core.world.pictures.film import FILM_RATE_HZ, Film
from wpt_core.world.pictures.overlay import draw_plan
from wpt_core.world.pictures.panel import caption, contact_sheet, panel
from wpt_core.world.pictures.plots import plot_drive
from wpt_core.world.pictures.ribbon import (
    PlanColour,
    PlanStyle,
    Ribbon,
    ribbon_colours,
    ribbon_of,
    ribbon_opacities,
)
from wpt_core.world.pictures.video import VideoWriter

__all__ = [
    'FILM_RATE_HZ',
    'BirdEye',
    'Film',
    'PlanColour',
    'PlanStyle',
    'Ribbon',
    'VideoWriter',
    'caption',
    'contact_sheet',
    'draw_plan',
    'panel',
    'plot_drive',
    'ribbon_colours',
    'ribbon_of',
    'ribbon_opacities',
]
