# SPDX-License-Identifier: Apache-2.0
"""Camera messages: `CameraInfo` to and from intrinsics, and transforms of camera frames."""

from builtin_interfaces.msg import Time
from geometry_msgs.msg import Quaternion, TransformStamped, Vector3
from sensor_msgs.msg import CameraInfo

from wpt_core.geometry import FloatArray
from wpt_core.sensing import camera_info_numbers, lens_of_camera_info
from wpt_core.types import Camera, Intrinsics
from wpt_ros.facades.tf_transformations import quaternion_from_matrix

__all__ = ['camera_info_message', 'intrinsics_of', 'optical_frame', 'transform_message']


def optical_frame(camera: str) -> str:
    """Return the frame of a camera's images (REP 103): x right, y down, z forward."""
    return f'{camera}_optical_frame'


def camera_info_message(camera: Camera, *, stamp: Time) -> CameraInfo:
    """Return the intrinsics of a camera, in its optical frame."""
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
    """Return the intrinsics; raise InputError for an unsupported lens model."""
    return lens_of_camera_info(message)


def transform_message(
    parent: str, child: str, parent_from_child: FloatArray, *, stamp: Time
) -> TransformStamped:
    """Return the message of a (4, 4) transform."""
    message = TransformStamped(child_frame_id=child)
    message.header.stamp, message.header.frame_id = stamp, parent
    x, y, z = map(float, parent_from_child[:3, 3])
    message.transform.translation = Vector3(x=x, y=y, z=z)
    x, y, z, w = quaternion_from_matrix(parent_from_child)
    message.transform.rotation = Quaternion(x=x, y=y, z=z, w=w)
    return message
