# SPDX-License-Identifier: Apache-2.0
"""What a moment of a drive looks like: drawings, panels and contact sheets, with OpenCV alone."""

from wpt_core.world.pictures.bird_eye import BirdEye
from wpt_core.world.pictures.overlay import draw_plan
from wpt_core.world.pictures.panel import caption, contact_sheet, panel
from wpt_core.world.pictures.ribbon import (
    PlanColour,
    PlanStyle,
    Ribbon,
    ribbon_colours,
    ribbon_of,
    ribbon_opacities,
)

__all__ = [
    'BirdEye',
    'PlanColour',
    'PlanStyle',
    'Ribbon',
    'caption',
    'contact_sheet',
    'draw_plan',
    'panel',
    'ribbon_colours',
    'ribbon_of',
    'ribbon_opacities',
]
