# SPDX-License-Identifier: Apache-2.0
"""Drawing with OpenCV: plans on images, panels and contact sheets."""

from wpt_core.drawing.overlay import draw_plan, enlarged
from wpt_core.drawing.panel import caption, contact_sheet, panel
from wpt_core.drawing.plan_ribbon import (
    PlanColour,
    PlanStyle,
    Ribbon,
    ribbon_colours,
    ribbon_of,
    ribbon_opacities,
)

__all__ = [
    'PlanColour',
    'PlanStyle',
    'Ribbon',
    'caption',
    'contact_sheet',
    'draw_plan',
    'enlarged',
    'panel',
    'ribbon_colours',
    'ribbon_of',
    'ribbon_opacities',
]
