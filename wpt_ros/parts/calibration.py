# SPDX-License-Identifier: Apache-2.0
"""Which lens, and where on the car? The rig file, or what drivers and TF say in its place."""

from collections.abc import Callable
from dataclasses import replace
from enum import Enum

from wpt_core.geometry import FloatArray
from wpt_core.types import Camera, Intrinsics, Rig

__all__ = ['Calibration', 'ExtrinsicsSource', 'IntrinsicsSource']


class IntrinsicsSource(Enum):
    """Where the intrinsics of cameras come from."""

    RIG = 'rig'
    CAMERA_INFO = 'camera_info'


class ExtrinsicsSource(Enum):
    """Where the extrinsics of cameras come from."""

    RIG = 'rig'
    TF = 'tf'


class Calibration:
    """The rig as far as it is known; the rig file says which cameras there are, and the rest."""

    def __init__(self, rig: Rig, *, lenses: IntrinsicsSource, places: ExtrinsicsSource) -> None:
        self._file = rig
        self._lenses: dict[str, Intrinsics] = {}
        self._places: dict[str, FloatArray] = {}
        if lenses is IntrinsicsSource.RIG:
            self._lenses = {camera.name: camera.intrinsics for camera in rig.cameras}
        if places is ExtrinsicsSource.RIG:
            self._places = {camera.name: camera.base_from_camera for camera in rig.cameras}
        self._told = False

    def set_intrinsics(self, camera: str, lens: Intrinsics) -> None:
        """What the camera says of itself."""
        if self._lenses.get(camera) != lens:
            self._lenses[camera] = lens
            self._told = False

    def look_up_pose(
        self, camera: str, frame_id: str, base_from: Callable[[str], FloatArray]
    ) -> None:
        """Ask, once, where the frame of its pictures sits; InputError while nobody knows."""
        if camera not in self._places:
            self._places[camera] = base_from(frame_id)
            self._told = False

    def changed_rig(self) -> Rig | None:
        """The cameras that are known by now, if that has changed since it was last asked."""
        if self._told:
            return None
        self._told = True
        known = self._lenses.keys() & self._places.keys()
        rig = Rig(tuple(self._as_told(one) for one in self._file.cameras if one.name in known))
        return rig if rig.cameras else None

    def _as_told(self, camera: Camera) -> Camera:
        lens, place = self._lenses[camera.name], self._places[camera.name]
        return replace(camera, intrinsics=lens, base_from_camera=place)
