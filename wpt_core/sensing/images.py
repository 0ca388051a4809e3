# SPDX-License-Identifier: Apache-2.0
"""Raw and compressed camera images, and their decoding to RGB.

Both are checked before they are decoded; each defect raises an InputError that does not name the
camera.
"""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from wpt_core.sensing.image_headers import check_size_px, compressed_size_px
from wpt_core.types import InputError

__all__ = ['RAW_ENCODINGS', 'CompressedImageData', 'Image', 'RawImageData', 'encode_jpeg']

Image: TypeAlias = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class _Encoding:
    """Conversion to RGB: none, or one of OpenCV."""

    channels: int
    conversion: int | None
    bytes_a_value: int = 1
    even_width: bool = False
    least_px: int = 1
    """Least width and height."""


def _mosaic(conversion: int) -> _Encoding:
    """OpenCV returns black for a mosaic without neighbouring pixels."""
    return _Encoding(1, conversion, least_px=3)


_UYVY = _Encoding(2, cv2.COLOR_YUV2RGB_UYVY, even_width=True)
_YUYV = _Encoding(2, cv2.COLOR_YUV2RGB_YUY2, even_width=True)
_ENCODINGS = MappingProxyType(
    {
        'rgb8': _Encoding(3, None),
        'bgr8': _Encoding(3, cv2.COLOR_BGR2RGB),
        'rgba8': _Encoding(4, cv2.COLOR_RGBA2RGB),
        'bgra8': _Encoding(4, cv2.COLOR_BGRA2RGB),
        'mono8': _Encoding(1, cv2.COLOR_GRAY2RGB),
        'mono16': _Encoding(1, cv2.COLOR_GRAY2RGB, bytes_a_value=2),
        '8UC1': _Encoding(1, cv2.COLOR_GRAY2RGB),
        '8UC3': _Encoding(3, cv2.COLOR_BGR2RGB),
        'yuv422': _UYVY,
        'uyvy': _UYVY,
        'yuv422_yuy2': _YUYV,
        'yuyv': _YUYV,
        # OpenCV names a mosaic by the second and third pixel of its second row, ROS by the first
        # pixels of its first two rows.
        'bayer_rggb8': _mosaic(cv2.COLOR_BayerBG2RGB),
        'bayer_bggr8': _mosaic(cv2.COLOR_BayerRG2RGB),
        'bayer_gbrg8': _mosaic(cv2.COLOR_BayerGR2RGB),
        'bayer_grbg8': _mosaic(cv2.COLOR_BayerGB2RGB),
    }
)
RAW_ENCODINGS = frozenset(_ENCODINGS)
"""Encodings that `RawImageData` reads."""


@dataclass(frozen=True, eq=False, slots=True)
class RawImageData:
    """Rows of pixels in an encoding of ROS, as in `sensor_msgs/Image`."""

    width_px: int
    height_px: int
    encoding: str
    step_bytes: int
    """Bytes from the start of one row to the next; rows may be padded."""
    data: Image
    """(N,) contiguous bytes."""
    big_endian: bool = False
    """Byte order of values with more than one byte."""

    @property
    def row_bytes(self) -> int:
        """Bytes of a row without padding; raise InputError for an unknown encoding."""
        encoding = self._encoding()
        return self.width_px * encoding.channels * encoding.bytes_a_value

    def size_px(self) -> tuple[int, int]:
        """Return width and height; raise InputError unless encoding, size and data are
        consistent."""
        check_size_px(self.width_px, self.height_px)
        encoding = self._encoding()
        if self.step_bytes < self.row_bytes or (encoding.even_width and self.width_px % 2):
            raise InputError(
                f'a row of {self.step_bytes} bytes cannot hold {self.width_px} pixels of '
                f'{self.encoding}; correct step or width'
            )
        if min(self.width_px, self.height_px) < encoding.least_px:
            raise InputError(
                f'{self.width_px} x {self.height_px} pixels of {self.encoding} are too few; '
                f'expected at least {encoding.least_px} per side'
            )
        needed = self.step_bytes * self.height_px
        if len(self.data) < needed:
            raise InputError(
                f'it holds {len(self.data)} bytes where {needed} are announced '
                f'({self.height_px} rows of {self.step_bytes}); look for lost packets'
            )
        return self.width_px, self.height_px

    def rgb(self) -> Image:
        """Return (H, W, 3): for `rgb8` a view of the data, else new; raise InputError as
        `size_px`."""
        self.size_px()
        encoding = self._encoding()
        pixels = self._view(encoding)
        if encoding.bytes_a_value == 2:
            # Full range to full range with rounding, as in cv_bridge; OpenCV requires contiguous
            # rows.
            pixels = np.ascontiguousarray(pixels, np.uint16)
            pixels = np.asarray(cv2.convertScaleAbs(pixels, alpha=255 / 65535), np.uint8)
        if encoding.conversion is None:
            return np.asarray(pixels, np.uint8)
        return np.asarray(cv2.cvtColor(pixels, encoding.conversion), np.uint8)

    def _encoding(self) -> _Encoding:
        found = _ENCODINGS.get(self.encoding)
        if found is None:
            raise InputError(
                f'its encoding {self.encoding!r:.40} is none of {", ".join(sorted(_ENCODINGS))}; '
                'set the driver of the camera to one of these'
            )
        return found

    def _view(self, encoding: _Encoding) -> NDArray[Any]:
        """Return (H, W) or (H, W, C) without the padding and without a copy."""
        order = '>' if self.big_endian else '<'
        kind: np.dtype[Any] = np.dtype(f'{order}u{encoding.bytes_a_value}')
        shape = (self.height_px, self.width_px, encoding.channels)
        strides = (self.step_bytes, encoding.channels * kind.itemsize, kind.itemsize)
        axes = 3 if encoding.channels > 1 else 2
        view: NDArray[Any] = np.ndarray(shape[:axes], kind, self.data, strides=strides[:axes])
        return view


@dataclass(frozen=True, eq=False, slots=True)
class CompressedImageData:
    """A JPEG or PNG, as in `sensor_msgs/CompressedImage`."""

    data: Image
    """(N,) contiguous bytes."""

    def size_px(self) -> tuple[int, int]:
        """Return width and height without decoding; raise InputError if it is incomplete."""
        return compressed_size_px(self.data)

    def rgb(self) -> Image:
        """Return a new (H, W, 3); raise InputError as `size_px`, and for damaged content."""
        width_px, height_px = self.size_px()
        # The orientation tag of an image would contradict its calibration.
        options = cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION
        decoded = cv2.imdecode(self.data, options)
        if decoded is None or decoded.shape != (height_px, width_px, 3):
            raise InputError(
                f'the {len(self.data)} bytes of an image of {width_px} x {height_px} pixels are '
                'damaged and cannot be decoded; look for lost packets'
            )
        return np.asarray(cv2.cvtColor(decoded, cv2.COLOR_BGR2RGB), np.uint8)


def encode_jpeg(image: Image, quality: int) -> Image:
    """Return the (N,) bytes of a JPEG of (H, W, 3) RGB; `quality` from 1 to 100."""
    options = [cv2.IMWRITE_JPEG_QUALITY, quality]
    done, content = cv2.imencode('.jpg', cv2.cvtColor(image, cv2.COLOR_RGB2BGR), options)
    if not done:
        raise InputError(f'an image of shape {image.shape} is too large for a JPEG')
    return np.asarray(content, np.uint8).ravel()
