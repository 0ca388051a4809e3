# SPDX-License-Identifier: Apache-2.0
"""Calibration merges rig file, camera_info and TF, and reports each change once."""

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip('wpt_msgs', reason='wpt_msgs cannot be imported; ./wpt test brings it')

from wpt_core.sensing import surround_rig
from wpt_core.types import InputError
from wpt_ros.parts.calibration import Calibration, ExtrinsicsSource, IntrinsicsSource

RIG = surround_rig()
FRONT, LEFT = RIG.cameras[0], RIG.cameras[1]
LENS = replace(FRONT.intrinsics, cx_px=130.0)


def nobody_knows(frame_id: str) -> np.ndarray:
    raise InputError(f'no transform from {frame_id}')


def test_a_rig_file_alone_is_news_once() -> None:
    calibration = Calibration(RIG, lenses=IntrinsicsSource.RIG, places=ExtrinsicsSource.RIG)
    changed_rig = calibration.changed_rig()
    assert changed_rig is not None
    assert changed_rig.names == RIG.names
    assert calibration.changed_rig() is None


def test_cameras_count_once_they_have_told_their_lens() -> None:
    calibration = Calibration(
        RIG, lenses=IntrinsicsSource.CAMERA_INFO, places=ExtrinsicsSource.RIG
    )
    assert calibration.changed_rig() is None
    calibration.set_intrinsics(LEFT.name, LEFT.intrinsics)
    calibration.set_intrinsics(FRONT.name, LENS)
    changed_rig = calibration.changed_rig()
    assert changed_rig is not None
    assert changed_rig.names == (FRONT.name, LEFT.name)
    assert changed_rig.cameras[0].intrinsics == LENS
    assert changed_rig.cameras[0].base_from_camera is FRONT.base_from_camera
    calibration.set_intrinsics(FRONT.name, LENS)
    assert calibration.changed_rig() is None
    calibration.set_intrinsics(FRONT.name, FRONT.intrinsics)
    assert calibration.changed_rig() is not None


def test_places_are_asked_for_until_somebody_knows_and_then_no_more() -> None:
    calibration = Calibration(RIG, lenses=IntrinsicsSource.RIG, places=ExtrinsicsSource.TF)
    assert calibration.changed_rig() is None
    with pytest.raises(InputError, match='no transform from lens_1'):
        calibration.look_up_pose(FRONT.name, 'lens_1', nobody_knows)
    calibration.look_up_pose(FRONT.name, 'lens_1', lambda _: np.eye(4))
    changed_rig = calibration.changed_rig()
    assert changed_rig is not None
    assert changed_rig.names == (FRONT.name,)
    assert np.array_equal(changed_rig.cameras[0].base_from_camera, np.eye(4))
    calibration.look_up_pose(FRONT.name, 'lens_1', nobody_knows)
    assert calibration.changed_rig() is None
