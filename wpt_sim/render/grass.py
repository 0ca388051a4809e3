# SPDX-License-Identifier: Apache-2.0
"""The colour of this year's grass, near and far."""

import numpy as np

from wpt_sim.render.canvas import Float32
from wpt_sim.render.look import Look

__all__ = ['DRY_RGB', 'LUSH_RGB', 'grass_rgb']

LUSH_RGB = np.array([0.052, 0.092, 0.022], np.float32)
DRY_RGB = np.array([0.190, 0.150, 0.070], np.float32)
"""Albedos."""


def grass_rgb(look: Look) -> Float32:
    """(3,) albedo of the grass of this drive."""
    mixed: Float32 = DRY_RGB + np.float32(look.greenery) * (LUSH_RGB - DRY_RGB)
    return mixed
