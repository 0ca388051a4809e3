# SPDX-License-Identifier: Apache-2.0
"""Image messages: incoming ones as views of the serialised bytes, outgoing ones in one copy.

A raw subscription (`create_subscription(..., raw=True)`) delivers the bytes of a message.
Deserialising them copies each pixel; `benchmarks/images.py` measures the cost.
"""

from array import array
from dataclasses import dataclass

import numpy as np
from builtin_interfaces.msg import Time
from numpy.typing import NDArray
from sensor_msgs.msg import CompressedImage, Image

from wpt_core.sensing import CompressedImageData, RawImageData, encode_jpeg
from wpt_core.types import CameraFrame, InputError
from wpt_ros.conversions.cdr import CdrReader
from wpt_ros.conversions.stamps import seconds
from wpt_ros.facades import cv_bridge

__all__ = [
    'RawCompressedImage',
    'RawImage',
    'RawStamp',
    'compressed_message',
    'frame_of',
    'image_message',
]

Picture = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class RawStamp:
    """The stamp of a message, unchecked."""

    sec: int
    nanosec: int


@dataclass(frozen=True, eq=False, slots=True)
class RawImage:
    """The fields of a serialised `sensor_msgs/Image`; `data` is a view of its bytes."""

    stamp: RawStamp
    frame_id: str
    height: int
    width: int
    encoding: str
    is_bigendian: int
    step: int
    data: Picture

    @classmethod
    def of(cls, content: bytes) -> 'RawImage':
        """Parse a serialised message; raise InputError if invalid. Sizes are checked later."""
        fields = CdrReader(content, 'sensor_msgs/Image')
        stamp, frame_id = _header(fields)
        return cls(
            stamp,
            frame_id,
            fields.uint32('height'),
            fields.uint32('width'),
            fields.string('encoding'),
            fields.octet('is_bigendian'),
            fields.uint32('step'),
            fields.octets('data'),
        )

    @property
    def picture(self) -> RawImageData:
        return cv_bridge.picture_of(
            self.encoding,
            self.data,
            size_px=(self.width, self.height),
            step_bytes=self.step,
            big_endian=bool(self.is_bigendian),
        )


@dataclass(frozen=True, eq=False, slots=True)
class RawCompressedImage:
    """The fields of a serialised `sensor_msgs/CompressedImage`; `data` is a view of its bytes."""

    stamp: RawStamp
    frame_id: str
    format: str
    """As published; decoding ignores it."""
    data: Picture

    @classmethod
    def of(cls, content: bytes) -> 'RawCompressedImage':
        """Parse a serialised message; raise InputError if invalid."""
        fields = CdrReader(content, 'sensor_msgs/CompressedImage')
        stamp, frame_id = _header(fields)
        return cls(stamp, frame_id, fields.string('format'), fields.octets('data'))

    @property
    def picture(self) -> CompressedImageData:
        return CompressedImageData(self.data)


def _header(fields: CdrReader) -> tuple[RawStamp, str]:
    stamp = RawStamp(fields.int32('stamp'), fields.uint32('stamp'))
    return stamp, fields.string('frame_id')


def frame_of(camera: str, raw: RawImage | RawCompressedImage) -> CameraFrame:
    """Decode an image; raise InputError, with the name of the camera, if it is unusable.

    The image of an `rgb8` message is a read-only view of its bytes, and keeps them alive.
    """
    try:
        return CameraFrame(camera, seconds(raw.stamp), raw.picture.rgb())
    except InputError as error:
        raise InputError(f'camera {camera!r}: {error}') from error


def image_message(picture: Picture, *, stamp: Time, frame_id: str) -> Image:
    """Return an `rgb8` message of (H, W, 3) RGB."""
    height, width = _size_px(picture)
    bridged = cv_bridge.bridged_message(picture, stamp=stamp, frame_id=frame_id)
    if bridged is not None:
        return bridged
    message = Image(height=height, width=width, encoding='rgb8', step=3 * width)
    _fill(message, picture, stamp=stamp, frame_id=frame_id)
    return message


def compressed_message(
    picture: Picture, *, stamp: Time, frame_id: str, quality: int = 90
) -> CompressedImage:
    """Return a JPEG message of (H, W, 3) RGB; `quality` from 1 to 100."""
    _size_px(picture)
    message = CompressedImage(format='jpeg')
    _fill(message, encode_jpeg(picture, quality), stamp=stamp, frame_id=frame_id)
    return message


def _fill(
    message: Image | CompressedImage, content: Picture, *, stamp: Time, frame_id: str
) -> None:
    message.header.stamp, message.header.frame_id = stamp, frame_id
    # rclpy takes only an array of type B without checking each byte; a list or a numpy array
    # takes hundreds of times as long.
    octets = array('B')
    octets.frombytes(np.ascontiguousarray(content).data)
    message.data = octets


def _size_px(picture: Picture) -> tuple[int, int]:
    """Return height and width."""
    if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] != 3 or not picture.size:
        raise InputError(
            f'an image to publish must be (height, width, 3) uint8, got {picture.shape} '
            f'{picture.dtype}'
        )
    return picture.shape[0], picture.shape[1]
