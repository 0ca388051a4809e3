# SPDX-License-Identifier: Apache-2.0
"""Bags are complete or absent, and invalid input is refused in one sentence."""

import resource
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wpt_core.bags import Bag, BagWriter, TopicQos, TopicWriter, definitions_from
from wpt_core.types import BagError, InputError

Build = Callable[..., Path]
STRING = 'std_msgs/msg/String'


def names(folder: Path) -> set[str]:
    return {file.name for file in folder.iterdir()}


def test_nothing_is_seen_before_the_end_and_nothing_else_after_it(tmp_path: Path) -> None:
    with BagWriter(tmp_path / 'deep' / 'bag') as bag:
        bag.add_topic('/text', STRING).write(1, bag.message_type(STRING)(data='a'))
        assert not (tmp_path / 'deep' / 'bag').exists()
    assert names(tmp_path / 'deep') == {'bag'}


@pytest.mark.parametrize('storage', ['mcap', 'sqlite3'])
@pytest.mark.parametrize('error', [KeyboardInterrupt, ValueError])
def test_an_exception_leaves_nothing_behind(
    tmp_path: Path, storage: Any, error: type[BaseException]
) -> None:
    def fail() -> None:
        with BagWriter(tmp_path / 'bag', storage) as bag:
            bag.add_topic('/text', STRING).write(1, bag.message_type(STRING)(data='a'))
            raise error

    with pytest.raises(error):
        fail()
    assert names(tmp_path) == set()


def test_an_existing_bag_is_refused_and_stays(build: Build) -> None:
    path = build(count=2)
    before = (path / 'metadata.yaml').read_bytes()
    with pytest.raises(BagError, match=f'{path} exists; choose another name or overwrite'):
        BagWriter(path)
    assert (path / 'metadata.yaml').read_bytes() == before


def test_overwriting_replaces_at_the_end_and_only_then(build: Build) -> None:
    path = build(count=2)
    with pytest.raises(ValueError, match='no'), BagWriter(path, 'sqlite3', overwrite=True):
        raise ValueError('no')
    with Bag.open(path) as bag:
        assert bag.info.message_count == 6
    with BagWriter(path, 'sqlite3', overwrite=True) as writer:
        writer.add_topic('/text', STRING).write(1, writer.message_type(STRING)(data='new'))
        assert (path / 'drive_0.mcap').exists()
    assert names(path) == {'metadata.yaml', 'drive_0.db3'}
    assert names(path.parent) == {path.name}


def test_only_bags_are_overwritten(tmp_path: Path) -> None:
    precious = tmp_path / 'home'
    precious.mkdir()
    (precious / 'thesis.tex').write_text('mine')
    with pytest.raises(BagError, match='is not a bag, so it is not overwritten'):
        BagWriter(precious, overwrite=True)
    (tmp_path / 'link').symlink_to(tmp_path / 'empty')
    (tmp_path / 'empty').mkdir()
    with pytest.raises(BagError, match='is not a bag'):
        BagWriter(tmp_path / 'link', overwrite=True)
    assert (precious / 'thesis.tex').read_text() == 'mine'


def test_a_target_that_appears_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    with pytest.raises(BagError, match='exists'), BagWriter(tmp_path / 'bag'):
        (tmp_path / 'bag').mkdir()
    assert names(tmp_path) == {'bag'}
    assert names(tmp_path / 'bag') == set()


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / 'file').write_text('')
    with pytest.raises(
        BagError, match=r'file/bag cannot be written: (Not a directory|File exists)'
    ):
        BagWriter(tmp_path / 'file' / 'bag')


