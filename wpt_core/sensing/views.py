# SPDX-License-Identifier: Apache-2.0
"""Virtual views: what the student would see if its own cameras sat on this car."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from wpt_core.types import CameraFrame, Rig

__all__ = ['ViewWarper']


class ViewWarper:
    """Warps the pictures of a rig to the views of a student."""

    def __init__(self, rig: Rig, views: Rig) -> None:
        self._views = views
        self._places = {name: place for place, name in enumerate(views.names)}
        lens = views.cameras[0].intrinsics
        self._shape = (len(views.cameras), lens.height_px, lens.width_px, 3)

    def warp(self, frames: Sequence[CameraFrame]) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
        """(N, H, W, 3) views and (N,) which of them are alive; dead ones are black."""
        out = np.zeros(self._shape, np.uint8)
        alive = np.zeros(self._shape[0], np.bool_)
        for frame in frames:
            place = self._places[frame.camera]
            out[place], alive[place] = frame.image, True
        return out, alive
