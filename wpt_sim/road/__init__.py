# SPDX-License-Identifier: Apache-2.0
"""Roads: a reference line with one cross-section along it."""

from wpt_sim.road.lanes import CrossSection, Edge, Lane, Marking, Pattern
from wpt_sim.road.layout import reference_line
from wpt_sim.road.pieces import Arc, Clothoid, Piece, Straight
from wpt_sim.road.road import Road
from wpt_sim.road.sections import (
    RoadKind,
    arterial,
    city,
    country,
    motorway,
    random_arterial,
    random_section,
    single_lane,
    worn,
)
from wpt_sim.road.winding import random_pieces, random_road

__all__ = [
    'Arc',
    'Clothoid',
    'CrossSection',
    'Edge',
    'Lane',
    'Marking',
    'Pattern',
    'Piece',
    'Road',
    'RoadKind',
    'Straight',
    'arterial',
    'city',
    'country',
    'motorway',
    'random_arterial',
    'random_pieces',
    'random_road',
    'random_section',
    'reference_line',
    'single_lane',
    'worn',
]
