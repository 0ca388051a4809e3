# SPDX-License-Identifier: Apache-2.0
"""Checks and decodes recorded images."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from wpt_core.sensing import CompressedImageData, RawImageData
from wpt_core.types import InputError

__all__ = ['COMPRESSED', 'IMAGE_TYPES', 'RAW', 'decode_image', 'image_fault']

RAW = 'sensor_msgs/msg/Image'
COMPRESSED = 'sensor_msgs/msg/CompressedImage'
IMAGE_TYPES = (RAW, COMPRESSED)


def image_fault(message: Any, type_name: str, size_px: tuple[int, int]) -> str | None:
    """Return why an image cannot be used, or None; `size_px` is the calibrated (width, height).

    Checks sizes and the ends of compressed data without decoding.
    """
    try:
        found = _picture(message, type_name).size_px()
    except InputError as error:
        return str(error)
    if found != size_px:
        return (
            f'it is {found[0]} x {found[1]} pixels, but its calibration is for '
            f'{size_px[0]} x {size_px[1]}'
        )
    return None


def decode_image(message: Any, type_name: str) -> NDArray[np.uint8] | None:
    """Decode an image to (H, W, 3) RGB; None if its content is damaged."""
    try:
        return _picture(message, type_name).rgb()
    except InputError:
        return None


def _picture(message: Any, type_name: str) -> RawImageData | CompressedImageData:
    if type_name == COMPRESSED:
        return CompressedImageData(message.data)
    return RawImageData(
        int(message.width),
        int(message.height),
        message.encoding,
        int(message.step),
        message.data,
        big_endian=bool(message.is_bigendian),
    )
