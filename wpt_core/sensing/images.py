# SPDX-License-Identifier: Apache-2.0
"""Pictures as cameras send them, raw or compressed, and the RGB pixels in them.

Both kinds are checked before anything is decoded; whatever is wrong is an InputError of one
sentence that does not know which camera it is about.
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
    """How bytes become RGB: as they are (None) or by a conversion of OpenCV."""

    channels: int
    conversion: int | None
    bytes_a_value: int = 1
    even_width: bool = False
    least_px: int = 1
    """Fewer pixels a side are no picture."""


def _mosaic(conversion: int) -> _Encoding:
    """OpenCV answers black for one that is too small to look at neighbours."""
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
        # OpenCV names a mosaic by the second row's second and third pixel, ROS by the first two
        # rows' first pixels.
        'bayer_rggb8': _mosaic(cv2.COLOR_BayerBG2RGB),
        'bayer_bggr8': _mosaic(cv2.COLOR_BayerRG2RGB),
        'bayer_gbrg8': _mosaic(cv2.COLOR_BayerGR2RGB),
        'bayer_grbg8': _mosaic(cv2.COLOR_BayerGB2RGB),
    }
)
RAW_ENCODINGS = frozenset(_ENCODINGS)
"""What `RawImageData` reads."""


@dataclass(frozen=True, eq=False, slots=True)
class RawImageData:
    """Rows of pixels in one of the encodings that ROS names, as in `sensor_msgs/Image`."""

    width_px: int
    height_px: int
    encoding: str
    step_bytes: int
    """From the start of one row to the next; rows may end in padding."""
    data: Image
    """(N,) contiguous bytes."""
    big_endian: bool = False
    """Of encodings whose values have more than one byte."""

    @property
    def row_bytes(self) -> int:
        """What a row needs without padding; InputError for an encoding that is not known."""
        encoding = self._encoding()
        return self.width_px * encoding.channels * encoding.bytes_a_value

    def size_px(self) -> tuple[int, int]:
        """Width and height; InputError unless encoding, sizes and bytes fit each other."""
        check_size_px(self.width_px, self.height_px)
        encoding = self._encoding()
        if self.step_bytes < self.row_bytes or (encoding.even_width and self.width_px % 2):
            raise InputError(
                f'a row of {self.step_bytes} bytes cannot hold {self.width_px} pixels of '
                f'{self.encoding}; correct step or width'
            )
        if min(self.width_px, self.height_px) < encoding.least_px:
            raise InputError(
                f'{self.width_px} x {self.height_px} pixels of {self.encoding} are too few to '
                f'mix colours from; expected at least {encoding.least_px} a side'
            )
        needed = self.step_bytes * self.height_px
        if len(self.data) < needed:
            raise InputError(
                f'it holds {len(self.data)} bytes where {needed} are announced '
                f'({self.height_px} rows of {self.step_bytes}); look for lost packets'
            )
        return self.width_px, self.height_px

    def rgb(self) -> Image:
        """(H, W, 3): of `rgb8` a view of the data, else new; InputError as `size_px`."""
        self.size_px()
        encoding = self._encoding()
        pixels = self._view(encoding)
        if encoding.bytes_a_value == 2:
            # Full range to full range and rounded, as cv_bridge has it; OpenCV wants even steps.
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
        """(H, W) or (H, W, C) without the padding, and without a copy."""
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
        """Width and height; InputError unless it is whole; nothing is decoded."""
        return compressed_size_px(self.data)

    def rgb(self) -> Image:
        """(H, W, 3), new; InputError as `size_px`, and where the content turns out damaged."""
        width_px, height_px = self.size_px()
        # A picture's own idea of which side is up would turn it against its calibration.
        how = cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION
        decoded = cv2.imdecode(self.data, how)
        if decoded is None or decoded.shape != (height_px, width_px, 3):
            raise InputError(
                f'the {len(self.data)} bytes of a picture of {width_px} x {height_px} pixels are '
                'damaged and cannot be decoded; look for lost packets'
            )
        return np.asarray(cv2.cvtColor(decoded, cv2.COLOR_BGR2RGB), np.uint8)


def encode_jpeg(picture: Image, quality: int) -> Image:
    """(N,) bytes of a JPEG of (H, W, 3) RGB; `quality` from 1 to 100."""
    how = [cv2.IMWRITE_JPEG_QUALITY, quality]
    done, content = cv2.imencode('.jpg', cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), how)
    if not done:
        raise InputError(f'a picture of shape {picture.shape} is too large for a JPEG')
    return np.asarray(content, np.uint8).ravel()
