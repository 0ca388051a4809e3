# SPDX-License-Identifier: Apache-2.0
"""Mapping files: names of a recording's topics, and properties of its car."""

import math
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeGuard

import numpy as np
from numpy.typing import NDArray

from wpt_core.files import read_yaml
from wpt_core.geometry import BASE_FROM_OPTICAL_AXES, rotation_from_rpy, transform
from wpt_core.sensing import load_rig
from wpt_core.types import Camera, InputError

__all__ = ['Mapping', 'Source', 'load_mapping']

_NEEDED = ('cameras', 'odometry', 'actuator_delay_s')
_OPTIONAL = ('rig', 'base_from_odometry', 'speed_from', 'command', 'clock', 'driver')
_CAMERA = ('camera_info', 'rectified', 'position_m', 'rotation_deg')
_PLACE = ('position_m', 'rotation_deg')
_MAX_REACH_M = 20.0
_MAX_DELAY_S = 2.0


@dataclass(frozen=True, eq=False, slots=True)
class Source:
    """One camera of a recording; it has the same name in the rig file."""

    name: str
    image: str
    camera_info: str | None
    rectified: bool
    """The images are undistorted, so P of `camera_info` applies."""
    base_from_camera: NDArray[np.float64] | None
    """(4, 4), optical camera frame; None if not given."""
    in_rig: Camera | None
    """The camera of the rig file."""


@dataclass(frozen=True, eq=False, slots=True)
class Mapping:
    """Content of a mapping file; the first camera is the anchor."""

    path: Path
    cameras: tuple[Source, ...]
    odometry: str
    actuator_delay_s: float
    """Dead time and lag of the steering together."""
    base_from_odometry: NDArray[np.float64]
    """(4, 4): pose of the odometry's child frame on the car."""
    speed_from: str
    """`twist`, or `positions` if the twist is missing or not in the child frame."""
    command: str | None
    clock: str
    """`header`: time of measurement; `recorded`: time of recording."""
    driver: str

    @property
    def anchor(self) -> Source:
        return self.cameras[0]

    @property
    def topics(self) -> tuple[str, ...]:
        """All topics in the order of the file."""
        infos = [camera.camera_info for camera in self.cameras]
        images = [camera.image for camera in self.cameras]
        return tuple(t for t in (*images, *infos, self.odometry, self.command) if t)


def load_mapping(path: Path) -> Mapping:
    """Read a mapping file; InputError names the file and the wrong key."""
    document = _section(str(path), read_yaml(path, 'mapping file'), _NEEDED, optional=_OPTIONAL)
    rig = _rig(path, document)
    cameras = _cameras(path, document['cameras'], rig)
    delay_s = document['actuator_delay_s']
    if not _is_number(delay_s) or not 0.0 <= delay_s <= _MAX_DELAY_S:
        raise InputError(
            f'{path}: actuator_delay_s must be a number of seconds from 0 to {_MAX_DELAY_S:g}, '
            f'not {delay_s!r}'
        )
    mapping = Mapping(
        path,
        cameras,
        _topic(str(path), 'odometry', document),
        float(delay_s),
        _base_from_odometry(str(path), document.get('base_from_odometry')),
        _choice(str(path), 'speed_from', document, ('twist', 'positions')),
        _topic(str(path), 'command', document) if 'command' in document else None,
        _choice(str(path), 'clock', document, ('header', 'recorded')),
        _text(str(path), 'driver', document) if 'driver' in document else 'human',
    )
    if twice := [t for t in mapping.topics if mapping.topics.count(t) > 1]:
        raise InputError(f'{path}: topic {twice[0]} is given twice; each topic is one thing')
    return mapping


def _rig(path: Path, document: AnyMapping[str, object]) -> dict[str, Camera]:
    """Return cameras of the rig file by name; its path is relative to the mapping file."""
    if 'rig' not in document:
        return {}
    rig = load_rig(path.parent / _text(str(path), 'rig', document))
    return {camera.name: camera for camera in rig.cameras}


