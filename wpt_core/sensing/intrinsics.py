# SPDX-License-Identifier: Apache-2.0
"""Intrinsics from rig files, CameraInfo messages and recordings, with one set of checks."""

import math
from collections.abc import Sequence
from typing import Any

from wpt_core.geometry import LENSES
from wpt_core.types import InputError, Intrinsics, LensModel

__all__ = [
    'camera_info_numbers',
    'checked_lens',
    'focal_from_fov',
    'fov_range_deg',
    'lens_model',
    'lens_of_camera_info',
]

_MAX_SIDE_PX = 16_384
_ABSURD = 1e9
"""Limit of all numbers; also excludes infinities and NaN."""
_MODELS = {model.value: model for model in LensModel} | {'fisheye': LensModel.EQUIDISTANT}
"""Some drivers and calibration tools call the equidistant model fisheye."""


def lens_model(where: str, name: object, count: int) -> LensModel:
    """Return the lens model; raise InputError listing the supported ones."""
    model = _MODELS.get(name) if isinstance(name, str) else None
    if model is None or count != model.coefficients:
        raise InputError(
            f'{where}: the distortion model {name!r:.60} with {count} coefficients is not '
            f'supported; supported are {_listed()}; record or publish rectified images instead'
        )
    return model


def fov_range_deg(model: LensModel) -> tuple[float, float]:
    """Range of the field of view: above 180 degrees for a fisheye only."""
    return (1.0, LENSES[model].widest_deg)


def checked_lens(
    where: str,
    *,
    size_px: Sequence[float],
    focal_px: Sequence[float],
    centre_px: Sequence[float],
    distortion: Sequence[float] = (0.0,) * 5,
    model: LensModel = LensModel.PLUMB_BOB,
) -> Intrinsics:
    """Return the intrinsics; raise InputError starting with `where` if they are implausible."""
    (width, height), (fx, fy), (cx, cy) = size_px, focal_px, centre_px
    if not all(abs(value) < _ABSURD for value in (*size_px, *focal_px, *centre_px, *distortion)):
        raise InputError(f'{where}: contains a number that is not finite; calibrate the camera')
    if not all(v == int(v) and 1 <= v <= _MAX_SIDE_PX for v in (width, height)):
        raise InputError(
            f'{where}: size_px {[width, height]} must be two whole numbers (width, height) '
            f'from 1 to {_MAX_SIDE_PX}'
        )
    if not (0 <= cx < width and 0 <= cy < height):
        raise InputError(f'{where}: centre_px {[cx, cy]} lies outside the image; use pixels')
    narrowest_deg, widest_deg = fov_range_deg(model)
    least, most = (focal_from_fov(width, fov, model) for fov in (widest_deg, narrowest_deg))
    if not all(least <= f <= most for f in (fx, fy)):
        raise InputError(
            f'{where}: focal_px {[fx, fy]} makes a singular or absurd lens for an image '
            f'{width:g} wide; expected {least:.0f} to {most:.0f}, in pixels (not mm)'
        )
    numbers = tuple(map(float, distortion))
    return Intrinsics(int(width), int(height), fx, fy, cx, cy, numbers, model)


def focal_from_fov(width_px: float, fov_deg: float, model: LensModel) -> float:
    """Return the focal length in pixels of an undistorted lens with this field of view."""
    half_rad = math.radians(fov_deg) / 2
    return width_px / 2 / LENSES[model].radius_at(half_rad)


def lens_of_camera_info(
    info: Any, *, where: str = 'camera_info', rectified: bool = False
) -> Intrinsics:
    """Return the intrinsics of a `sensor_msgs/CameraInfo` of ROS 2 or ROS 1.

    For the raw images, or for the `rectified` ones. Raise InputError for an unsupported model,
    an uncalibrated camera, and cropped or binned images.
    """
    _refuse_part(where, info)
    d = [] if rectified else _numbers(info, 'd')
    name = '' if rectified else info.distortion_model
    matrix = _matrix(where, _numbers(info, 'p'), 4) if rectified else None
    (fx, cx), (fy, cy) = matrix or _matrix(where, _numbers(info, 'k'), 3)
    if not d and name in ('', LensModel.PLUMB_BOB.value):
        d, name = [0.0] * 5, LensModel.PLUMB_BOB.value
    return checked_lens(
        where,
        size_px=(float(info.width), float(info.height)),
        focal_px=(fx, fy),
        centre_px=(cx, cy),
        distortion=d,
        model=lens_model(where, name, len(d)),
    )


def camera_info_numbers(lens: Intrinsics) -> dict[str, list[float]]:
    """Return the fields d, k, r and p of `sensor_msgs/CameraInfo` for a single camera."""
    fx, fy, cx, cy = lens.fx_px, lens.fy_px, lens.cx_px, lens.cy_px
    return {
        'd': list(lens.distortion),
        'k': [fx, 0.0, cx, 0.0, fy, cy, 0.0, 0.0, 1.0],
        'r': [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0],
        'p': [fx, 0.0, cx, 0.0, 0.0, fy, cy, 0.0, 0.0, 0.0, 1.0, 0.0],
    }


def _matrix(
    where: str, numbers: list[float], columns: int
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return (fx, cx) and (fy, cy) of a camera matrix in rows of `columns`."""
    fx, fy = numbers[0], numbers[columns + 1]
    if not (math.isfinite(fx) and math.isfinite(fy) and min(fx, fy) > 0.0):
        raise InputError(
            f'{where}: the camera is not calibrated (focal lengths {fx:g}, {fy:g}); calibrate it'
        )
    if numbers[1] != 0.0 or numbers[columns] != 0.0:
        raise InputError(
            f'{where}: the camera matrix has a skew, which is not supported; expected '
            '[fx, 0, cx; 0, fy, cy; 0, 0, 1]'
        )
    return (fx, numbers[2]), (fy, numbers[columns + 2])


def _refuse_part(where: str, info: Any) -> None:
    """Raise InputError for a part of the sensor, whose pixels differ from the calibrated ones."""
    roi = info.roi
    part = (roi.x_offset, roi.y_offset, roi.width, roi.height)
    if any(part) and part != (0, 0, info.width, info.height):
        raise InputError(
            f'{where}: its roi is set ({roi.width} x {roi.height} at {roi.x_offset}, '
            f'{roi.y_offset}), which is not supported; publish whole images, or a calibration '
            'of the part'
        )
    if max(info.binning_x, info.binning_y) > 1:
        raise InputError(
            f'{where}: its binning is {info.binning_x} x {info.binning_y}, which is not '
            'supported; publish a calibration of the binned images'
        )


def _numbers(info: Any, field: str) -> list[float]:
    """Return a field of ROS 2, or of ROS 1, whose name is upper case."""
    value = getattr(info, field) if hasattr(info, field) else getattr(info, field.upper())
    return [float(number) for number in value]


def _listed() -> str:
    models = [f'{model.value} ({model.coefficients})' for model in LensModel]
    return f'{", ".join(models[:-1])} and {models[-1]}'
