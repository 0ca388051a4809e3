# SPDX-License-Identifier: Apache-2.0
"""What is really there: exact labels that a car would not have."""

from wpt_sim.truth.bird_eye import (
    CODE_OF_KIND,
    Grid,
    LaneMap,
    Occupancy,
    lane_map,
    occupancy,
)

__all__ = ['CODE_OF_KIND', 'Grid', 'LaneMap', 'Occupancy', 'lane_map', 'occupancy']
