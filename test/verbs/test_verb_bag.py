# SPDX-License-Identifier: Apache-2.0
"""`wpt bag`, as a user meets it."""

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from wpt_core.bags import Bag, BagWriter
from wpt_ros.cli import main

Build = Callable[..., Path]
Captured = pytest.CaptureFixture[str]


def test_info_is_a_tidy_table(build: Build, capsys: Captured) -> None:
    path = build()
    assert main(['bag', 'info', str(path)]) == 0
    out, err = capsys.readouterr()
    assert err == ''
    lines = out.splitlines()
    assert lines[0] == str(path)
    assert re.fullmatch(r'  mcap, \d+\.\d kB, ROS 2 Jazzy types', lines[1])
    assert lines[2:4] == [
        '  36 messages in 0.55 s',
        '  from 2023-11-14 22:13:20.000 UTC to 2023-11-14 22:13:20.550 UTC',
    ]
    assert lines[5:] == [
        '  topic         type                   messages      rate  longest pause',
        '  /count        std_msgs/msg/UInt32          12  20.00 Hz        0.050 s',
        '  /front/image  sensor_msgs/msg/Image        12  20.00 Hz        0.050 s',
        '  /plan         demo_msgs/msg/Trace          12  20.00 Hz        0.050 s',
        '',
        'no gaps',
    ]


def test_gaps_are_listed_longest_first_and_not_without_end(
    tmp_path: Path, capsys: Captured
) -> None:
    kind = 'std_msgs/msg/Empty'
    with BagWriter(tmp_path / 'bag') as bag:
        topic, stamp_ns = bag.add_topic('/beat', kind), 0
        for pause_ms in [10] * 9 + [500] + [10] * 9 + [700] + [10] * 9 + [300] + [10] * 9:
            topic.write(stamp_ns, bag.message_type(kind)())
            stamp_ns += pause_ms * 10**6
    assert main(['bag', 'info', str(tmp_path / 'bag'), '--gaps', '2']) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[-4:] == [
        '  topic   begins   length',
        '  /beat  0.680 s  0.700 s',
        '  /beat  0.090 s  0.500 s',
        '… and 1 more; --gaps 3 lists them all',
    ]


def test_a_damaged_bag_is_listed_and_told_of(build: Build, capsys: Captured) -> None:
    path = build()
    file = path / 'drive_0.mcap'
    file.write_bytes(file.read_bytes()[:4000])
    assert main(['bag', 'info', str(path)]) == 1
    out, err = capsys.readouterr()
    assert '/front/image' in out
    assert re.fullmatch(
        rf'error: {file} is cut off after 0\.\d s: \d+ messages on 3 topics can still be read; '
        r'rescue them with `wpt bag copy`, or record again\n',
        err,
    )


def test_copy_rescues_what_is_left(build: Build, tmp_path: Path, capsys: Captured) -> None:
    path = build()
    file = path / 'drive_0.mcap'
    file.write_bytes(file.read_bytes()[:4000])
    target = tmp_path / 'rescued'
    assert main(['bag', 'copy', str(path), str(target), '--storage', 'sqlite3']) == 1
    with Bag.open(path) as left, Bag.open(target) as rescued:
        assert list(rescued.raw_messages()) == list(left.raw_messages())
        assert not rescued.info.notices
        assert rescued.info.storage == 'sqlite3'
        count = left.info.message_count
    assert capsys.readouterr().out == f'{target}: {count} of {count} messages\n'
    assert main(['bag', 'info', str(target)]) == 0
    assert main(['bag', 'copy', str(path), str(target)]) == 2
    assert 'exists' in capsys.readouterr().err


@pytest.mark.parametrize('content', [None, b'', b'Dear diary', b'\x89MCAP0\r\n'])
def test_what_is_no_bag_is_one_sentence_and_2(
    tmp_path: Path, capsys: Captured, content: bytes | None
) -> None:
    path = tmp_path / 'notes.mcap'
    if content is not None:
        path.write_bytes(content)
    assert main(['bag', 'info', str(path)]) == 2
    out, err = capsys.readouterr()
    assert out == ''
    assert err.startswith(f'wpt: {path} ')
    assert err.count('\n') == 1


def test_a_topic_cannot_speak_to_the_terminal(build: Build, capsys: Captured) -> None:
    evil = "UPDATE topics SET name = '/' || char(27) || '[2J' WHERE name = '/plan';"
    path = edited(build(storage='sqlite3'), evil)
    main(['bag', 'info', str(path)])
    out, err = capsys.readouterr()
    assert '\x1b' not in out + err
    assert '/\N{REPLACEMENT CHARACTER}[2J' in out


def test_help_shows_examples(capsys: Captured) -> None:
    with pytest.raises(SystemExit):
        main(['bag', '--help'])
    assert 'wpt bag copy broken rescued' in capsys.readouterr().out


def edited(bag: Path, script: str) -> Path:
    """The sqlite3 bag, after the script has changed its file."""
    with closing(sqlite3.connect(bag / f'{bag.name}_0.db3')) as base:
        base.executescript(script)
    return bag


def test_a_copy_says_which_topics_it_leaves_out(
    build: Build, tmp_path: Path, capsys: Captured
) -> None:
    odd = "UPDATE topics SET name = '/a-b' WHERE name = '/count';"
    path, target = edited(build(storage='sqlite3'), odd), tmp_path / 'new'
    with Bag.open(path) as bag:
        count = next(topic.count for topic in bag.info.topics if topic.name == '/a-b')
        total = len(list(bag.messages()))
    assert main(['bag', 'copy', str(path), str(target)]) == 1
    said = capsys.readouterr()
    assert f'{target}: {total - count} of {total} messages' in said.out
    reason = 'ROS 2 has no topic of this name'
    assert f"left out: {count} messages of '/a-b': {reason}" in said.err
    with Bag.open(target) as bag:
        assert bag.info.message_count == total - count


def test_a_copy_of_nothing_fails_and_writes_nothing(
    build: Build, tmp_path: Path, capsys: Captured
) -> None:
    unknown = "DELETE FROM message_definitions; UPDATE topics SET type = 'own_msgs/msg/Own';"
    path, target = edited(build(storage='sqlite3'), unknown), tmp_path / 'new'
    assert main(['bag', 'copy', str(path), str(target)]) == 2
    said = capsys.readouterr().err
    assert 'none of its 36 messages can be copied (' in said
    assert "'/count': its type own_msgs/msg/Own is not known" in said
    assert not target.exists()


def test_type_names_of_two_parts_are_those_of_ros_2(build: Build, tmp_path: Path) -> None:
    shorten = "UPDATE topics SET type = replace(type, '/msg/', '/');"
    shorten += "UPDATE message_definitions SET topic_type = replace(topic_type, '/msg/', '/');"
    path, target = edited(build(storage='sqlite3'), shorten), tmp_path / 'new'
    assert main(['bag', 'copy', str(path), str(target)]) == 0
    with Bag.open(target) as bag:
        assert all('/msg/' in topic.type_name for topic in bag.info.topics)
        assert len(list(bag.messages())) == 36
