# SPDX-License-Identifier: Apache-2.0
"""Camera sets with lost, late and repeated images."""

import numpy as np
import pytest

from wpt_core.sensing import CameraSet
from wpt_core.types import CameraFrame, InputError

PICTURE = np.zeros((2, 2, 3), np.uint8)


def frame(camera: str, stamp_s: float) -> CameraFrame:
    return CameraFrame(camera, stamp_s, PICTURE)


def stamps(frames: tuple[CameraFrame, ...]) -> dict[str, float]:
    return {frame.camera: frame.stamp_s for frame in frames}


def test_the_newest_of_each_camera_is_handed_out() -> None:
    cameras = CameraSet(0.16)
    cameras.add([frame('a', 1.0), frame('b', 1.0)])
    cameras.add([frame('a', 1.1)])
    assert stamps(cameras.at(1.1)) == {'a': 1.1, 'b': 1.0}


@pytest.mark.parametrize(('age_s', 'there'), [(0.0, True), (0.16, True), (0.161, False)])
def test_an_image_serves_as_long_as_its_age_allows(age_s: float, there: bool) -> None:
    cameras = CameraSet(0.16)
    cameras.add([frame('a', 5.0)])
    assert bool(cameras.at(5.0 + age_s)) is there


def test_late_ones_do_not_replace_newer_ones_and_the_future_is_not_believed() -> None:
    cameras = CameraSet(0.16)
    cameras.add([frame('a', 2.0)])
    cameras.add([frame('a', 1.9)])
    assert stamps(cameras.at(2.0)) == {'a': 2.0}
    assert cameras.at(1.95) == ()


def test_after_forgetting_nothing_is_left() -> None:
    cameras = CameraSet()
    cameras.add([frame('a', 2.0)])
    cameras.reset()
    assert cameras.at(2.0) == ()


def test_an_age_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(InputError, match='most_age_s must be 0 or more'):
        CameraSet(float('nan'))
