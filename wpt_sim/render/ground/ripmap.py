# SPDX-License-Identifier: Apache-2.0
"""A ripmap: a texture in road coordinates, prefiltered for anisotropic footprints of pixels.

At 40 m a pixel covers some metres along the lane and a few centimetres across. So the texture is
halved repeatedly in each direction independently; all pairs of levels lie in one atlas, and
sampling is one gather from it.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from wpt_sim.render.canvas import Float32

__all__ = ['Ripmap', 'build_ripmap']

_LEVELS_ALONG = 10
_LEVELS_ACROSS = 8
_GUTTER_PX = 1
_ATLAS_LIMIT_PX = 32000
"""cv2.remap addresses its source with 16 bits."""
_ROUND = np.float32(np.sqrt(2.0))


@dataclass(frozen=True, eq=False, slots=True)
class Ripmap:
    """(rows along, columns across, 4) uint8 atlas and the positions of its levels."""

    atlas: NDArray[np.uint8]
    texel_along_m: float
    texel_across_m: float
    length_m: float
    right_m: float
    """Offset of the right border."""
    left_m: float
    rows: Float32
    """(levels,) first row of each level along."""
    columns: Float32

    def sample(
        self, s_m: Float32, d_m: Float32, *, along_m: Float32, across_m: Float32
    ) -> NDArray[np.uint8]:
        """Return (rows, cols, 4) at (s, d), averaged over footprints."""
        level_s = _level(along_m, self.texel_along_m, len(self.rows))
        level_d = _level(across_m, self.texel_across_m, len(self.columns))
        v = _atlas_coordinate(s_m, level_s, self.rows, self.texel_along_m)
        d = np.clip(d_m, np.float32(self.right_m), np.float32(self.left_m))
        d -= np.float32(self.right_m)
        u = _atlas_coordinate(d, level_d, self.columns, self.texel_across_m)
        return np.asarray(cv2.remap(self.atlas, u, v, cv2.INTER_LINEAR), np.uint8)


def _level(footprint_m: Float32, texel_m: float, count: int) -> NDArray[np.intp]:
    """Return the level with the texel nearest to the footprint; log2 is the float's exponent."""
    ratio = footprint_m * (_ROUND / np.float32(texel_m))
    exponent = ratio.view(np.int32) >> 23
    exponent -= 127
    level: NDArray[np.intp] = np.clip(exponent, 0, count - 1).astype(np.intp)
    return level


def _atlas_coordinate(
    position_m: Float32, level: NDArray[np.intp], starts: Float32, texel_m: float
) -> Float32:
    """Return atlas coordinates, texel centres at integers."""
    scales = (0.5 ** np.arange(len(starts)) / texel_m).astype(np.float32)
    coordinate: Float32 = np.take(scales, level)
    coordinate *= position_m
    coordinate += np.take(starts + np.float32(_GUTTER_PX - 0.5), level)
    return coordinate


def build_ripmap(
    base: NDArray[np.uint8], length_m: float, right_m: float, left_m: float
) -> Ripmap:
    """Build from the finest level (rows from s = 0 to length, columns from right to left, 4)."""
    along = _halvings(base.shape[0], _LEVELS_ALONG)
    across = _halvings(base.shape[1], _LEVELS_ACROSS)
    rows = np.cumsum([0] + [n + 2 * _GUTTER_PX for n in along])
    columns = np.cumsum([0] + [n + 2 * _GUTTER_PX for n in across])
    if max(rows[-1], columns[-1]) > _ATLAS_LIMIT_PX:
        raise ValueError(
            f'ripmap: {rows[-1]} x {columns[-1]} texels exceed {_ATLAS_LIMIT_PX} per side'
        )
    atlas = np.empty((rows[-1], columns[-1], 4), np.uint8)
    slab = base
    for i, n in enumerate(along):
        slab = _shrink(slab, n, slab.shape[1])
        block = slab
        for j, m in enumerate(across):
            block = _shrink(block, n, m)
            framed = cv2.copyMakeBorder(block, *(_GUTTER_PX,) * 4, cv2.BORDER_REPLICATE)
            atlas[rows[i] : rows[i + 1], columns[j] : columns[j + 1]] = framed
    return Ripmap(
        atlas=atlas,
        texel_along_m=length_m / base.shape[0],
        texel_across_m=(left_m - right_m) / base.shape[1],
        length_m=length_m,
        right_m=right_m,
        left_m=left_m,
        rows=rows[:-1].astype(np.float32),
        columns=columns[:-1].astype(np.float32),
    )


def _shrink(image: NDArray[np.uint8], rows: int, columns: int) -> NDArray[np.uint8]:
    """Downsample by area averaging."""
    if image.shape[:2] == (rows, columns):
        return image
    small: NDArray[np.uint8] = cv2.resize(  # type: ignore[assignment]  # cv2 keeps the type
        image, (columns, rows), interpolation=cv2.INTER_AREA
    )
    return small


def _halvings(size_px: int, count: int) -> list[int]:
    """Return the sizes of the levels, halved down to 2."""
    sizes = [size_px]
    while len(sizes) < count and sizes[-1] >= 4:
        sizes.append((sizes[-1] + 1) // 2)
    return sizes
