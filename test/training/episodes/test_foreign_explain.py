# SPDX-License-Identifier: Apache-2.0
"""Unusable sources: the message names what is missing."""

from pathlib import Path

import pytest

from training.episodes.foreign import convert_bag, explain_source
from training.teachers import TEACHERS
from wpt_core.bags import BagWriter
from wpt_core.sensing import surround_rig
from wpt_core.types import InputError

MAPPING = """
cameras:
  front: {image: /image, position_m: [1.0, 0.0, 1.2], rotation_deg: [0.0, 0.0, 0.0]}
odometry: /odom
actuator_delay_s: 0.2
"""


def bag_with(path: Path, *types: str) -> Path:
    """One message each."""
    with BagWriter(path) as bag:
        for number, kind in enumerate(types):
            # A header, and zeros for whatever follows.
            bag.add_topic(f'/topic{number}', kind).write_raw(10**9, bytes(1024))
    return path


def sentence(path: Path) -> str:
    text = explain_source(path)
    assert text is not None
    assert '\n' not in text
    assert text.endswith('.')
    assert str(path) in text
    return text


def test_pictures_with_angles_are_no_drive(recordings: Path) -> None:
    folder = recordings / 'sullychen_100'
    text = sentence(folder)
    assert f'holds {len(list(folder.rglob("*.jpg")))} images' in text
    for words in ('.txt', 'no time stamps', 'no odometry', 'no calibration'):
        assert words in text
    assert 'needed is a rosbag' in text


def test_a_real_bag_without_pictures(recordings: Path) -> None:
    text = sentence(recordings / 'rosbag2_mcity_ins' / 'start_position_A')
    assert 'has no images' in text
    assert 'no odometry' not in text
    assert '/ins/odometry (nav_msgs/msg/Odometry, 1263)' in text


def test_real_bags_without_odometry(recordings: Path) -> None:
    for name in ('test_ros2', 'test_ros1.bag'):
        text = sentence(recordings / 'mvtb_test_bags' / name)
        assert 'has no odometry' in text
        assert '/camera/raw' in text


def test_both_missing_are_both_said(tmp_path: Path) -> None:
    text = sentence(bag_with(tmp_path / 'imu', 'sensor_msgs/msg/Imu'))
    assert 'no images' in text
    assert 'no odometry' in text


def test_a_topic_without_a_message_is_no_source(tmp_path: Path) -> None:
    with BagWriter(tmp_path / 'empty') as bag:
        bag.add_topic('/image', 'sensor_msgs/msg/Image')
        bag.add_topic('/odom', 'nav_msgs/msg/Odometry').write_raw(10**9, bytes(1024))
    assert 'no images' in sentence(tmp_path / 'empty')


@pytest.mark.parametrize('odometry', ['nav_msgs/msg/Odometry', 'geometry_msgs/msg/PoseStamped'])
@pytest.mark.parametrize('image', ['sensor_msgs/msg/Image', 'sensor_msgs/msg/CompressedImage'])
def test_nothing_is_said_of_a_bag_with_both(tmp_path: Path, image: str, odometry: str) -> None:
    assert explain_source(bag_with(tmp_path / 'good', image, odometry)) is None


def test_other_things_that_people_try(tmp_path: Path) -> None:
    assert 'does not exist' in sentence(tmp_path / 'nowhere')
    (tmp_path / 'film.mp4').write_bytes(b'film')
    assert '1 videos' in sentence(tmp_path / 'film.mp4')
    text = tmp_path / 'notes'
    text.mkdir()
    (text / 'notes.txt').write_text('left, then right')
    assert 'needed is a rosbag' in sentence(text)


def test_converting_says_the_same(tmp_path: Path) -> None:
    mapping = tmp_path / 'map.yaml'
    mapping.write_text(MAPPING, encoding='utf-8')
    path = bag_with(tmp_path / 'imu', 'sensor_msgs/msg/Imu')
    with pytest.raises(InputError) as caught:
        convert_bag(
            path, mapping, tmp_path / 'out', views=surround_rig(), label=TEACHERS['recorded'].label
        )
    assert str(caught.value) == sentence(path)
    assert not (tmp_path / 'out').exists()
