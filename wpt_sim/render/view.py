# SPDX-License-Identifier: Apache-2.0
"""What the renderer hands out."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wpt_sim.render.canvas import Float32

__all__ = ['Picture', 'View']


@dataclass(frozen=True, eq=False, slots=True)
class Picture:
    """What one camera sees, and the truth behind every pixel."""

    camera: str
    image: NDArray[np.uint8]
    """(H, W, 3) RGB."""
    depth_m: Float32
    """(H, W) z in the camera frame, infinite in the sky."""
    instances: NDArray[np.int32]
    """(H, W) `Actor.instance`, 0 where there is none."""


@dataclass(frozen=True, eq=False, slots=True)
class View:
    """One picture per camera, in the order asked for; cameras may differ in size."""

    pictures: tuple[Picture, ...]

    def __getitem__(self, camera: str) -> Picture:
        for picture in self.pictures:
            if picture.camera == camera:
                return picture
        raise KeyError(camera)
