# SPDX-License-Identifier: Apache-2.0
"""Exact labels of a scene that a car cannot measure."""

from wpt_sim.truth.grids import CODE_OF_KIND, Grid, Occupancy, occupancy

__all__ = ['CODE_OF_KIND', 'Grid', 'Occupancy', 'occupancy']
