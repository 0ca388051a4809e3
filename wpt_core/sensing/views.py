# SPDX-License-Identifier: Apache-2.0
"""Warping of camera images to the virtual views of the student."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from wpt_core.sensing.view_map import Image, ViewMap, map_view
from wpt_core.types import CameraFrame, InputError, Rig

__all__ = ['LEAST_SHARE', 'ViewWarper']

LEAST_SHARE = 0.6
"""A view with less live coverage is dead: half a road misleads more than none."""
_WORTH_A_LOOK = 0.005
"""Least share of a view for which a camera is used."""


class ViewWarper:
    """Warps the images of a rig to the views of a student, from the calibration.

    A view is filled from the camera that covers most of it most directly, and its gaps from the
    next ones. A camera identical to the view is copied unchanged.
    """

    def __init__(self, rig: Rig, views: Rig, *, least_share: float = LEAST_SHARE) -> None:
        """Compute all maps; the views must be of one size."""
        if not 0.0 < least_share <= 1.0:
            raise InputError(f'least_share: expected above 0 and at most 1, got {least_share}')
        self._least_share = least_share
        self._shape = _shape_of(views)
        self._sizes = {
            camera.name: (camera.intrinsics.height_px, camera.intrinsics.width_px, 3)
            for camera in rig.cameras
        }
        maps = [[map_view(camera, view) for camera in rig.cameras] for view in views.cameras]
        self._maps = [_ranked(candidates) for candidates in maps]

    @property
    def coverage(self) -> NDArray[np.float64]:
        """Coverage (N,) of each view with all cameras alive."""
        return np.array([_share(maps) for maps in self._maps])

    def warp(self, frames: Sequence[CameraFrame]) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
        """Return RGB views (N, H, W, 3), black if dead, and their alive mask (N,).

        Cameras without a frame are dead. Both arrays are new; the frames are not changed.
        """
        levels = {(name, 0): image for name, image in self._checked(frames).items()}
        views = np.zeros(self._shape, np.uint8)
        alive = np.zeros(len(views), np.bool_)
        for index, maps in enumerate(self._maps):
            live = [one for one in maps if (one.camera, 0) in levels]
            if _share(live) >= self._least_share:
                alive[index] = True
                _fill(views[index], live, levels)
        return views, alive

    def _checked(self, frames: Sequence[CameraFrame]) -> dict[str, Image]:
        images: dict[str, Image] = {}
        for frame in frames:
            name, image = frame.camera, frame.image
            if name not in self._sizes:
                known = ', '.join(self._sizes)
                raise InputError(f'camera {name!r}: not in the rig, which has {known}')
            if name in images:
                raise InputError(f'camera {name!r}: expected one image per set, got two')
            if image.shape != self._sizes[name] or image.dtype != np.uint8:
                raise InputError(
                    f'camera {name!r}: expected an image of {self._sizes[name]} uint8 as the rig '
                    f'says, got {image.shape} {image.dtype}; correct the rig or the camera'
                )
            images[name] = image
        return images


def _shape_of(views: Rig) -> tuple[int, int, int, int]:
    sizes = {(view.intrinsics.height_px, view.intrinsics.width_px) for view in views.cameras}
    if len(sizes) != 1:
        raise InputError(f'views: expected at least one, all of one size, got {sorted(sizes)}')
    ((height, width),) = sizes
    return len(views.cameras), height, width, 3


def _ranked(maps: Sequence[ViewMap]) -> list[ViewMap]:
    useful = [one for one in maps if one.covered.mean() >= _WORTH_A_LOOK]
    return sorted(useful, key=lambda one: -one.merit)


def _share(maps: Sequence[ViewMap]) -> float:
    """Return the share of a view that at least one of the maps covers."""
    if not maps:
        return 0.0
    if maps[0].covered.all():
        return 1.0
    return float(np.logical_or.reduce([one.covered for one in maps]).mean())


def _fill(view: Image, maps: Sequence[ViewMap], levels: dict[tuple[str, int], Image]) -> None:
    best, *others = maps
    best.fill(view, _halved(levels, best))
    missing = ~best.covered
    for other in others:
        more = missing & other.covered
        if more.mean() < _WORTH_A_LOOK:
            continue
        filled = np.empty_like(view)
        other.fill(filled, _halved(levels, other))
        np.copyto(view, filled, where=more[..., None])
        missing &= ~more


def _halved(levels: dict[tuple[str, int], Image], wanted: ViewMap) -> Image:
    """Return the camera's image after the required halvings; each level is cached for other views.

    Only halving is fast in OpenCV: resizing 1280 x 720 to a fifth takes longer than two halvings
    and the remap.
    """
    for halvings in range(1, wanted.halvings + 1):
        if (wanted.camera, halvings) not in levels:
            larger = levels[wanted.camera, halvings - 1]
            size = max(larger.shape[1] // 2, 1), max(larger.shape[0] // 2, 1)
            smaller = cv2.resize(larger, size, interpolation=cv2.INTER_AREA)
            levels[wanted.camera, halvings] = np.asarray(smaller, np.uint8)
    return levels[wanted.camera, wanted.halvings]
