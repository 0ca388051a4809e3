# SPDX-License-Identifier: Apache-2.0
"""Where one frame lies in another, as `geometry_msgs/TransformStamped`."""

from builtin_interfaces.msg import Time
from geometry_msgs.msg import Quaternion, TransformStamped, Vector3

from wpt_core.geometry import FloatArray
from wpt_ros.facades.tf_transformations import quaternion_from_matrix

__all__ = ['optical_frame', 'transform_message']


def optical_frame(camera: str) -> str:
    """Frame of a camera's pictures: x right, y down, z forward, as REP 103 names it."""
    return f'{camera}_optical_frame'


def transform_message(
    parent: str, child: str, parent_from_child: FloatArray, *, stamp: Time
) -> TransformStamped:
    """Of a (4, 4) motion."""
    message = TransformStamped(child_frame_id=child)
    message.header.stamp, message.header.frame_id = stamp, parent
    x, y, z = map(float, parent_from_child[:3, 3])
    message.transform.translation = Vector3(x=x, y=y, z=z)
    x, y, z, w = quaternion_from_matrix(parent_from_child)
    message.transform.rotation = Quaternion(x=x, y=y, z=z, w=w)
    return message