def _cameras(path: Path, entries: object, rig: dict[str, Camera]) -> tuple[Source, ...]:
    if not isinstance(entries, AnyMapping) or not entries:
        raise InputError(f'{path}: `cameras` names no camera; give at least one, by name')
    for name in entries:
        if not isinstance(name, str) or not name.isidentifier():
            raise InputError(
                f'{path}: camera name {name!r} is not usable; '
                'use letters, digits and underscores, as in the rig file'
            )
    return tuple(_camera(f'{path}: camera {n!r}', n, entries[n], rig) for n in entries)


def _camera(where: str, name: str, entry: object, rig: dict[str, Camera]) -> Source:
    section = _section(where, entry, ('image',), optional=_CAMERA)
    placed = [key for key in _PLACE if key in section]
    if len(placed) == 1:
        raise InputError(f'{where}: position_m and rotation_deg belong together; give both')
    in_rig = rig.get(name)
    if placed:
        pose: NDArray[np.float64] | None = _place(where, section) @ transform(
            BASE_FROM_OPTICAL_AXES, np.zeros(3)
        )
    else:
        pose = in_rig.base_from_camera if in_rig else None
    info = _topic(where, 'camera_info', section) if 'camera_info' in section else None
    rectified = section.get('rectified', False)
    if not isinstance(rectified, bool):
        raise InputError(f'{where}: rectified must be true or false, not {rectified!r:.60}')
    return Source(name, _topic(where, 'image', section), info, rectified, pose, in_rig)


def _base_from_odometry(where: str, entry: object) -> NDArray[np.float64]:
    if entry is None:
        return np.eye(4)
    where = f'{where}: base_from_odometry'
    return _place(where, _section(where, entry, _PLACE))


def _place(where: str, section: AnyMapping[str, object]) -> NDArray[np.float64]:
    """Return a pose (4, 4) from metres and degrees."""
    position_m = _numbers(where, 'position_m', section)
    if max(map(abs, position_m)) > _MAX_REACH_M:
        raise InputError(
            f'{where}: position_m {position_m} is more than {_MAX_REACH_M:.0f} m from the rear '
            'axle; positions are in metres'
        )
    rotation_deg = _numbers(where, 'rotation_deg', section)
    if max(map(abs, rotation_deg)) > 360.0:
        raise InputError(
            f'{where}: rotation_deg {rotation_deg} is outside -360 to 360; angles are in degrees'
        )
    roll, pitch, yaw = (math.radians(angle) for angle in rotation_deg)
    return transform(rotation_from_rpy(roll, pitch, yaw), np.array(position_m))


def _section(
    where: str, value: object, needed: tuple[str, ...], *, optional: tuple[str, ...] = ()
) -> AnyMapping[str, object]:
    known = needed + optional
    if not isinstance(value, AnyMapping):
        raise InputError(f'{where}: expected the keys {", ".join(known)}, not {value!r:.60}')
    if unknown := [key for key in value if key not in known]:
        raise InputError(f'{where}: unknown key {unknown[0]!r}; the keys are {", ".join(known)}')
    if missing := [key for key in needed if key not in value]:
        raise InputError(f'{where}: {missing[0]!r} is missing')
    return value


def _text(where: str, key: str, section: AnyMapping[str, object]) -> str:
    value = section[key]
    if not isinstance(value, str) or not value:
        raise InputError(f'{where}: {key} must be text, not {value!r:.60}')
    return value


def _topic(where: str, key: str, section: AnyMapping[str, object]) -> str:
    name = _text(where, key, section)
    if not name.startswith('/') or any(character.isspace() for character in name):
        raise InputError(f'{where}: {key} must be a topic such as /car/{key}, not {name!r:.60}')
    return name


def _choice(
    where: str, key: str, section: AnyMapping[str, object], choices: tuple[str, ...]
) -> str:
    value = section.get(key, choices[0])
    if value not in choices:
        raise InputError(f'{where}: {key} must be one of {", ".join(choices)}, not {value!r:.60}')
    return str(value)


def _numbers(where: str, key: str, section: AnyMapping[str, object]) -> list[float]:
    value = section[key]
    given: list[object] = value if isinstance(value, list) else [value]
    numbers = [float(v) for v in given if _is_number(v)]
    if len(numbers) != 3 or len(given) != 3:
        raise InputError(f'{where}: {key} must be 3 numbers, not {value!r:.60}')
    return numbers


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e9
