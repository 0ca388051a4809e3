# SPDX-License-Identifier: Apache-2.0
"""What other recorders make: IDL, whole files compressed, streams that overlap, old ROS 1 bags."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from rosbags.rosbag1 import Writer as Ros1Writer
from rosbags.rosbag2 import CompressionFormat, CompressionMode, StoragePlugin, Writer
from rosbags.typesys import Stores, get_typestore

import wpt_core.bags.mcap
from wpt_core.bags import Bag, BagWriter, copy_messages
from wpt_core.bags.definitions import parsed, type_hash, typestore_for
from wpt_core.types import BagError

Build = Callable[..., Path]

STRING = 'std_msgs/msg/String'
SEPARATOR = '=' * 80 + '\n'
POINT = 'module own { module msg { struct Point { float x; double y[3]; }; }; };\n'
LINE = (
    'module own { module msg { struct Line {\n'
    '  own::msg::Point from; sequence<own::msg::Point> rest;\n'
    '}; }; };\n'
)


def test_idl_definitions_mean_the_same_as_msg_definitions() -> None:
    msg = {
        'own/msg/Point': 'float32 x\nfloat64[3] y\n',
        'own/msg/Line': 'Point from\nPoint[] rest\n',
    }
    expected = {
        name: fields for name, text in msg.items() for name, fields in parsed(name, text).items()
    }
    assert parsed('own/msg/Point', POINT) == {'own/msg/Point': expected['own/msg/Point']}
    text = f'{SEPARATOR}IDL: own/msg/Line\n{LINE}{SEPARATOR}IDL: own/msg/Point\n{POINT}'
    assert parsed('own/msg/Line', text) == expected


def test_streams_that_overlap_come_in_order_with_few_chunks_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every chunk (1 MiB) reaches over the whole time; only two of them are kept."""
    monkeypatch.setattr(wpt_core.bags.mcap, 'CACHED_CHUNKS_BYTES', 3_000_000)
    with BagWriter(tmp_path / 'bag') as bag:
        topic, string = bag.add_topic('/text', STRING), bag.message_type(STRING)
        for stream in range(5):
            for number in range(12):
                text = f'{stream} {number} ' + 'x' * 100_000
                topic.write(number * 1000 + stream, string(data=text))
    with Bag.open(tmp_path / 'bag') as read:
        got = [m.message.data.split()[:2] for m in read.messages()]
    assert got == [[str(stream), str(number)] for number in range(12) for stream in range(5)]


@pytest.mark.parametrize('share', [0.3, 0.6, 0.9])
def test_a_compressed_file_that_is_cut_gives_what_unpacks(tmp_path: Path, share: float) -> None:
    writer = Writer(tmp_path / 'bag', version=9, storage_plugin=StoragePlugin.MCAP)
    writer.set_compression(CompressionMode.FILE, CompressionFormat.ZSTD)
    store = typestore_for({}, 'jazzy')
    with writer:
        connection = writer.add_connection('/text', STRING, typestore=store)
        for number in range(400):
            text = ''.join(chr(33 + (number * i * i) % 90) for i in range(10_000))
            message = store.types[STRING](data=f'{number} {text}')
            writer.write(connection, number, store.serialize_cdr(message, STRING))
    file = tmp_path / 'bag' / 'bag.mcap.zstd'
    content = file.read_bytes()
    file.write_bytes(content[: int(len(content) * share)])
    with Bag.open(tmp_path / 'bag') as bag:
        count = bag.info.message_count
        assert 0 < count < 400
        assert [m.message.data.split()[0] for m in bag.messages()] == list(map(str, range(count)))
        assert bag.info.notices[0].text.startswith(f'{file} is cut off'), 'not the unpacked copy'


def test_a_compressed_message_that_does_not_unpack_is_named(tmp_path: Path) -> None:
    writer = Writer(tmp_path / 'bag', version=9, storage_plugin=StoragePlugin.SQLITE3)
    writer.set_compression(CompressionMode.MESSAGE, CompressionFormat.ZSTD)
    store = typestore_for({}, 'jazzy')
    with writer:
        connection = writer.add_connection('/text', STRING, typestore=store)
        data = bytes(store.serialize_cdr(store.types[STRING](data='a'), STRING))
        writer.write(connection, 1, data)
    file = tmp_path / 'bag' / 'bag.db3'
    file.write_bytes(file.read_bytes().replace(b'\x28\xb5\x2f\xfd', b'none'))
    with Bag.open(tmp_path / 'bag') as bag, pytest.raises(BagError, match='a message on /text'):
        list(bag.messages())


def test_a_ros_1_bag_cut_anywhere_is_refused_with_one_sentence(
    recordings: Path, tmp_path: Path
) -> None:
    content = (recordings / 'mvtb_test_bags' / 'test_ros1.bag').read_bytes()
    cut = tmp_path / 'cut.bag'
    for length in range(1, len(content), 97):
        cut.write_bytes(content[:length])
        with pytest.raises(
            BagError, match=r'cut\.bag is (a damaged ROS 1 bag|cut off)'
        ) as refusal:
            Bag.open(cut)
        assert '\n' not in str(refusal.value)


def test_a_ros_1_bag_with_a_damaged_message_gives_those_before(
    recordings: Path, tmp_path: Path
) -> None:
    content = bytearray((recordings / 'mvtb_test_bags' / 'test_ros1.bag').read_bytes())
    place = -1
    for _ in range(5):
        place = content.index(b'op=\x02', place + 1)
    content[place + 3] = 9  # the fifth message becomes a record of no known kind
    file = tmp_path / 'spoiled.bag'
    file.write_bytes(bytes(content))
    with Bag.open(file) as bag:
        assert bag.info.message_count == 4
        assert len(list(bag.messages())) == 4
        assert bag.info.damaged


def test_a_camera_info_of_ros_1_has_the_fields_of_ros_2(tmp_path: Path) -> None:
    """In ROS 1 they are called D, K, R and P."""
    kind, ros1 = 'sensor_msgs/msg/CameraInfo', get_typestore(Stores.ROS1_NOETIC)
    assert 'D' in {name for name, _ in ros1.fielddefs[kind][1]}
    times, header = ros1.types['builtin_interfaces/msg/Time'], ros1.types['std_msgs/msg/Header']
    message = ros1.types[kind](
        header=header(seq=7, stamp=times(3, 4), frame_id='lens'),
        height=480,
        width=640,
        distortion_model='plumb_bob',
        D=np.arange(5.0),
        K=np.arange(9.0),
        R=np.zeros(9),
        P=np.zeros(12),
        binning_x=0,
        binning_y=0,
        roi=ros1.types['sensor_msgs/msg/RegionOfInterest'](0, 0, 0, 0, False),
    )
    with Ros1Writer(tmp_path / 'old.bag') as writer:
        connection = writer.add_connection('/info', kind, typestore=ros1)
        writer.write(connection, 5, ros1.serialize_ros1(message, kind))
    with (
        Bag.open(tmp_path / 'old.bag') as old,
        BagWriter(tmp_path / 'new', definitions=old.definitions) as target,
    ):
        assert len(list(copy_messages(old, target))) == 1
        (read,) = old.messages()
    with Bag.open(tmp_path / 'new') as new:
        (copied,) = new.messages()
    for one in (read.message, copied.message):
        assert one.header.frame_id == 'lens'
        assert one.d.tolist() == list(range(5))
        assert one.k.tolist() == list(range(9))
    assert type_hash(typestore_for(old.definitions, 'jazzy'), kind) == type_hash(
        typestore_for({}, 'jazzy'), kind
    )
