# SPDX-License-Identifier: Apache-2.0
"""Rig files: a valid one, and one sentence for each defect."""

import math
from pathlib import Path

import numpy as np
import pytest

from wpt_core.sensing import load_rig, surround_rig
from wpt_core.types import InputError

GOOD = """
cameras:
  left:
    size_px: [640, 480]
    focal_px: [500.0, 510.0]
    centre_px: [320.0, 239.5]
    distortion: [-0.1, 0.01, 0.0, 0.0, 0.0]
    position_m: [1.0, 0.5, 1.2]
    rotation_deg: [0.0, 0.0, 90.0]
"""


def _rig_file(folder: Path, text: str) -> Path:
    path = folder / 'rig.yaml'
    path.write_text(text, encoding='utf-8')
    return path


def test_default_rig_is_six_views_with_the_front_camera_first() -> None:
    rig = surround_rig()
    assert rig.names == ('front', 'front_left', 'front_right', 'back_left', 'back_right', 'back')
    for camera in rig.cameras:
        assert (camera.intrinsics.width_px, camera.intrinsics.height_px) == (256, 128)


def test_default_rig_sees_all_the_way_round() -> None:
    seen = np.zeros(360, dtype=bool)
    for camera in surround_rig().cameras:
        forward = camera.base_from_camera[:3, 2]
        centre = math.degrees(math.atan2(forward[1], forward[0]))
        lens = camera.intrinsics
        half = math.degrees(math.atan(lens.width_px / 2 / lens.fx_px))
        span = np.arange(math.ceil(centre - half), math.floor(centre + half) + 1)
        seen[span % 360] = True
    assert seen.all()


def test_field_of_view_becomes_a_focal_length() -> None:
    front = surround_rig().cameras[0].intrinsics
    assert front.fx_px == pytest.approx(128.0 / math.tan(math.radians(35.0)))
    assert front.cx_px == 127.5


def test_a_written_lens_and_place_arrive_unchanged(tmp_path: Path) -> None:
    (camera,) = load_rig(_rig_file(tmp_path, GOOD)).cameras
    assert camera.intrinsics.fy_px == 510.0
    assert camera.intrinsics.distortion == (-0.1, 0.01, 0.0, 0.0, 0.0)
    np.testing.assert_allclose(camera.base_from_camera[:3, 3], [1.0, 0.5, 1.2])
    # A camera turned 90 degrees to the left looks along +y; its image's right is +x.
    np.testing.assert_allclose(camera.base_from_camera[:3, 2], [0.0, 1.0, 0.0], atol=1e-12)
    np.testing.assert_allclose(camera.base_from_camera[:3, 0], [1.0, 0.0, 0.0], atol=1e-12)


def test_positive_pitch_looks_down(tmp_path: Path) -> None:
    text = GOOD.replace('[0.0, 0.0, 90.0]', '[0.0, 10.0, 0.0]')
    (camera,) = load_rig(_rig_file(tmp_path, text)).cameras
    assert camera.base_from_camera[2, 2] == pytest.approx(-math.sin(math.radians(10.0)))


@pytest.mark.parametrize(
    ('old', 'new', 'words'),
    [
        ('focal_px: [500.0, 510.0]', 'focal_px: [0.0, 510.0]', ['left', 'focal_px', 'singular']),
        ('focal_px: [500.0, 510.0]', 'focal_px: [4.2, 4.2]', ['focal_px', 'not mm']),
        ('focal_px: [500.0, 510.0]', 'focal_px: [.nan, 1]', ['focal_px', '2 numbers']),
        ('focal_px: [500.0, 510.0]', 'focal_px: five', ['focal_px', '2 numbers']),
        ('    focal_px: [500.0, 510.0]\n', '', ['focal_px', 'horizontal_fov_deg']),
        ('focal_px: [500.0, 510.0]', 'horizontal_fov_deg: 200', ['horizontal_fov_deg', 'degrees']),
        ('centre_px: [320.0, 239.5]', 'centre_px: [0.5, 900]', ['centre_px', 'outside']),
        ('size_px: [640, 480]', 'size_px: [640.5, 480]', ['size_px', 'whole']),
        ('size_px: [640, 480]', 'size_px: [0, 480]', ['size_px', 'from 1']),
        ('size_px: [640, 480]', 'size_px: [640]', ['size_px', '2 numbers']),
        ('    size_px: [640, 480]\n', '', ['size_px', 'missing']),
        (
            'distortion: [-0.1, 0.01, 0.0, 0.0, 0.0]',
            'distortion: [1]',
            ['distortion', '5 numbers'],
        ),
        ('[1.0, 0.5, 1.2]', '[1000, 500, 1200]', ['position_m', 'metres']),
        ('[1.0, 0.5, 1.2]', '[1.0, true, 1.2]', ['position_m', '3 numbers']),
        ('[0.0, 0.0, 90.0]', '[0.0, 0.0, 5400.0]', ['rotation_deg', 'degrees']),
        ('rotation_deg:', 'rotation_rad:', ['rotation_rad', 'rotation_deg']),
        ('  left:', '  "le ft":', ['le ft', 'letters']),
        ('cameras:', 'camera:', ['cameras']),
        (GOOD, 'cameras: {}', ['cameras', 'at least one']),
        (GOOD, 'cameras: {left: 3}', ['left', 'size_px']),
        (GOOD, '- a list', ['cameras']),
        (GOOD, 'a: [1, 2', ['YAML', 'line']),
        (GOOD, '[' * 500_000, ['YAML', 'nested more than 32 levels deep near line 1']),
        (GOOD, 'a: 2001-99-99', ['YAML']),
        (GOOD, 'cameras: !!python/object/apply:os.system [true]', ['YAML', 'constructor']),
    ],
)
def test_a_bad_rig_gets_one_sentence_that_names_the_field(
    tmp_path: Path, old: str, new: str, words: list[str]
) -> None:
    assert old in GOOD
    with pytest.raises(InputError) as caught:
        load_rig(_rig_file(tmp_path, GOOD.replace(old, new)))
    message = str(caught.value)
    assert '\n' not in message
    assert 'rig.yaml' in message
    for word in words:
        assert word in message


def test_a_camera_named_twice_is_refused_instead_of_lost(tmp_path: Path) -> None:
    twice = GOOD + GOOD.replace('\ncameras:\n', '')
    with pytest.raises(InputError, match="'left' a second time"):
        load_rig(_rig_file(tmp_path, twice))


def test_a_missing_rig_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r'none\.yaml: cannot read'):
        load_rig(tmp_path / 'none.yaml')


def test_a_binary_file_is_not_a_rig(tmp_path: Path) -> None:
    path = tmp_path / 'rig.yaml'
    path.write_bytes(bytes(range(256)))
    with pytest.raises(InputError, match=r'rig\.yaml'):
        load_rig(path)


def test_a_huge_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match='less than 1 MB'):
        load_rig(_rig_file(tmp_path, '#' * 1_000_001))
