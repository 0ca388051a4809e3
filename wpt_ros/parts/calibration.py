# SPDX-License-Identifier: Apache-2.0
"""Calibration of the cameras: from the rig file, `camera_info`, and TF."""

from collections.abc import Callable
from dataclasses import replace
from enum import Enum

from wpt_core.geometry import FloatArray
from wpt_core.types import Camera, Intrinsics, Rig

__all__ = ['Calibration', 'ExtrinsicsSource', 'IntrinsicsSource']


class IntrinsicsSource(Enum):
    """Source of the intrinsics."""

    RIG = 'rig'
    CAMERA_INFO = 'camera_info'


class ExtrinsicsSource(Enum):
    """Source of the camera poses."""

    RIG = 'rig'
    TF = 'tf'


class Calibration:
    """Merges the sources into a rig; the rig file names the cameras and provides the rest."""

    def __init__(self, rig: Rig, *, lenses: IntrinsicsSource, places: ExtrinsicsSource) -> None:
        self._file = rig
        self._lenses: dict[str, Intrinsics] = {}
        self._places: dict[str, FloatArray] = {}
        if lenses is IntrinsicsSource.RIG:
            self._lenses = {camera.name: camera.intrinsics for camera in rig.cameras}
        if places is ExtrinsicsSource.RIG:
            self._places = {camera.name: camera.base_from_camera for camera in rig.cameras}
        self._reported = False

    def set_intrinsics(self, camera: str, lens: Intrinsics) -> None:
        """Set the intrinsics that the camera publishes."""
        if self._lenses.get(camera) != lens:
            self._lenses[camera] = lens
            self._reported = False

    def look_up_pose(
        self, camera: str, frame_id: str, base_from: Callable[[str], FloatArray]
    ) -> None:
        """Look up the pose of a camera once; raise InputError while TF does not have it."""
        if camera not in self._places:
            self._places[camera] = base_from(frame_id)
            self._reported = False

    def changed_rig(self) -> Rig | None:
        """Return the cameras that are known by now, or None if unchanged since the last call."""
        if self._reported:
            return None
        self._reported = True
        known = self._lenses.keys() & self._places.keys()
        rig = Rig(tuple(self._calibrated(one) for one in self._file.cameras if one.name in known))
        return rig if rig.cameras else None

    def _calibrated(self, camera: Camera) -> Camera:
        lens, place = self._lenses[camera.name], self._places[camera.name]
        return replace(camera, intrinsics=lens, base_from_camera=place)
