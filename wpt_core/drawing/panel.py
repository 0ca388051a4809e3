# SPDX-License-Identifier: Apache-2.0
"""One image of all cameras, the bird's-eye view and a caption."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from wpt_core.types import CameraFrame, Rig

__all__ = ['caption', 'contact_sheet', 'panel']

_CELL_PX = (384, 192)
"""Width and height of the cell of one camera."""
_INK = (235, 235, 235)
_BACKGROUND = (22, 24, 28)
_FONT = cv2.FONT_HERSHEY_SIMPLEX


def panel(
    rig: Rig, frames: Sequence[CameraFrame], bird_eye: NDArray[np.uint8]
) -> NDArray[np.uint8]:
    """Arrange forward cameras above, rearward ones below, and the bird's-eye view on the right.

    A camera of the rig without a frame keeps its cell and is marked.
    """
    by_name = {frame.camera: frame.image for frame in frames}
    rows = [[_cell(name, by_name.get(name)) for name in names] for names in _rows_of_names(rig)]
    wide = max(len(row) for row in rows)
    blank = np.full((_CELL_PX[1], _CELL_PX[0], 3), _BACKGROUND, dtype=np.uint8)
    views = np.concatenate(
        [np.concatenate(row + [blank] * (wide - len(row)), axis=1) for row in rows], axis=0
    )
    side = views.shape[0]
    above = cv2.resize(bird_eye, (side, side), interpolation=cv2.INTER_AREA)
    return np.concatenate([views, np.asarray(above, dtype=np.uint8)], axis=1)


def _rows_of_names(rig: Rig) -> list[list[str]]:
    """Return the camera names in rows: forward, then rearward, each from left to right."""
    forward = {camera.name: camera.base_from_camera[:2, 2] for camera in rig.cameras}
    from_left = sorted(rig.names, key=lambda name: -float(forward[name][1]))
    ahead = [name for name in from_left if forward[name][0] >= 0.0]
    behind = [name for name in from_left if forward[name][0] < 0.0]
    return [row for row in (ahead, behind) if row]


def _cell(name: str, image: NDArray[np.uint8] | None) -> NDArray[np.uint8]:
    width, height = _CELL_PX
    cell = np.full((height, width, 3), _BACKGROUND, dtype=np.uint8)
    if image is None:
        _write(cell, f'{name}: no image', (12, height // 2))
        return cell
    scale = min(width / image.shape[1], height / image.shape[0])
    size = (round(image.shape[1] * scale), round(image.shape[0] * scale))
    interpolation = cv2.INTER_AREA if scale < 1.0 else cv2.INTER_CUBIC
    left, top = (width - size[0]) // 2, (height - size[1]) // 2
    cell[top : top + size[1], left : left + size[0]] = cv2.resize(
        image, size, interpolation=interpolation
    )
    _write(cell, name, (8, 18))
    return cell


def caption(image: NDArray[np.uint8], text: str) -> NDArray[np.uint8]:
    """Return the image with one line of text in a strip below it."""
    strip = np.full((28, image.shape[1], 3), _BACKGROUND, dtype=np.uint8)
    _write(strip, text, (10, 19))
    return np.concatenate([image, strip], axis=0)


def contact_sheet(
    images: Sequence[NDArray[np.uint8]], *, columns: int = 1, gap_px: int = 6
) -> NDArray[np.uint8]:
    """Arrange images of one size in rows of `columns` on a dark background."""
    height, width = images[0].shape[:2]
    rows = -(-len(images) // columns)
    sheet = np.full(
        (rows * (height + gap_px) + gap_px, columns * (width + gap_px) + gap_px, 3),
        _BACKGROUND,
        dtype=np.uint8,
    )
    for index, image in enumerate(images):
        top = gap_px + (index // columns) * (height + gap_px)
        left = gap_px + (index % columns) * (width + gap_px)
        sheet[top : top + height, left : left + width] = image
    return sheet


def _write(image: NDArray[np.uint8], text: str, at_px: tuple[int, int]) -> None:
    """Write light text with a dark outline, readable on any background."""
    cv2.putText(image, text, at_px, _FONT, 0.45, (0, 0, 0), 3, cv2.LINE_AA)
    cv2.putText(image, text, at_px, _FONT, 0.45, _INK, 1, cv2.LINE_AA)
