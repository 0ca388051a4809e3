# SPDX-License-Identifier: Apache-2.0
"""Mapping files: content of a valid one, and the error of each invalid one."""

from pathlib import Path

import numpy as np
import pytest

from training.episodes.foreign import load_mapping
from wpt_core.sensing import surround_rig
from wpt_core.types import InputError

GOOD = """
rig: rig.yaml
cameras:
  front:
    image: /cam0/image
    camera_info: /cam0/info
  left:
    image: /cam1/image
    rectified: true
    position_m: [1.0, 0.5, 1.2]
    rotation_deg: [0.0, 0.0, 90.0]
odometry: /odom
actuator_delay_s: 0.3
"""
RIG = """
cameras:
  front:
    size_px: [640, 480]
    horizontal_fov_deg: 60.0
    position_m: [1.5, 0.0, 1.3]
    rotation_deg: [0.0, 0.0, 0.0]
"""


def mapping_file(folder: Path, text: str) -> Path:
    (folder / 'rig.yaml').write_text(RIG, encoding='utf-8')
    path = folder / 'map.yaml'
    path.write_text(text, encoding='utf-8')
    return path


def test_a_good_mapping_arrives_whole(tmp_path: Path) -> None:
    mapping = load_mapping(mapping_file(tmp_path, GOOD))
    front, left = mapping.cameras
    assert mapping.anchor is front
    assert (front.name, front.image, front.camera_info) == ('front', '/cam0/image', '/cam0/info')
    assert front.in_rig is not None
    assert front.in_rig.intrinsics.width_px == 640
    assert (left.camera_info, left.rectified, left.in_rig) == (None, True, None)
    assert left.base_from_camera is not None
    # It looks to the left.
    np.testing.assert_allclose(left.base_from_camera[:3, 2], [0.0, 1.0, 0.0], atol=1e-12)
    assert mapping.topics == ('/cam0/image', '/cam1/image', '/cam0/info', '/odom')
    assert (mapping.actuator_delay_s, mapping.speed_from, mapping.clock) == (
        0.3,
        'twist',
        'header',
    )
    np.testing.assert_array_equal(mapping.base_from_odometry, np.eye(4))


@pytest.mark.parametrize(
    ('old', 'new', 'words'),
    [
        ('odometry: /odom\n', '', ["'odometry' is missing"]),
        ('odometry: /odom', 'odometry: odom', ['odometry must be a topic']),
        ('odometry: /odom', 'odometry: /cam0/info', ['/cam0/info is given twice']),
        ('odometry: /odom', 'odometry: /odom\nspeed: 3', ["unknown key 'speed'", 'speed_from']),
        ('odometry: /odom', 'odometry: /odom\nspeed_from: wheels', ['speed_from', 'positions']),
        ('odometry: /odom', 'odometry: /odom\nclock: [utc]', ['clock', 'recorded']),
        ('odometry: /odom', 'odometry: /odom\nodometry: /other', ["'odometry' a second time"]),
        ('odometry: /odom', 'odometry: /odom\nbase_from_odometry: 3', ['base_from_odometry']),
        ('delay_s: 0.3', 'delay_s: 300', ['actuator_delay_s', 'seconds']),
        ('delay_s: 0.3', 'delay_s: true', ['actuator_delay_s']),
        ('delay_s: 0.3', 'delay_s: .nan', ['actuator_delay_s']),
        ('    image: /cam1/image\n', '', ["'left'", "'image' is missing"]),
        ('    rotation_deg: [0.0, 0.0, 90.0]\n', '', ["'left'", 'belong together']),
        ('[0.0, 0.0, 90.0]', '[0.0, 0.0, 900.0]', ['rotation_deg', 'degrees']),
        ('[1.0, 0.5, 1.2]', '[1000, 500, 1200]', ['position_m', 'metres']),
        ('[1.0, 0.5, 1.2]', '[1.0, 0.5]', ['position_m', '3 numbers']),
        ('rectified: true', 'rectified: 1', ['rectified', 'true or false']),
        ('  left:', '  "le ft":', ['le ft', 'letters']),
        ('rig: rig.yaml', 'rig: other.yaml', ['other.yaml', 'cannot read']),
        ('rig: rig.yaml', 'rig: [rig.yaml]', ['rig must be text']),
        (GOOD, '3', ['expected the keys', 'cameras']),
        (GOOD, GOOD.replace('cameras:', 'cameras: {}\nx:'), ['unknown key']),
        (GOOD, 'a: [1, 2', ['YAML', 'line']),
        (GOOD, 'cameras: !!python/object/apply:os.system [true]', ['YAML', 'constructor']),
    ],
)
def test_a_bad_mapping_gets_one_sentence_that_names_the_field(
    tmp_path: Path, old: str, new: str, words: list[str]
) -> None:
    assert old in GOOD
    with pytest.raises(InputError) as caught:
        load_mapping(mapping_file(tmp_path, GOOD.replace(old, new)))
    message = str(caught.value)
    assert '\n' not in message
    assert '.yaml' in message
    for word in words:
        assert word in message


def test_the_example_is_a_good_mapping(root: Path) -> None:
    mapping = load_mapping(root / 'config' / 'mapping_example.yaml')
    assert mapping.anchor.name in surround_rig().names
    assert mapping.command is not None
    assert mapping.base_from_odometry[0, 3] > 0.0
