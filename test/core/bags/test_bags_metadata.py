# SPDX-License-Identifier: Apache-2.0
"""What is written is what rosbag2 reads: every field of the metadata, and of the file."""

import json
import os
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from rosbags.interfaces import ConnectionExtRosbag2, QosDurability, QosHistory, QosReliability
from rosbags.rosbag2 import Reader

from wpt_core.bags import Bag, BagWriter, TopicQos, definitions_from
from wpt_core.bags.definitions import type_hash, typestore_for

Build = Callable[..., Path]

START_NS = 1_700_000_000_000_000_000
LAST_NS = START_NS + 11 * 50_000_000 + 2
# Of `ros2 topic info --verbose` on a machine with ROS 2 Jazzy.
STRING_HASH = 'RIHS01_df668c740482bbd48fb39d76a70dfd4bd59db1288021743503259e948f6b1a18'
# RMW_DURATION_INFINITE, in the two halves that rosbag2 stores.
FOREVER = {'sec': 9223372036, 'nsec': 854775807}


def information(bag: Path) -> dict[str, Any]:
    content = yaml.safe_load((bag / 'metadata.yaml').read_text())
    assert list(content) == ['rosbag2_bagfile_information']
    root = content['rosbag2_bagfile_information']
    assert isinstance(root, dict)
    return root


@pytest.mark.parametrize(
    ('storage', 'compression', 'file'),
    [
        ('mcap', 'none', 'drive_0.mcap'),
        ('mcap', 'zstd', 'drive_0.mcap'),
        ('sqlite3', 'none', 'drive_0.db3'),
    ],
)
def test_the_metadata_field_by_field(
    build: Build, storage: str, compression: str, file: str
) -> None:
    path = build(storage=storage, compression=compression)
    root = information(path)
    topics = root.pop('topics_with_message_count')
    begin, duration = {'nanoseconds_since_epoch': START_NS}, {'nanoseconds': LAST_NS - START_NS}
    assert root == {
        'version': 8,
        'storage_identifier': storage,
        'relative_file_paths': [file],
        'files': [
            {'path': file, 'starting_time': begin, 'duration': duration, 'message_count': 36}
        ],
        'starting_time': begin,
        'duration': duration,
        'message_count': 36,
        # Compression inside the storage is none of rosbag2's business.
        'compression_format': '',
        'compression_mode': '',
        'custom_data': None,
        'ros_distro': 'jazzy',
    }
    assert sorted(file.name for file in path.iterdir()) == sorted([file, 'metadata.yaml'])
    assert [
        (t['topic_metadata']['name'], t['topic_metadata']['type'], t['message_count'])
        for t in topics
    ] == [
        ('/front/image', 'sensor_msgs/msg/Image', 12),
        ('/plan', 'demo_msgs/msg/Trace', 12),
        ('/count', 'std_msgs/msg/UInt32', 12),
    ]
    for topic in topics:
        assert set(topic) == {'topic_metadata', 'message_count'}
        assert topic['topic_metadata']['serialization_format'] == 'cdr'
        assert topic['topic_metadata']['type_description_hash'].startswith('RIHS01_')
        assert len(topic['topic_metadata']['type_description_hash']) == len(STRING_HASH)


def test_qos_is_spelled_as_humble_and_jazzy_spell_it(build: Build) -> None:
    """A string of YAML with the numbers of rmw/types.h, as metadata before version 9 has it."""
    metadata = information(build())['topics_with_message_count'][0]['topic_metadata']
    assert isinstance(metadata['offered_qos_profiles'], str)
    assert yaml.safe_load(metadata['offered_qos_profiles']) == [
        {
            'history': 1,
            'depth': 5,
            'reliability': 2,
            'durability': 2,
            'deadline': FOREVER,
            'lifespan': FOREVER,
            'liveliness': 1,
            'liveliness_lease_duration': FOREVER,
            'avoid_ros_namespace_conventions': False,
        }
    ]


