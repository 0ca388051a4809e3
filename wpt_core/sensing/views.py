# SPDX-License-Identifier: Apache-2.0
"""Virtual views: what the student would see if its own cameras sat on this car."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from wpt_core.sensing.view_map import Image, ViewMap, map_view
from wpt_core.types import CameraFrame, InputError, Rig

__all__ = ['LEAST_SHARE', 'ViewWarper']

LEAST_SHARE = 0.6
"""A view of which the living cameras see less is dead: half a road misleads more than none."""
_WORTH_A_LOOK = 0.005
"""Share of a view below which a camera is left out of it."""


class ViewWarper:
    """Warps the pictures of a rig to the views of a student, by calibration alone.

    A view is filled from the camera that sees most of it most directly, and what that one does
    not see from the next. A camera that is the view itself is copied unchanged.
    """

    def __init__(self, rig: Rig, views: Rig, *, least_share: float = LEAST_SHARE) -> None:
        """Works out all maps; the views must be of one size."""
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
        """(N,): the share of each view that the cameras see while all of them live."""
        return np.array([_share(maps) for maps in self._maps])

    def warp(self, frames: Sequence[CameraFrame]) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
        """(N, H, W, 3) RGB views and (N,) which of them are alive; dead ones are black.

        Cameras without a frame are dead. Both arrays are new at each call and the caller's to
        keep; the frames are not changed.
        """
        pictures = {(name, 0): image for name, image in self._checked(frames).items()}
        views = np.zeros(self._shape, np.uint8)
        alive = np.zeros(len(views), np.bool_)
        for index, maps in enumerate(self._maps):
            living = [one for one in maps if (one.camera, 0) in pictures]
            if _share(living) >= self._least_share:
                alive[index] = True
                _fill(views[index], living, pictures)
        return views, alive

    def _checked(self, frames: Sequence[CameraFrame]) -> dict[str, Image]:
        images: dict[str, Image] = {}
        for frame in frames:
            name, image = frame.camera, frame.image
            if name not in self._sizes:
                known = ', '.join(self._sizes)
                raise InputError(f'camera {name!r}: not in the rig, which has {known}')
            if name in images:
                raise InputError(f'camera {name!r}: expected one picture at a time, got two')
            if image.shape != self._sizes[name] or image.dtype != np.uint8:
                raise InputError(
                    f'camera {name!r}: expected a picture of {self._sizes[name]} uint8 as the rig '
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
    """Of a view, that some of these see."""
    if not maps:
        return 0.0
    if maps[0].covered.all():
        return 1.0
    return float(np.logical_or.reduce([one.covered for one in maps]).mean())


def _fill(view: Image, maps: Sequence[ViewMap], pictures: dict[tuple[str, int], Image]) -> None:
    best, *others = maps
    best.fill(view, _halved(pictures, best))
    missing = ~best.covered
    for other in others:
        more = missing & other.covered
        if more.mean() < _WORTH_A_LOOK:
            continue
        filled = np.empty_like(view)
        other.fill(filled, _halved(pictures, other))
        np.copyto(view, filled, where=more[..., None])
        missing &= ~more


def _halved(pictures: dict[tuple[str, int], Image], wanted: ViewMap) -> Image:
    """The camera's picture, halved as often as wanted; what is halved once is kept for others.

    Only the halving by two is fast in OpenCV: a fifth of 1280 x 720 in one go takes longer than
    a quarter and all the rest together.
    """
    for halvings in range(1, wanted.halvings + 1):
        if (wanted.camera, halvings) not in pictures:
            larger = pictures[wanted.camera, halvings - 1]
            size = max(larger.shape[1] // 2, 1), max(larger.shape[0] // 2, 1)
            smaller = cv2.resize(larger, size, interpolation=cv2.INTER_AREA)
            pictures[wanted.camera, halvings] = np.asarray(smaller, np.uint8)
    return pictures[wanted.camera, wanted.halvings]
