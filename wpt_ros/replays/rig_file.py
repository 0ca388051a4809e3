# SPDX-License-Identifier: Apache-2.0
"""A rig as the text of a rig file, so that another process sees by the same cameras."""

from typing import Any

import numpy as np
import yaml

from wpt_core.geometry import BASE_FROM_OPTICAL_AXES, rpy_from_rotation
from wpt_core.types import Camera, Rig

__all__ = ['rig_text']


def rig_text(rig: Rig) -> str:
    """What `load_rig` makes the same rig of, but for roundings."""
    cameras = {camera.name: _entry(camera) for camera in rig.cameras}
    return yaml.safe_dump({'cameras': cameras}, sort_keys=False, default_flow_style=None)


def _entry(camera: Camera) -> dict[str, Any]:
    lens, place = camera.intrinsics, camera.base_from_camera
    rpy_rad = rpy_from_rotation(place[:3, :3] @ BASE_FROM_OPTICAL_AXES.T)
    return {
        'size_px': [lens.width_px, lens.height_px],
        'focal_px': [float(lens.fx_px), float(lens.fy_px)],
        'centre_px': [float(lens.cx_px), float(lens.cy_px)],
        'lens_model': lens.model.value,
        'distortion': list(map(float, lens.distortion)),
        'position_m': place[:3, 3].tolist(),
        'rotation_deg': np.degrees(rpy_rad).tolist(),
    }
