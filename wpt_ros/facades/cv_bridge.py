# SPDX-License-Identifier: Apache-2.0
"""Images by cv_bridge, where it works: encodings that `RawImageData` does not read, and messages.

`RawImageData` views the bytes of a raw subscription without a copy, so the encodings that it reads
do not pass through here.
"""

import sys
from functools import cache, lru_cache
from importlib import import_module
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
from builtin_interfaces.msg import Time
from numpy.typing import NDArray
from sensor_msgs.msg import Image
from std_msgs.msg import Header

from wpt_core.sensing import RAW_ENCODINGS, RawImageData, check_size_px
from wpt_core.types import InputError

__all__ = ['bridge', 'bridged_message', 'picture_of']

Pixels = NDArray[Any]

_TRIAL_PX = 8
"""Side of the image on which a conversion is tried."""
_LONGEST_ENCODING = 32
"""Encodings come from the network and go to a regular expression in C++."""
_MOST_CHANNELS = 4


@cache
def bridge() -> Any | None:
    """A CvBridge, or None where cv_bridge is missing or cannot convert an image.

    Its C++ part is bound to one NumPy version. Under another one the Python part can be imported,
    and each conversion fails; that counts as missing.
    """
    try:
        found = import_module('cv_bridge').CvBridge()
        message = found.cv2_to_imgmsg(np.zeros((_TRIAL_PX, _TRIAL_PX, 3), np.uint8), 'rgb8')
        found.imgmsg_to_cv2(message, 'bgr8')
    except (ImportError, AttributeError, TypeError, RuntimeError):
        return None
    return found


def bridged_message(pixels: NDArray[np.uint8], *, stamp: Time, frame_id: str) -> Image | None:
    """An `rgb8` message of (H, W, 3) RGB; None without cv_bridge."""
    found = bridge()
    if found is None:
        return None
    header = Header(stamp=stamp, frame_id=frame_id)
    message: Image = found.cv2_to_imgmsg(np.ascontiguousarray(pixels), 'rgb8', header=header)
    return message


def picture_of(
    encoding: str,
    data: NDArray[np.uint8],
    *,
    size_px: tuple[int, int],
    step_bytes: int,
    big_endian: bool,
) -> RawImageData:
    """Of the fields of an image message; `size_px` is width and height. Nothing is checked yet."""
    own = encoding in RAW_ENCODINGS or bridge() is None
    kind = RawImageData if own else BridgedPicture
    return kind(*size_px, encoding, step_bytes, data, big_endian=big_endian)


class BridgedPicture(RawImageData):
    """Pixels in an encoding that cv_bridge converts to `rgb8`."""

    __slots__ = ()

    def size_px(self) -> tuple[int, int]:
        """Width and height; InputError unless encoding, sizes and bytes fit each other."""
        check_size_px(self.width_px, self.height_px)
        kind, channels = _layout(self.encoding)
        row_bytes = self.width_px * channels * kind.itemsize
        if self.step_bytes < row_bytes or len(self.data) < self.step_bytes * self.height_px:
            raise InputError(
                f'it holds {len(self.data)} bytes in rows of {self.step_bytes} where '
                f'{self.height_px} rows of at least {row_bytes} are expected; look for lost '
                'packets, or correct step or width'
            )
        return self.width_px, self.height_px

    def rgb(self) -> NDArray[np.uint8]:
        """(H, W, 3), new; InputError as `size_px`."""
        self.size_px()
        return _rgb(self._packed(), self.encoding)

    def _packed(self) -> Pixels:
        """(H, W, C) without padding, in the byte order of this machine.

        cv_bridge reads rows wrongly when their padding is not a whole number of pixels, and fails
        to swap bytes under NumPy 2.
        """
        kind, channels = _layout(self.encoding)
        ordered = kind.newbyteorder('>' if self.big_endian else '<')
        shape = (self.height_px, self.width_px, channels)
        strides = (self.step_bytes, channels * kind.itemsize, kind.itemsize)
        view: Pixels = np.ndarray(shape, ordered, self.data, strides=strides)
        return np.ascontiguousarray(view, kind)


@lru_cache(maxsize=64)
def _layout(encoding: str) -> tuple[np.dtype[Any], int]:
    """Type of a value and channels; InputError for what cv_bridge does not convert to `rgb8`."""
    found = bridge()
    if found is None or len(encoding) > _LONGEST_ENCODING:
        raise _refused(encoding)
    try:
        name, channels = found.encoding_to_dtype_with_channels(encoding)
    except (TypeError, KeyError) as error:
        raise _refused(encoding) from error
    if channels > _MOST_CHANNELS:
        raise _refused(encoding)
    kind = np.dtype(name)
    _rgb(np.zeros((_TRIAL_PX, _TRIAL_PX, channels), kind), encoding)
    return kind, int(channels)


def _rgb(pixels: Pixels, encoding: str) -> NDArray[np.uint8]:
    """(H, W, 3) of (H, W, C) by cv_bridge."""
    height_px, width_px, _ = pixels.shape
    message = SimpleNamespace(
        height=height_px,
        width=width_px,
        encoding=encoding,
        step=pixels.strides[0],
        is_bigendian=int(sys.byteorder == 'big'),
        data=pixels.data.cast('B'),
    )
    try:
        rgb = np.asarray(cast(Any, bridge()).imgmsg_to_cv2(message, 'rgb8'))
    except (TypeError, RuntimeError) as error:
        raise _refused(encoding) from error
    if rgb.shape != (height_px, width_px, 3) or rgb.dtype != np.uint8:
        raise _refused(encoding)
    return rgb


def _refused(encoding: str) -> InputError:
    return InputError(
        f'its encoding {encoding!r:.40} is none of {", ".join(sorted(RAW_ENCODINGS))}, and '
        'cv_bridge does not convert it to rgb8; set the driver of the camera to one of these'
    )
