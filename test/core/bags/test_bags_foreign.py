# SPDX-License-Identifier: Apache-2.0
"""Recordings of other tools, and paths that are not recordings."""

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rosbags.highlevel import AnyReader
from rosbags.typesys import Stores, get_typestore

from wpt_core.bags import Bag, BagWriter, copy_messages
from wpt_core.types import BagError, InputError, Level

Build = Callable[..., Path]


def test_a_real_drive_without_definitions(recordings: Path) -> None:
    """Mcity, 1.1 km in 306.7 s at up to 8.5 m/s, recorded by somebody's car with ROS 2."""
    with Bag.open(recordings / 'rosbag2_mcity_ins' / 'DIT_Loop') as bag:
        info = bag.info
        (topic,) = info.topics
        fixes = [m.message for m in bag.messages()]
    assert (info.storage, info.message_count, info.notices) == ('sqlite3', 15334, ())
    assert (info.start_ns, info.stop_ns) == (
        1710538448370680798,
        1710538448370680798 + 306680608501,
    )
    assert (topic.name, topic.type_name) == ('/ins/nav_sat_fix', 'sensor_msgs/msg/NavSatFix')
    assert topic.rate_hz == pytest.approx(50.0, abs=0.01)
    assert (topic.qos[0].reliability, topic.qos[0].depth) == ('reliable', 1)
    # On the sphere, for the length of the loop.
    latitude, longitude = np.radians([(f.latitude, f.longitude) for f in fixes]).T
    east_m = 6_371_000 * np.diff(longitude) * np.cos(latitude[0])
    north_m = 6_371_000 * np.diff(latitude)
    assert np.hypot(east_m, north_m).sum() == pytest.approx(1100.0, rel=0.05)


@pytest.mark.parametrize(
    'name',
    [
        'rosbag2_mcity_ins/start_position_A',
        'mvtb_test_bags/test_ros2',
        'mvtb_test_bags/test_ros1.bag',
    ],
)
def test_it_reads_what_rosbags_reads(recordings: Path, name: str) -> None:
    path = recordings / name
    typestore = get_typestore(Stores.ROS2_JAZZY)
    with AnyReader([path], default_typestore=typestore) as theirs, Bag.open(path) as ours:
        count = 0
        for (connection, stamp_ns, raw), message in zip(
            theirs.messages(), ours.messages(), strict=True
        ):
            expected: Any = theirs.deserialize(raw, connection.msgtype)
            assert message[:2] == (connection.topic, stamp_ns)
            assert message.message.header.stamp.nanosec == expected.header.stamp.nanosec
            assert message.message.header.frame_id == expected.header.frame_id
            if hasattr(expected, 'data'):
                assert np.array_equal(message.message.data, expected.data)
            count += 1
        assert count == ours.info.message_count == theirs.message_count
        assert not ours.info.notices


def test_a_ros_1_bag_becomes_a_ros_2_bag(recordings: Path, tmp_path: Path) -> None:
    with (
        Bag.open(recordings / 'mvtb_test_bags' / 'test_ros1.bag') as source,
        BagWriter(tmp_path / 'new', definitions=source.definitions) as target,
    ):
        assert len(list(copy_messages(source, target))) == 9
    with (
        Bag.open(recordings / 'mvtb_test_bags' / 'test_ros2') as expected,
        Bag.open(tmp_path / 'new') as new,
    ):
        assert list(new.raw_messages()) == list(expected.raw_messages())


def test_one_file_of_a_bag_is_enough(recordings: Path, tmp_path: Path) -> None:
    source = recordings / 'mvtb_test_bags' / 'test_ros2'
    with Bag.open(source / 'test_ros2.db3') as named:
        assert named.info.message_count == 9
    with Bag.open(source / 'metadata.yaml') as named:
        assert named.info.message_count == 9
    shutil.copyfile(source / 'test_ros2.db3', tmp_path / 'renamed')
    with Bag.open(tmp_path / 'renamed') as alone:
        assert alone.info.message_count == 9


@pytest.mark.parametrize(
    'spoiled', ['', '[', '[' * 1_000_000, '\n - ' + '- ' * 1_000_000], ids=len
)
def test_metadata_that_is_missing_or_spoiled_is_done_without(build: Build, spoiled: str) -> None:
    path = build()
    (path / 'metadata.yaml').write_text('rosbag2_bagfile_information: ' + spoiled)
    with Bag.open(path) as bag:
        assert bag.info.message_count == 36
        (notice,) = bag.info.notices
        assert notice.level is Level.WARNING
        assert 'metadata.yaml is no valid metadata of rosbag2' in notice.text
    (path / 'metadata.yaml').unlink()
    with Bag.open(path) as bag:
        assert (bag.info.message_count, bag.info.notices) == (36, ())


