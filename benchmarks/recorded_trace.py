# SPDX-License-Identifier: Apache-2.0
"""One minute of a real car, as comma2k19 stores it: poses of its camera, speed and steering."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from wpt_core.types import InputError

__all__ = ['RecordedTrace', 'load_trace']

FloatArray = NDArray[np.float64]

_EQUATOR_M = 6378137.0
_ECCENTRICITY_SQUARED = 6.69437999014e-3
"""WGS 84."""


@dataclass(frozen=True, eq=False)
class RecordedTrace:
    """Everything on one clock, which starts at the first pose."""

    times_s: FloatArray
    """(N,) of the poses, 20 Hz."""
    positions_m: FloatArray
    """(N, 2) of the camera: east and north of the first pose."""
    yaws_rad: FloatArray
    """(N,) of the car, from east, unwrapped."""
    speed_times_s: FloatArray
    speeds_mps: FloatArray
    """(M,) from the wheels."""
    steering_times_s: FloatArray
    steering_rad: FloatArray
    """(K,) of the steering wheel, left positive."""


def load_trace(folder: Path) -> RecordedTrace:
    """The one segment at or below `folder`; InputError where it is not what it should be."""
    segment = _segment(folder)
    times_s = _column(segment / 'global_pose' / 'frame_times')
    positions = _array(segment / 'global_pose' / 'frame_positions', (len(times_s), 3))
    quaternions = _array(segment / 'global_pose' / 'frame_orientations', (len(times_s), 4))
    can = segment / 'processed_log' / 'CAN'
    plane_from_ecef = _plane_from_ecef(positions[0])
    positions_m = (positions - positions[0]) @ plane_from_ecef.T
    forward = _forward(quaternions) @ plane_from_ecef.T
    return RecordedTrace(
        times_s=times_s - times_s[0],
        positions_m=positions_m,
        yaws_rad=_car_yaws(np.arctan2(forward[:, 1], forward[:, 0]), positions_m),
        speed_times_s=_column(can / 'speed' / 't') - times_s[0],
        speeds_mps=_column(can / 'speed' / 'value'),
        steering_times_s=_column(can / 'steering_angle' / 't') - times_s[0],
        steering_rad=np.radians(_column(can / 'steering_angle' / 'value')),
    )


def _segment(folder: Path) -> Path:
    found = sorted(path.parent for path in folder.rglob('global_pose') if path.is_dir())
    if len(found) != 1:
        raise InputError(
            f'expected one comma2k19 segment (a folder with global_pose and processed_log) '
            f'at or below {folder}, found {len(found)}; name the segment with --recording.'
        )
    return found[0]


def _array(path: Path, shape: tuple[int, ...]) -> FloatArray:
    values = _read(path)
    if values.shape != shape or not np.isfinite(values).all():
        raise InputError(f'{path} must hold finite numbers of shape {shape}, got {values.shape}.')
    return values


def _column(path: Path) -> FloatArray:
    values = _read(path).reshape(-1)
    if len(values) < 2 or not np.isfinite(values).all():
        raise InputError(f'{path} must hold two or more finite numbers.')
    return values


def _read(path: Path) -> FloatArray:
    """One .npy file; comma2k19 gives them no suffix."""
    try:
        with path.open('rb') as file:
            return np.asarray(np.load(file, allow_pickle=False), dtype=np.float64)
    except (OSError, ValueError, EOFError) as error:
        raise InputError(f'{path} cannot be read as an .npy file: {error}.') from error


def _plane_from_ecef(origin: FloatArray) -> FloatArray:
    """(2, 3): the directions east and north at `origin`, in earth-centred coordinates."""
    longitude = np.arctan2(origin[1], origin[0])
    axis_m = np.hypot(origin[0], origin[1])
    latitude = np.arctan2(origin[2], axis_m * (1.0 - _ECCENTRICITY_SQUARED))
    for _ in range(5):  # converges by a factor of 150 each time
        normal_m = _EQUATOR_M / np.sqrt(1.0 - _ECCENTRICITY_SQUARED * np.sin(latitude) ** 2)
        raised_m = origin[2] + _ECCENTRICITY_SQUARED * normal_m * np.sin(latitude)
        latitude = np.arctan2(raised_m, axis_m)
    north = [
        -np.sin(latitude) * np.cos(longitude),
        -np.sin(latitude) * np.sin(longitude),
        np.cos(latitude),
    ]
    return np.array([[-np.sin(longitude), np.cos(longitude), 0.0], north])


def _forward(quaternions: FloatArray) -> FloatArray:
    """(N, 3): the camera's forward axis in earth-centred coordinates, from (w, x, y, z).

    The recording's own notes say that the quaternion turns earth into camera; its velocities say
    that the ordinary Hamilton matrix of it turns camera into earth (cosine 0.998, else 0.86).
    """
    w, x, y, z = quaternions.T
    return np.stack(
        [1.0 - 2.0 * (y * y + z * z), 2.0 * (x * y + z * w), 2.0 * (x * z - y * w)], axis=-1
    )


def _car_yaws(camera_yaws_rad: FloatArray, positions_m: FloatArray) -> FloatArray:
    """The camera looks a little to the side of where the car goes; take the median out."""
    yaws_rad = np.unwrap(camera_yaws_rad)
    steps_m = np.gradient(positions_m, axis=0)
    aside_rad = yaws_rad - np.arctan2(steps_m[:, 1], steps_m[:, 0])
    wrapped_rad = np.arctan2(np.sin(aside_rad), np.cos(aside_rad))
    result: FloatArray = yaws_rad - np.median(wrapped_rad)
    return result
