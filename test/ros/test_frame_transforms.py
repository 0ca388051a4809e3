# SPDX-License-Identifier: Apache-2.0
"""What the proving ground says over TF leads to where its cameras truly sit."""

import math

import numpy as np
import pytest

pytest.importorskip('wpt_msgs', reason='wpt_msgs cannot be imported; ./wpt test brings it')

from geometry_msgs.msg import TransformStamped

from wpt_core.geometry import FrameTree
from wpt_core.sensing import surround_rig
from wpt_core.types import EgoState, Pose2
from wpt_ros.conversions.cameras import camera_info_message, optical_frame
from wpt_ros.conversions.motion import odometry_message
from wpt_ros.conversions.stamps import stamp_of
from wpt_ros.parts.transforms import TransformPublisher, cameras_of, car_at

STAMP = stamp_of(12.5)


def put(tree: FrameTree, message: TransformStamped) -> None:
    """As a listener does."""
    p, q = message.transform.translation, message.transform.rotation
    tree.put(
        message.header.frame_id,
        message.child_frame_id,
        position_m=(p.x, p.y, p.z),
        quaternion=(q.x, q.y, q.z, q.w),
    )


def test_each_camera_is_found_where_the_rig_has_it() -> None:
    tree = FrameTree()
    for message in cameras_of(surround_rig(), STAMP):
        assert message.header.stamp == STAMP
        put(tree, message)
    for camera in surround_rig().cameras:
        found = tree.target_from('base_link', f'{camera.name}_optical_frame')
        np.testing.assert_allclose(found, camera.base_from_camera, atol=1e-9)


def test_pictures_and_lenses_are_in_the_optical_frames() -> None:
    for camera in surround_rig().cameras:
        lens = camera_info_message(camera, stamp=STAMP)
        assert lens.header.frame_id == optical_frame(camera.name) == f'{camera.name}_optical_frame'


def test_odometry_states_how_exact_it_is() -> None:
    message = odometry_message(EgoState(1.0, Pose2(0.0, 0.0, 0.0), 5.0, 0.0, 0.1, 0.02))
    for covariance in (message.pose.covariance, message.twist.covariance):
        variances = np.reshape(covariance, (6, 6))
        assert (np.diag(variances) > 0.0).all()
        assert not (variances - np.diag(np.diag(variances))).any()


def test_a_point_ahead_of_the_car_lies_where_it_drives() -> None:
    tree = FrameTree()
    put(tree, car_at(Pose2(10.0, -4.0, math.pi / 2), STAMP))
    ahead = tree.target_from('odom', 'base_link') @ [5.0, 0.0, 0.0, 1.0]
    np.testing.assert_allclose(ahead, [10.0, 1.0, 0.0, 1.0], atol=1e-9)


def test_without_the_type_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr('wpt_ros.parts.transforms.find_spec', lambda _: None)
    said: list[object] = []
    TransformPublisher(said.append, surround_rig()).publish(Pose2(0.0, 0.0, 0.0), STAMP)
    assert said == []
