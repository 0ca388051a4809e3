# SPDX-License-Identifier: Apache-2.0
"""What is in a picture message: first whether it can be used, then its pixels."""

from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from training.data.foreign.image_headers import compressed_size

__all__ = ['COMPRESSED', 'IMAGE_TYPES', 'RAW', 'picture_fault', 'picture_of']

RAW = 'sensor_msgs/msg/Image'
COMPRESSED = 'sensor_msgs/msg/CompressedImage'
IMAGE_TYPES = (RAW, COMPRESSED)

Picture = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class _Encoding:
    """How bytes become RGB: as they are (None) or by a conversion of OpenCV."""

    channels: int
    conversion: int | None
    even_width: bool = False


_UYVY = _Encoding(2, cv2.COLOR_YUV2RGB_UYVY, even_width=True)
_YUYV = _Encoding(2, cv2.COLOR_YUV2RGB_YUY2, even_width=True)
_ENCODINGS = MappingProxyType(
    {
        'rgb8': _Encoding(3, None),
        'bgr8': _Encoding(3, cv2.COLOR_BGR2RGB),
        'rgba8': _Encoding(4, cv2.COLOR_RGBA2RGB),
        'bgra8': _Encoding(4, cv2.COLOR_BGRA2RGB),
        'mono8': _Encoding(1, cv2.COLOR_GRAY2RGB),
        '8UC1': _Encoding(1, cv2.COLOR_GRAY2RGB),
        '8UC3': _Encoding(3, cv2.COLOR_BGR2RGB),
        'yuv422': _UYVY,
        'uyvy': _UYVY,
        'yuv422_yuy2': _YUYV,
        'yuyv': _YUYV,
        # OpenCV names a mosaic by the second row's second and third pixel, ROS by the first two
        # rows' first pixels.
        'bayer_rggb8': _Encoding(1, cv2.COLOR_BayerBG2RGB),
        'bayer_bggr8': _Encoding(1, cv2.COLOR_BayerRG2RGB),
        'bayer_gbrg8': _Encoding(1, cv2.COLOR_BayerGR2RGB),
        'bayer_grbg8': _Encoding(1, cv2.COLOR_BayerGB2RGB),
    }
)


def picture_fault(message: Any, type_name: str, size_px: tuple[int, int]) -> str | None:
    """Why the picture cannot be used, or None; `size_px` is width and height as calibrated.

    Looks at sizes and at the ends of compressed data, and decodes nothing.
    """
    check: Callable[[Any], tuple[int, int] | str] = (
        _raw_size if type_name == RAW else lambda message: compressed_size(message.data)
    )
    found = check(message)
    if isinstance(found, str):
        return found
    if found != size_px:
        return (
            f'it is {found[0]} x {found[1]} pixels, but its calibration is for '
            f'{size_px[0]} x {size_px[1]}'
        )
    return None


def picture_of(message: Any, type_name: str) -> Picture | None:
    """(H, W, 3) RGB of a picture without fault; None where its content turns out damaged."""
    if type_name == COMPRESSED:
        # A picture's own idea of which side is up would turn it against its calibration.
        how = cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION
        decoded = cv2.imdecode(message.data, how)
        return None if decoded is None else np.asarray(decoded[..., ::-1], np.uint8)
    encoding = _ENCODINGS[message.encoding]
    rows = message.data[: message.height * message.step].reshape(message.height, message.step)
    pixels = rows[:, : message.width * encoding.channels]
    shape = (message.height, message.width, encoding.channels)
    pixels = np.ascontiguousarray(pixels).reshape(shape if encoding.channels > 1 else shape[:2])
    if encoding.conversion is None:
        return np.asarray(pixels, np.uint8)
    return np.asarray(cv2.cvtColor(pixels, encoding.conversion), np.uint8)


def _raw_size(message: Any) -> tuple[int, int] | str:
    encoding = _ENCODINGS.get(message.encoding)
    if encoding is None:
        return f'its encoding {message.encoding!r:.40} is none of {", ".join(sorted(_ENCODINGS))}'
    needed = message.width * encoding.channels
    if message.step < needed or (encoding.even_width and message.width % 2):
        return f'a row of {message.step} bytes cannot hold {message.width} pixels'
    if len(message.data) < message.step * message.height:
        return (
            f'it holds {len(message.data)} bytes where {message.step * message.height} '
            'are announced'
        )
    return int(message.width), int(message.height)
