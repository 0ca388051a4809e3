# SPDX-License-Identifier: Apache-2.0
"""Video files are whole or not there."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from wpt_sim.films import VideoWriter


def test_a_video_has_the_frames_that_were_added(tmp_path: Path) -> None:
    path = tmp_path / 'drive.mp4'
    with VideoWriter(path, rate_hz=10) as video:
        for shade in (40, 120, 200):
            video.add(np.full((65, 97, 3), shade, dtype=np.uint8))
        assert not path.exists()
    reader = cv2.VideoCapture(str(path))
    shades = []
    while (grabbed := reader.read())[0]:
        shades.append(float(grabbed[1].mean()))
    np.testing.assert_allclose(shades, [40, 120, 200], atol=6)
    assert reader.get(cv2.CAP_PROP_FPS) == pytest.approx(10.0)


def test_a_video_that_fails_half_way_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / 'drive.mp4'

    def fail() -> None:
        with VideoWriter(path, rate_hz=10) as video:
            video.add(np.zeros((64, 64, 3), dtype=np.uint8))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert list(tmp_path.iterdir()) == []
