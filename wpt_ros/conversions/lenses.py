# SPDX-License-Identifier: Apache-2.0
"""`sensor_msgs/CameraInfo` to and from the lens of a camera."""

from builtin_interfaces.msg import Time
from sensor_msgs.msg import CameraInfo

from wpt_core.sensing import camera_info_numbers, lens_of_camera_info
from wpt_core.types import Camera, Intrinsics
from wpt_ros.conversions.transforms import optical_frame

__all__ = ['camera_info_message', 'intrinsics_of']


def camera_info_message(camera: Camera, *, stamp: Time) -> CameraInfo:
    """Of a camera, in its optical frame."""
    lens = camera.intrinsics
    message = CameraInfo(
        width=lens.width_px,
        height=lens.height_px,
        distortion_model=lens.model.value,
        **camera_info_numbers(lens),
    )
    message.header.stamp, message.header.frame_id = stamp, optical_frame(camera.name)
    return message


def intrinsics_of(message: CameraInfo) -> Intrinsics:
    """The lens; InputError, in one sentence, for one that is not supported."""
    return lens_of_camera_info(message)
