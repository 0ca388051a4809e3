# SPDX-License-Identifier: Apache-2.0
"""What is in a recorded picture: first whether it can be used, then its pixels."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from wpt_core.sensing import CompressedImageData, RawImageData
from wpt_core.types import InputError

__all__ = ['COMPRESSED', 'IMAGE_TYPES', 'RAW', 'picture_fault', 'picture_of']

RAW = 'sensor_msgs/msg/Image'
COMPRESSED = 'sensor_msgs/msg/CompressedImage'
IMAGE_TYPES = (RAW, COMPRESSED)


def picture_fault(message: Any, type_name: str, size_px: tuple[int, int]) -> str | None:
    """Why the picture cannot be used, or None; `size_px` is width and height as calibrated.

    Looks at sizes and at the ends of compressed data, and decodes nothing.
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


def picture_of(message: Any, type_name: str) -> NDArray[np.uint8] | None:
    """(H, W, 3) RGB of a picture without fault; None where its content turns out damaged."""
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
