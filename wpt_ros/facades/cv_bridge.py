# SPDX-License-Identifier: Apache-2.0
"""RGB pixels of an image message: by cv_bridge where it is installed, else by our own code."""

from importlib import import_module
from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray
from sensor_msgs.msg import Image

from wpt_core.sensing import RawPicture
from wpt_core.types import InputError

__all__ = ['own_rgb_of', 'rgb_of']

_SHARED = frozenset(
    {'rgb8', 'bgr8', 'rgba8', 'bgra8', 'mono8', 'mono16', 'yuv422', 'yuv422_yuy2'}
    | {f'bayer_{pattern}8' for pattern in ('rggb', 'bggr', 'gbrg', 'grbg')}
)
"""What every version of cv_bridge knows."""


def own_rgb_of(message: Image) -> NDArray[np.uint8]:
    """(H, W, 3), as `imgmsg_to_cv2(message, 'rgb8')`; InputError for what is no such picture."""
    return _picture(message).rgb()


def _picture(message: Image) -> RawPicture:
    return RawPicture(
        message.width,
        message.height,
        message.encoding,
        message.step,
        np.frombuffer(message.data, np.uint8),
        big_endian=bool(message.is_bigendian),
    )


def _bridged_rgb_of(message: Image) -> NDArray[np.uint8]:
    """The same, by cv_bridge, where it is to be trusted.

    Its Python reads rows askew whose padding is no whole number of pixels, and needs NumPy 1 for
    big-endian messages.
    """
    picture = _picture(message)
    picture.size_px()
    packed = picture.step_bytes == picture.row_bytes
    if message.encoding not in _SHARED or message.is_bigendian or not packed:
        return picture.rgb()
    try:
        return np.asarray(_bridge.imgmsg_to_cv2(message, 'rgb8'), np.uint8)
    except _package.CvBridgeError as error:
        raise InputError(f'cv_bridge does not convert this {message.encoding} picture') from error


if find_spec('cv_bridge') is None:
    rgb_of = own_rgb_of
else:
    _package = import_module('cv_bridge')
    _bridge = _package.CvBridge()
    rgb_of = _bridged_rgb_of