def test_metadata_that_promises_more_is_told(build: Build) -> None:
    path = build()
    metadata = path / 'metadata.yaml'
    text = metadata.read_text()
    metadata.write_text(text.replace('message_count: 36', 'message_count: 40'))
    with Bag.open(path) as bag:
        (notice,) = bag.info.notices
    assert 'metadata.yaml lists 40 messages, 36 were found' in notice.text


def test_definitions_may_be_given_for_bags_without(
    build: Build, definitions: dict[str, str]
) -> None:
    path = build(storage='sqlite3')
    base = sqlite3.connect(path / 'drive_0.db3')
    base.execute('DELETE FROM message_definitions')
    base.commit()
    base.close()
    with Bag.open(path) as bag:
        (notice,) = bag.info.notices
        assert notice.text == (
            f'{path}: /plan cannot be decoded: type demo_msgs/msg/Trace is defined neither by the '
            'bag nor by ROS 2 Jazzy; pass its definition'
        )
        assert not bag.info.damaged
        assert len(list(bag.messages(['/count', '/front/image']))) == 24
        with pytest.raises(BagError, match='demo_msgs/msg/Trace is defined neither'):
            bag.messages()
        with pytest.raises(BagError, match='demo_msgs/msg/Trace is defined neither'):
            bag.message_type('demo_msgs/msg/Trace')
    with Bag.open(path, definitions=definitions) as bag:
        assert [m.message.note for m in bag.messages(['/plan'])][:2] == ['trace 0', 'trace 1']


def test_the_distribution_is_what_the_bag_says_or_what_is_asked_for(build: Build) -> None:
    path = build(count=1)
    text = (path / 'metadata.yaml').read_text()
    (path / 'metadata.yaml').write_text(text.replace('ros_distro: jazzy', 'ros_distro: humble'))
    with Bag.open(path) as bag:
        assert bag.info.distribution == 'humble'
    with Bag.open(path, distribution='kilted') as bag:
        assert bag.info.distribution == 'kilted'
    with pytest.raises(InputError, match="not 'warty'"):
        Bag.open(path, distribution='warty')


def test_a_topic_that_is_not_there_is_named_with_those_that_are(build: Build) -> None:
    sentence = 'has no topic /rear; its topics are /count, /front/image, '
    with Bag.open(build()) as bag, pytest.raises(BagError, match=sentence):
        bag.messages(['/count', '/rear'])


@pytest.mark.parametrize(
    ('name', 'content', 'sentence'),
    [
        ('nothing.mcap', None, 'does not exist; name a bag folder'),
        ('empty.mcap', b'', 'is empty; nothing was recorded'),
        ('empty.db3', b'', 'is empty; nothing was recorded'),
        (
            'text.mcap',
            b'Dear diary',
            "is not a recording: it begins with b'Dear diary'; expected an",
        ),
        ('begun.mcap', b'\x89MCAP0', 'is cut off within its first 6 bytes'),
        ('begun.db3', b'SQLite format 3\0', 'is cut off'),
        ('old.bag', b'#ROSBAG V2.0\n', 'is a damaged ROS 1 bag'),
        ('older.bag', b'#ROSBAG V1.1\n', 'is not a recording'),
        ('header.mcap', b'\x89MCAP0\r\n\x01' + bytes(7), 'is cut off and no message'),
    ],
)
def test_what_is_no_bag_gets_one_sentence(
    tmp_path: Path, name: str, content: bytes | None, sentence: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(BagError) as refusal:
        Bag.open(tmp_path / name)
    assert str(refusal.value).startswith(f'{tmp_path / name} ')
    assert sentence in str(refusal.value)
    assert '\n' not in str(refusal.value)


def test_a_folder_without_a_bag_gets_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(BagError, match=r'contains no recording: expected metadata\.yaml, '):
        Bag.open(tmp_path)
    (tmp_path / 'notes.txt').write_text('none')
    with pytest.raises(BagError, match='contains no recording'):
        Bag.open(tmp_path)


def test_a_file_without_permission_gets_one_sentence(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Simulated, because root may read everything."""
    path = build() / 'drive_0.mcap'
    really = Path.open

    def denied(self: Path, *arguments: Any, **options: Any) -> Any:
        if self == path:
            raise PermissionError(13, 'Permission denied', str(self))
        return really(self, *arguments, **options)

    monkeypatch.setattr(Path, 'open', denied)
    with pytest.raises(BagError, match=r'drive_0\.mcap cannot be read: Permission denied'):
        Bag.open(path)


def test_an_unclosed_database_tells_of_the_journal_beside_it(build: Build) -> None:
    path = build(storage='sqlite3')
    (path / 'drive_0.db3-wal').write_bytes(b'pages that were never folded in')
    with Bag.open(path) as bag:
        assert bag.info.damaged
        assert 'drive_0.db3-wal may contain its last messages' in bag.info.notices[0].text
