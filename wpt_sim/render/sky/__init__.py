# SPDX-License-Identifier: Apache-2.0
"""The sky and the skyline."""

from wpt_sim.render.sky.panorama import (
    Panorama,
    SkyView,
    build_panorama,
    paint_sky,
    view_sky,
)

__all__ = ['Panorama', 'SkyView', 'build_panorama', 'paint_sky', 'view_sky']
