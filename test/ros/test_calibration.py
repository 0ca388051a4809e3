# SPDX-License-Identifier: Apache-2.0
"""The rig of the planner is what the file, the drivers and TF say together, and news only once."""

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip('wpt_msgs', reason='wpt_msgs cannot be imported; ./wpt test brings it')

from wpt_core.sensing import surround_rig
from wpt_core.types import InputError
from wpt_ros.parts.calibration import Calibration, Lenses, Places

RIG = surround_rig()
FRONT, LEFT = RIG.cameras[0], RIG.cameras[1]
LENS = replace(FRONT.intrinsics, cx_px=130.0)


def nobody_knows(frame_id: str) -> np.ndarray:
    raise InputError(f'no transform from {frame_id}')


def test_a_rig_file_alone_is_news_once() -> None:
    calibration = Calibration(RIG, lenses=Lenses.RIG, places=Places.RIG)
    news = calibration.news()
    assert news is not None
    assert news.names == RIG.names
    assert calibration.news() is None


def test_cameras_count_once_they_have_told_their_lens() -> None:
    calibration = Calibration(RIG, lenses=Lenses.CAMERA_INFO, places=Places.RIG)
    assert calibration.news() is None
    calibration.take_lens(LEFT.name, LEFT.intrinsics)
    calibration.take_lens(FRONT.name, LENS)
    news = calibration.news()
    assert news is not None
    assert news.names == (FRONT.name, LEFT.name)
    assert news.cameras[0].intrinsics == LENS
    assert news.cameras[0].base_from_camera is FRONT.base_from_camera
    calibration.take_lens(FRONT.name, LENS)
    assert calibration.news() is None
    calibration.take_lens(FRONT.name, FRONT.intrinsics)
    assert calibration.news() is not None


def test_places_are_asked_for_until_somebody_knows_and_then_no_more() -> None:
    calibration = Calibration(RIG, lenses=Lenses.RIG, places=Places.TF)
    assert calibration.news() is None
    with pytest.raises(InputError, match='no transform from lens_1'):
        calibration.take_frame(FRONT.name, 'lens_1', nobody_knows)
    calibration.take_frame(FRONT.name, 'lens_1', lambda _: np.eye(4))
    news = calibration.news()
    assert news is not None
    assert news.names == (FRONT.name,)
    assert np.array_equal(news.cameras[0].base_from_camera, np.eye(4))
    calibration.take_frame(FRONT.name, 'lens_1', nobody_knows)
    assert calibration.news() is None
