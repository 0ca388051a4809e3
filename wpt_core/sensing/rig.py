# SPDX-License-Identifier: Apache-2.0
"""Rig files: cameras of a car with their lenses and poses."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import TypeGuard

import numpy as np

from wpt_core.files import read_yaml
from wpt_core.geometry import BASE_FROM_OPTICAL_AXES, rotation_from_rpy, transform
from wpt_core.sensing.intrinsics import checked_lens, focal_from_fov, fov_range_deg, lens_model
from wpt_core.types import Camera, InputError, Intrinsics, LensModel, Rig

__all__ = ['load_rig', 'surround_rig']

_ALWAYS = ('size_px', 'position_m', 'rotation_deg')
_LENS = ('horizontal_fov_deg', 'focal_px', 'centre_px', 'lens_model', 'distortion')
_MAX_REACH_M = 20.0
"""A camera farther from the rear axle indicates a wrong unit."""
_ABSURD = 1e9
"""Limit of all numbers; also excludes infinities, NaN and integers too big to convert."""


def surround_rig() -> Rig:
    """Return the default rig: six cameras of 256 x 128 pixels around the car."""
    return load_rig(Path(__file__).with_name('surround.yaml'))


def load_rig(path: Path) -> Rig:
    """Read a rig file; raise InputError naming file, camera and key of a defect."""
    cameras = _section(read_yaml(path, 'rig file'), path)
    return Rig(tuple(_camera(f'{path}: camera {name!r}', name, cameras[name]) for name in cameras))


def _section(document: object, path: Path) -> Mapping[str, object]:
    if not isinstance(document, Mapping) or set(document) != {'cameras'}:
        raise InputError(f'{path}: expected one key at the top, `cameras`')
    cameras = document['cameras']
    if not isinstance(cameras, Mapping) or not cameras:
        raise InputError(f'{path}: `cameras` is empty; expected at least one camera, by name')
    for name in cameras:
        if not isinstance(name, str) or not name.isidentifier():
            raise InputError(
                f'{path}: camera name {name!r} is not usable in a topic; '
                'use letters, digits and underscores'
            )
    return cameras


def _camera(where: str, name: str, entry: object) -> Camera:
    if not isinstance(entry, Mapping):
        raise InputError(f'{where}: expected the keys {_listed(_ALWAYS)} and a lens')
    unknown = [key for key in entry if key not in _ALWAYS + _LENS]
    if unknown:
        raise InputError(
            f'{where}: unknown key {unknown[0]!r}; the keys (with their units) are '
            f'{_listed(_ALWAYS + _LENS)}'
        )
    missing = [key for key in _ALWAYS if key not in entry]
    if missing:
        raise InputError(f'{where}: {missing[0]!r} is missing')
    position_m = _numbers(where, 'position_m', entry, 3)
    if max(abs(value) for value in position_m) > _MAX_REACH_M:
        raise InputError(
            f'{where}: position_m {list(position_m)} is more than {_MAX_REACH_M:.0f} m from the '
            'rear axle; positions are in metres'
        )
    return Camera(name, _intrinsics(where, entry), _pose(where, position_m, entry))


def _pose(
    where: str, position_m: tuple[float, ...], entry: Mapping[str, object]
) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    rotation_deg = _numbers(where, 'rotation_deg', entry, 3)
    if max(abs(value) for value in rotation_deg) > 360.0:
        raise InputError(
            f'{where}: rotation_deg {list(rotation_deg)} is outside -360 to 360; '
            'angles are in degrees'
        )
    roll, pitch, yaw = (math.radians(value) for value in rotation_deg)
    rotation = rotation_from_rpy(roll, pitch, yaw) @ BASE_FROM_OPTICAL_AXES
    return transform(rotation, np.array(position_m))


def _intrinsics(where: str, entry: Mapping[str, object]) -> Intrinsics:
    width, height = _numbers(where, 'size_px', entry, 2)
    model = _model(where, entry)
    count = model.coefficients
    centre = (width / 2 - 0.5, height / 2 - 0.5)
    return checked_lens(
        where,
        size_px=(width, height),
        focal_px=_focal_lengths(where, entry, width, model=model),
        centre_px=_numbers(where, 'centre_px', entry, 2) if 'centre_px' in entry else centre,
        distortion=(
            _numbers(where, 'distortion', entry, count)
            if 'distortion' in entry
            else (0.0,) * count
        ),
        model=model,
    )


def _model(where: str, entry: Mapping[str, object]) -> LensModel:
    if 'lens_model' not in entry:
        return LensModel.PLUMB_BOB
    given = entry.get('distortion')
    if not isinstance(given, list):
        raise InputError(f"{where}: a lens_model needs its coefficients, under 'distortion'")
    return lens_model(where, entry['lens_model'], len(given))


def _focal_lengths(
    where: str, entry: Mapping[str, object], width_px: float, *, model: LensModel
) -> tuple[float, ...]:
    if ('focal_px' in entry) == ('horizontal_fov_deg' in entry):
        raise InputError(f"{where}: give either 'focal_px' or 'horizontal_fov_deg'")
    if 'focal_px' in entry:
        return _numbers(where, 'focal_px', entry, 2)
    (fov_deg,) = _numbers(where, 'horizontal_fov_deg', entry, 1)
    least_deg, most_deg = fov_range_deg(model)
    if not least_deg <= fov_deg <= most_deg:
        raise InputError(
            f'{where}: horizontal_fov_deg {fov_deg:g} is outside {least_deg:g} to '
            f'{most_deg:g}; use degrees'
        )
    return (focal_from_fov(width_px, fov_deg, model),) * 2


def _numbers(where: str, key: str, entry: Mapping[str, object], count: int) -> tuple[float, ...]:
    value = entry[key]
    given: list[object] = value if isinstance(value, list) else [value]
    numbers = [float(v) for v in given if _is_number(v)]
    if len(numbers) != count or len(given) != count:
        expected = 'one number' if count == 1 else f'{count} numbers'
        raise InputError(f'{where}: {key} must be {expected}, not {value!r}')
    return tuple(numbers)


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < _ABSURD


def _listed(keys: tuple[str, ...]) -> str:
    return ', '.join(keys)
