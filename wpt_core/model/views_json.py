# SPDX-License-Identifier: Apache-2.0
"""The views of a student as JSON."""

import numpy as np

from wpt_core.model.config import StudentConfig
from wpt_core.model.strict_json import Section
from wpt_core.types import Camera, InputError, Intrinsics, LensModel, Rig

__all__ = ['views_document', 'views_from']

_NAMES = ('name', 'size_px', 'focal_px', 'centre_px', 'distortion', 'base_from_camera')
_FAR = 1e6
_FARTHEST_M = 100.0
_RIGID = 1e-6


def views_document(views: Rig) -> list[dict[str, object]]:
    """Return the document that `views_from` reads; raise InputError unless all are `plumb_bob`."""
    for camera in views.cameras:
        if camera.intrinsics.model is not LensModel.PLUMB_BOB:
            raise InputError(
                f'view {camera.name!r}: expected a {LensModel.PLUMB_BOB.value} lens, '
                f'got {camera.intrinsics.model.value}'
            )
    return [
        {
            'name': camera.name,
            'size_px': [camera.intrinsics.width_px, camera.intrinsics.height_px],
            'focal_px': [camera.intrinsics.fx_px, camera.intrinsics.fy_px],
            'centre_px': [camera.intrinsics.cx_px, camera.intrinsics.cy_px],
            'distortion': list(camera.intrinsics.distortion),
            'base_from_camera': camera.base_from_camera.tolist(),
        }
        for camera in views.cameras
    ]


def views_from(parent: Section, name: str, config: StudentConfig) -> Rig:
    """Return the views in this field; raise InputError unless they fit the config."""
    documents = parent.list_of(name)
    if len(documents) != config.views:
        raise parent.error(f'{name}: expected {config.views} views, got {len(documents)}')
    cameras = tuple(
        _camera(Section(f'{parent.where}: {name} {place}', document, _NAMES), config)
        for place, document in enumerate(documents)
    )
    if len({camera.name for camera in cameras}) < len(cameras):
        raise parent.error(f'{name}: expected unique names, got one twice')
    return Rig(cameras)


def _camera(section: Section, config: StudentConfig) -> Camera:
    width, height = section.numbers('size_px', 2, _FAR)
    if (width, height) != (config.view_width_px, config.view_height_px):
        raise section.error(
            f'size_px is {width:g} x {height:g}, but the network takes '
            f'{config.view_width_px} x {config.view_height_px}'
        )
    fx, fy = section.numbers('focal_px', 2, _FAR)
    if min(fx, fy) <= 0.0:
        raise section.error(f'focal_px must be above 0, got {fx:g} and {fy:g}')
    cx, cy = section.numbers('centre_px', 2, _FAR)
    k1, k2, p1, p2, k3 = section.numbers('distortion', 5, _FAR)
    lens = Intrinsics(int(width), int(height), fx, fy, cx, cy, (k1, k2, p1, p2, k3))
    return Camera(section.text('name'), lens, _pose(section))


def _pose(section: Section) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    rows = section.list_of('base_from_camera')
    if len(rows) != 4:
        raise section.error('base_from_camera must be 4 rows of 4 numbers')
    names = [f'row {place}' for place in range(4)]
    by_row = Section(section.where, dict(zip(names, rows, strict=True)), names)
    pose = np.array([by_row.numbers(name, 4, _FARTHEST_M) for name in names])
    rotation = pose[:3, :3]
    skew = np.abs(rotation @ rotation.T - np.eye(3)).max()
    if skew > _RIGID or np.linalg.det(rotation) < 0.0 or pose[3].tolist() != [0.0, 0.0, 0.0, 1.0]:
        raise section.error('base_from_camera must be a rotation and a translation')
    return pose
