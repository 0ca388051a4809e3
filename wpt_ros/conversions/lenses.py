# SPDX-License-Identifier: Apache-2.0
"""`sensor_msgs/CameraInfo` to and from the lens of a camera."""

import math

from builtin_interfaces.msg import Time
from sensor_msgs.msg import CameraInfo

from wpt_core.types import Camera, InputError, Intrinsics

__all__ = ['camera_info_message', 'intrinsics_of']

_MODEL = 'plumb_bob'


def camera_info_message(camera: Camera, *, stamp: Time) -> CameraInfo:
    """Of a camera whose frame has its name."""
    lens = camera.intrinsics
    fx, fy, cx, cy = lens.fx_px, lens.fy_px, lens.cx_px, lens.cy_px
    message = CameraInfo(
        width=lens.width_px,
        height=lens.height_px,
        distortion_model=_MODEL,
        d=list(lens.distortion),
        k=[fx, 0.0, cx, 0.0, fy, cy, 0.0, 0.0, 1.0],
        r=[1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0],
        p=[fx, 0.0, cx, 0.0, 0.0, fy, cy, 0.0, 0.0, 0.0, 1.0, 0.0],
    )
    message.header.stamp, message.header.frame_id = stamp, camera.name
    return message


def intrinsics_of(message: CameraInfo) -> Intrinsics:
    """The lens; InputError for another model, a lens of no focal length, or no number."""
    numbers = [float(value) for value in (*message.k, *message.d)]
    if not all(map(math.isfinite, numbers)):
        raise InputError('camera_info holds a number that is not finite; calibrate the camera')
    d = [float(value) for value in message.d]
    known = message.distortion_model in (_MODEL, '') and len(d) <= 5
    if not known and any(d):
        raise InputError(
            f'camera_info has the distortion model {message.distortion_model!r} with {len(d)} '
            f'numbers; expected {_MODEL!r} with at most 5: rectify the pictures before'
        )
    fx, fy = float(message.k[0]), float(message.k[4])
    if not (fx > 0.0 and fy > 0.0 and message.width > 0 and message.height > 0):
        raise InputError(
            f'camera_info says {message.width} x {message.height} pixels and focal lengths of '
            f'{fx:g} and {fy:g}: the camera is not calibrated'
        )
    k1, k2, p1, p2, k3 = (*d, 0.0, 0.0, 0.0, 0.0, 0.0)[:5]
    return Intrinsics(
        message.width,
        message.height,
        fx,
        fy,
        float(message.k[2]),
        float(message.k[5]),
        (k1, k2, p1, p2, k3),
    )
