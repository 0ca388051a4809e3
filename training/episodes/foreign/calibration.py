# SPDX-License-Identifier: Apache-2.0
"""Usable cameras of a recording: those with intrinsics and a pose."""

from dataclasses import dataclass

from training.episodes.foreign.images import IMAGE_TYPES
from training.episodes.foreign.mapping import Mapping, Source
from wpt_core.bags import Bag
from wpt_core.sensing import lens_of_camera_info
from wpt_core.types import Camera, InputError, Intrinsics, Rig

__all__ = ['Calibration', 'calibrate']


@dataclass(frozen=True, slots=True)
class Calibration:
    """Usable cameras, the anchor first, and reasons why others are left out."""

    rig: Rig
    left_out: dict[str, str]
    """Reason by camera."""


def calibrate(bag: Bag, mapping: Mapping) -> Calibration:
    """Calibrate from the recorded `camera_info`, or else from the rig file.

    Raise InputError if the anchor cannot be used.
    """
    types = {topic.name: topic.type_name for topic in bag.info.topics}
    found = {source.name: _camera(bag, source, types) for source in mapping.cameras}
    cameras = tuple(camera for camera in found.values() if isinstance(camera, Camera))
    left_out = {name: reason for name, reason in found.items() if isinstance(reason, str)}
    if reason := left_out.get(mapping.anchor.name):
        raise InputError(
            f'{bag.info.path}: the anchor (first) camera {mapping.anchor.name!r} cannot be used: '
            f'{reason}; correct {mapping.path} or name another camera first'
        )
    return Calibration(Rig(cameras), left_out)


def _camera(bag: Bag, source: Source, types: dict[str, str]) -> Camera | str:
    if source.image not in types:
        return f'the recording has no topic {source.image}'
    if types[source.image] not in IMAGE_TYPES:
        return f'{source.image} is a {types[source.image]}, not {" or ".join(IMAGE_TYPES)}'
    if source.base_from_camera is None:
        return 'its pose is missing (no position_m and rotation_deg, not in the rig file)'
    lens = _lens(bag, source, types)
    if isinstance(lens, str):
        if source.in_rig is None:
            return lens
        lens = source.in_rig.intrinsics
    return Camera(source.name, lens, source.base_from_camera)


def _lens(bag: Bag, source: Source, types: dict[str, str]) -> Intrinsics | str:
    """Return the intrinsics of the first `camera_info`, or why there are none."""
    topic = source.camera_info
    if topic is None:
        return 'it has no calibration (no camera_info, not in the rig file)'
    if types.get(topic) != 'sensor_msgs/msg/CameraInfo':
        return f'its calibration is missing (no sensor_msgs/msg/CameraInfo on {topic})'
    first = next(iter(bag.messages([topic])), None)
    if first is None:
        return f'its calibration is missing (no message on {topic})'
    try:
        return lens_of_camera_info(first.message, where=topic, rectified=source.rectified)
    except InputError as error:
        return str(error)
