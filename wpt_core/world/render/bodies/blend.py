# SPDX-License-Identifier: Apache-2.0
"""Laying a picture with cover over what has been painted."""

import cv2
import numpy as np

from wpt_core.world.render.canvas import Float32

__all__ = ['lay_over', 'spread']

_KEPT = np.array([[0, 0, 0, -1, 1]] * 3, np.float32)
_COLOUR = np.eye(3, 4, dtype=np.float32)


def lay_over(light: Float32, picture: Float32) -> None:
    """Paint `picture` (h, w, 4), colours times cover and cover, over `light` (h, w, 3)."""
    light *= cv2.transform(picture, _KEPT)
    light += cv2.transform(picture, _COLOUR)


def spread(plane: Float32, rgb: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Float32:
    """(h, w, 3): every colour times (h, w); several times faster than broadcasting."""
    return np.asarray(cv2.transform(plane, rgb.astype(np.float32)[:, None]), np.float32)