@pytest.mark.parametrize('storage', ['mcap', 'sqlite3'])
def test_a_full_disk_is_one_sentence_and_leaves_nothing(tmp_path: Path, storage: Any) -> None:
    """Simulated by the limit on file size, which fails a write in the same way."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    bag = BagWriter(tmp_path / 'bag', storage)
    topic = bag.add_topic('/text', STRING)
    text = bag.message_type(STRING)(data='x' * 100_000)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2**20, hard))
    try:
        with pytest.raises(BagError, match=r'bag cannot be written: '), bag:
            _write_often(topic, text)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert names(tmp_path) == set()


def _write_often(topic: TopicWriter, message: Any) -> None:
    for number in range(100):
        topic.write(number, message)


@pytest.mark.parametrize(
    ('settings', 'sentence'),
    [
        ({'storage': 'parquet'}, r"storage must be one of mcap, sqlite3, not 'parquet'"),
        ({'compression': 'lz4'}, r"compression must be one of none, zstd, not 'lz4'"),
        ({'storage': 'sqlite3', 'compression': 'zstd'}, 'zstd needs storage mcap, not sqlite3'),
        ({'distribution': 'hardy'}, r"distribution must be one of .*humble.*jazzy.*, not 'hardy'"),
    ],
)
def test_settings_are_checked(tmp_path: Path, settings: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        BagWriter(tmp_path / 'bag', **settings)
    assert names(tmp_path) == set()


@pytest.mark.parametrize(
    ('name', 'type_name', 'sentence'),
    [
        ('text', STRING, r"'text' is not a topic name; expected one like /front/image"),
        ('/a//b', STRING, 'is not a topic name'),
        ('/a b', STRING, 'is not a topic name'),
        (
            '/x',
            'nobody_msgs/msg/Thing',
            'type nobody_msgs/msg/Thing is not defined by ROS 2 Jazzy',
        ),
        ('/twice', STRING, 'topic /twice was added before'),
    ],
)
def test_topics_are_checked(tmp_path: Path, name: str, type_name: str, sentence: str) -> None:
    with BagWriter(tmp_path / 'bag') as bag:
        bag.add_topic('/twice', STRING)
        with pytest.raises(BagError, match=sentence):
            bag.add_topic(name, type_name)


def test_messages_are_checked(tmp_path: Path) -> None:
    with BagWriter(tmp_path / 'bag') as bag:
        topic = bag.add_topic('/scan', 'sensor_msgs/msg/LaserScan')
        string = bag.message_type(STRING)
        with pytest.raises(BagError, match=f'/scan takes sensor_msgs/msg/LaserScan, not {STRING}'):
            topic.write(1, string(data='a'))
        with pytest.raises(BagError, match='not dict'):
            topic.write(1, {'ranges': []})
        for ranges, reason in [
            ([1.0], 'ranges must be an array of float32, not list'),
            (np.zeros(4), 'ranges must be a flat array of float32, not 1D of float64'),
            (np.zeros(4, np.int32), 'not 1D of int32'),
            (np.zeros((2, 2), np.float32), 'not 2D of float32'),
        ]:
            with pytest.raises(BagError, match=reason):
                topic.write(1, _scan(bag, ranges=ranges))
        with pytest.raises(
            BagError, match='a message on /scan does not fit sensor_msgs/msg/LaserScan'
        ):
            topic.write(1, _scan(bag, angle_min='wide'))
        with pytest.raises(BagError, match='stamp_ns of a message on /scan must be from 0'):
            topic.write(-1, _scan(bag))
        topic.write(2**63 - 1, _scan(bag))
    with Bag.open(tmp_path / 'bag') as read:
        assert read.info.message_count == 1
        assert read.info.stop_ns == 2**63 - 1


@pytest.mark.parametrize(
    ('field', 'value'),
    [('reliability', 'maybe'), ('durability', 'forever'), ('history', 'all'), ('depth', -1)],
)
def test_qos_is_checked(field: str, value: Any) -> None:
    with pytest.raises(InputError, match=f'^{field} of a topic must be .*{value}'):
        TopicQos(**{field: value})


def test_definitions_come_from_a_folder_of_msg_files(tmp_path: Path) -> None:
    (tmp_path / 'msg').mkdir()
    (tmp_path / 'msg' / 'Part.msg').write_text('float32 length_m\n')
    (tmp_path / 'msg' / 'Whole.msg').write_text('Part[] parts\nown_msgs/Part first\n')
    definitions = definitions_from(tmp_path / 'msg', 'own_msgs')
    assert list(definitions) == ['own_msgs/msg/Part', 'own_msgs/msg/Whole']
    with BagWriter(tmp_path / 'bag', definitions=definitions) as bag:
        part = bag.message_type('own_msgs/msg/Part')
        whole = bag.message_type('own_msgs/msg/Whole')
        topic = bag.add_topic('/whole', 'own_msgs/msg/Whole')
        topic.write(1, whole(parts=[part(length_m=2.5)], first=part(length_m=0.5)))
    with Bag.open(tmp_path / 'bag') as read:
        (message,) = read.messages()
    assert [p.length_m for p in message.message.parts] == [2.5]
    with pytest.raises(InputError, match=r'contains no \.msg file'):
        definitions_from(tmp_path, 'own_msgs')


def test_a_definition_that_lacks_a_part_says_which(tmp_path: Path) -> None:
    with pytest.raises(BagError, match='own_msgs/msg/Whole needs own_msgs/msg/Part'):
        BagWriter(tmp_path / 'bag', definitions={'own_msgs/msg/Whole': 'Part part\n'})
    with pytest.raises(BagError, match='own_msgs/msg/Bad cannot be parsed'):
        BagWriter(tmp_path / 'bag', definitions={'own_msgs/msg/Bad': 'float32[ x\n'})


def _scan(bag: BagWriter, **changed: Any) -> Any:
    time = bag.message_type('builtin_interfaces/msg/Time')(sec=1, nanosec=2)
    header = bag.message_type('std_msgs/msg/Header')(stamp=time, frame_id='laser')
    empty = np.zeros(0, np.float32)
    limits = ('angle_min', 'angle_max', 'angle_increment', 'time_increment', 'scan_time')
    fields: dict[str, Any] = dict.fromkeys((*limits, 'range_min', 'range_max'), 0.0)
    fields |= {'header': header, 'ranges': empty, 'intensities': empty, **changed}
    return bag.message_type('sensor_msgs/msg/LaserScan')(**fields)