@pytest.mark.parametrize('storage', ['mcap', 'sqlite3'])
def test_hash_definition_and_qos_lie_in_the_storage_too(tmp_path: Path, storage: Any) -> None:
    qos = TopicQos('reliable', 'transient_local', 'keep_all', 1)
    with BagWriter(tmp_path / 'bag', storage) as bag:
        topic = bag.add_topic('/text', 'std_msgs/msg/String', qos=qos)
        topic.write(7, bag.message_type('std_msgs/msg/String')(data='seven'))
    root = information(tmp_path / 'bag')
    assert root['topics_with_message_count'][0]['topic_metadata']['type_description_hash'] == (
        STRING_HASH
    )
    (file,) = root['relative_file_paths']
    with Reader(tmp_path / 'bag' / file) as reader:
        (connection,) = reader.connections
        assert isinstance(connection.ext, ConnectionExtRosbag2)
        (profile,) = connection.ext.offered_qos_profiles
        assert connection.msgdef.data == 'string data\n'
    assert profile.history is QosHistory.KEEP_ALL
    assert profile.reliability is QosReliability.RELIABLE
    assert profile.durability is QosDurability.TRANSIENT_LOCAL
    with Bag.open(tmp_path / 'bag' / file) as opened:
        assert opened.info.topics[0].qos == (qos,)


def test_definitions_are_embedded_with_all_that_they_need(build: Build, tmp_path: Path) -> None:
    with Bag.open(build(storage='sqlite3')) as bag:
        embedded = bag.definitions['demo_msgs/msg/Trace']
    base = sqlite3.connect(tmp_path / 'drive' / 'drive_0.db3')
    query = 'SELECT encoding, encoded_message_definition FROM message_definitions WHERE id = 2'
    assert base.execute(query).fetchone() == ('ros2msg', embedded)
    base.close()
    separator = '=' * 80 + '\n'
    first, *rest = embedded.split(separator)
    assert first == (
        'uint8 KIND_PLAN=3\nstd_msgs/Header header\ndemo_msgs/Point[] points\n'
        'float64[3] spread_m\nstring note\n'
    )
    assert sorted(part.splitlines()[0] for part in rest) == [
        'MSG: builtin_interfaces/Time',
        'MSG: demo_msgs/Point',
        'MSG: std_msgs/Header',
    ]


def test_hashes_are_those_of_the_installed_ros() -> None:
    """ROS 2 installs with each message the hash that its own tools computed."""
    prefixes = [sys.prefix, *filter(None, os.environ.get('AMENT_PREFIX_PATH', '').split(':'))]
    files = [f for prefix in prefixes for f in Path(prefix).glob('share/*/msg/*.json')]
    if not files:
        pytest.skip('no ROS messages are installed')
    store = typestore_for({}, os.environ.get('ROS_DISTRO', 'jazzy'))
    theirs, ours = {}, {}
    for file in files:
        name = f'{file.parts[-3]}/msg/{file.stem}'
        if name in store.types:
            hashes = json.loads(file.read_text())['type_hashes']
            theirs |= {h['type_name']: h['hash_string'] for h in hashes if h['type_name'] == name}
            ours[name] = type_hash(store, name)
    assert ours == theirs


def test_a_char_is_hashed_as_ros_2_hashes_it() -> None:
    """As the uint8 that its tools make of it: from the description that ROS 2 Jazzy installs."""
    expected = 'RIHS01_3ad2d04dd29ba19d04b16659afa3ccaedd691914b02a64e82e252f2fa6a586a9'
    assert type_hash(typestore_for({}, 'jazzy'), 'std_msgs/msg/Char') == expected


def test_our_own_messages_can_be_recorded(root: Path, tmp_path: Path) -> None:
    definitions = definitions_from(root / 'msg', 'wpt_msgs')
    with BagWriter(tmp_path / 'bag', definitions=definitions) as bag:
        for name in definitions:
            bag.add_topic('/' + name, name)
    with Bag.open(tmp_path / 'bag' / 'bag_0.mcap') as read:
        assert [topic.type_name for topic in read.info.topics] == sorted(definitions)
        assert all(topic.readable for topic in read.info.topics)
        assert [notice.code for notice in read.info.notices] == ['bag.empty']
