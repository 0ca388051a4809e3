# SPDX-License-Identifier: Apache-2.0
"""Where the lane to be in lies in a view: a picture to learn seeing from."""

import cv2
import numpy as np
from numpy.typing import NDArray

from wpt_core.geometry import project
from wpt_core.types import Camera

__all__ = ['CELL_PX', 'lane_mask']

CELL_PX = 8
"""Side of the square of the view that one value of the mask stands for."""
_FINE = 4
"""Cells are drawn so many times finer and then averaged."""
_SHIFT = 4
_FAR_PX = 4000.0


def lane_mask(lane_m: NDArray[np.float32], camera: Camera) -> NDArray[np.float32] | None:
    """(h, w) share of each cell that the lane (12, 2, 2) covers; None where it is not in sight.

    The ground is taken to be flat, as in the labels.
    """
    height, width = camera.intrinsics.height_px // CELL_PX, camera.intrinsics.width_px // CELL_PX
    outline = np.concatenate([lane_m[:, 0], lane_m[::-1, 1]])
    if not np.isfinite(outline).all():
        return None
    ground = np.column_stack([outline, np.zeros(len(outline))])
    pixels, _ = project(camera, ground)
    if not np.isfinite(pixels).all():
        return None
    # Pixel centres lie at whole numbers, of the view as of the finer picture.
    fine = (np.clip(pixels, -_FAR_PX, _FAR_PX) + 0.5) * (_FINE / CELL_PX) - 0.5
    canvas = np.zeros((height * _FINE, width * _FINE), np.uint8)
    corners = np.round(fine * 2**_SHIFT).astype(np.int32)
    cv2.fillPoly(canvas, [corners], 255, shift=_SHIFT)
    mask = cv2.resize(canvas, (width, height), interpolation=cv2.INTER_AREA)
    return mask.astype(np.float32) / 255.0
