# SPDX-License-Identifier: Apache-2.0
"""cv_bridge as its documentation describes it, for machines without the package.

The encodings are those of `sensor_msgs/image_encodings.h` that the tests use. Like the package it
floors the row length to whole pixels, and raises CvBridgeError, which is a TypeError.
"""

import re
from types import ModuleType, SimpleNamespace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from sensor_msgs.msg import Image
from std_msgs.msg import Header

__all__ = ['CvBridge', 'CvBridgeError', 'module']

LAYOUTS = {
    **{f'{name}8': ('uint8', channels) for name, channels in [('rgb', 3), ('bgr', 3)]},
    **{f'{name}16': ('uint16', channels) for name, channels in [('rgb', 3), ('bgr', 3)]},
    **{f'{name}16': ('uint16', 4) for name in ('rgba', 'bgra')},
    **{f'bayer_{pattern}16': ('uint16', 1) for pattern in ('rggb', 'bggr', 'gbrg', 'grbg')},
}
TO_RGB = {
    'rgb': None,
    'bgr': cv2.COLOR_BGR2RGB,
    'rgba': cv2.COLOR_RGBA2RGB,
    'bgra': cv2.COLOR_BGRA2RGB,
    'bayer_rggb': cv2.COLOR_BayerBG2RGB,
    'bayer_bggr': cv2.COLOR_BayerRG2RGB,
    'bayer_gbrg': cv2.COLOR_BayerGR2RGB,
    'bayer_grbg': cv2.COLOR_BayerGB2RGB,
}
TYPES = {'8U': 'uint8', '16U': 'uint16', '16S': 'int16', '32F': 'float32'}


class CvBridgeError(TypeError):
    """As in the package."""


class CvBridge:
    """The three methods that wpt_ros calls."""

    def encoding_to_dtype_with_channels(self, encoding: str) -> tuple[str, int]:
        generic = re.fullmatch(r'(8U|16U|16S|32F)C([0-9]+)', encoding)
        if generic is not None:
            return TYPES[generic[1]], int(generic[2])
        if encoding not in LAYOUTS:
            raise CvBridgeError(f'Unrecognized image encoding [{encoding}]')
        return LAYOUTS[encoding]

    def imgmsg_to_cv2(
        self, img_msg: Image | SimpleNamespace, desired_encoding: str = 'passthrough'
    ) -> NDArray[Any]:
        name, channels = self.encoding_to_dtype_with_channels(img_msg.encoding)
        kind = np.dtype(name).newbyteorder('>' if img_msg.is_bigendian else '<')
        columns = img_msg.step // kind.itemsize // channels
        shape = (img_msg.height, columns, channels)
        pixels = np.ndarray(shape, kind, img_msg.data)[:, : img_msg.width]
        source, target = (one.rstrip('0123456789') for one in (img_msg.encoding, desired_encoding))
        if source not in TO_RGB or target not in ('rgb', 'bgr'):
            raise CvBridgeError(f'[{img_msg.encoding}] is not a color format')
        pixels = np.ascontiguousarray(pixels)
        if TO_RGB[source] is not None:
            pixels = cv2.cvtColor(pixels, TO_RGB[source])
        if kind.itemsize == 2:
            pixels = cv2.convertScaleAbs(pixels, alpha=255 / 65535)
        return pixels if target == 'rgb' else pixels[..., ::-1]

    def cv2_to_imgmsg(
        self, cvim: NDArray[Any], encoding: str = 'passthrough', header: Header | None = None
    ) -> Image:
        if (cvim.dtype.name, cvim.shape[2]) != self.encoding_to_dtype_with_channels(encoding):
            raise CvBridgeError(f'encoding specified as {encoding}, but image is incompatible')
        message = Image(height=cvim.shape[0], width=cvim.shape[1], encoding=encoding)
        if header is not None:
            message.header = header
        message.data.frombytes(cvim.tobytes())
        message.step = len(message.data) // message.height
        return message


def module() -> ModuleType:
    """To stand in `sys.modules`."""
    found = ModuleType('cv_bridge')
    found.CvBridge, found.CvBridgeError = CvBridge, CvBridgeError
    return found
