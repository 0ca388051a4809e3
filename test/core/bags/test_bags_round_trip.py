# SPDX-License-Identifier: Apache-2.0
"""Round trips with our reader, rosbags, and the reference reader of mcap."""

import dataclasses
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rosbags.interfaces import Nodetype
from rosbags.rosbag2 import Reader
from rosbags.typesys import Stores, get_types_from_msg, get_typestore

from wpt_core.bags import Bag, BagWriter, copy_messages

Build = Callable[..., Path]
Find = Callable[[Path], Path]

TYPES = (
    'demo_msgs/msg/Trace',
    'diagnostic_msgs/msg/DiagnosticArray',
    'geometry_msgs/msg/PoseArray',
    'nav_msgs/msg/Odometry',
    'sensor_msgs/msg/CameraInfo',
    'sensor_msgs/msg/CompressedImage',
    'sensor_msgs/msg/Image',
    'sensor_msgs/msg/PointCloud2',
    'std_msgs/msg/Empty',
    'std_msgs/msg/String',
)
KINDS = [('mcap', 'none'), ('mcap', 'zstd'), ('sqlite3', 'none')]


class Inventor:
    """Makes random messages of any type from its definition."""

    def __init__(self, definitions: Mapping[str, str]) -> None:
        self.store = get_typestore(Stores.ROS2_JAZZY)
        for name, text in definitions.items():
            self.store.register(get_types_from_msg(text, name))

    def message(self, type_name: str, generator: np.random.Generator) -> Any:
        fields = self.store.fielddefs[type_name][1]
        values = [self._value(description, generator) for _, description in fields]
        return self.store.types[type_name](*values)

    def _value(self, description: Any, generator: np.random.Generator) -> Any:
        kind, rest = description
        if kind == Nodetype.NAME:
            return self.message(rest, generator)
        if kind == Nodetype.BASE:
            return self._number_or_text(rest[0], generator)
        (inner, name), size = rest
        length = size if kind == Nodetype.ARRAY else int(generator.integers(0, 4))
        if inner == Nodetype.NAME or name[0] == 'string':
            return [self._value((inner, name), generator) for _ in range(length)]
        return self._numbers(name[0], length, generator)

    def _number_or_text(self, name: str, generator: np.random.Generator) -> Any:
        if name == 'string':
            return ''.join(chr(c) for c in generator.integers(32, 0x2FF, generator.integers(6)))
        return self._numbers(name, 1, generator)[0].item()

    def _numbers(self, name: str, count: int, generator: np.random.Generator) -> Any:
        dtype = np.dtype({'byte': 'int8', 'char': 'uint8'}.get(name, name))
        if dtype == np.bool_:
            return generator.integers(0, 2, count).astype(bool)
        return np.frombuffer(generator.bytes(count * dtype.itemsize), dtype)


def same(a: Any, b: Any) -> bool:
    """Bitwise equality, including NaN."""
    if dataclasses.is_dataclass(a):
        names = [field.name for field in dataclasses.fields(a)]
        return all(same(getattr(a, name), getattr(b, name)) for name in names)
    if isinstance(a, list):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, str):
        return bool(a == b)
    return np.array(a).tobytes() == np.array(b).tobytes()


recorded = st.lists(
    st.tuples(st.sampled_from(TYPES), st.integers(0, 2**63 - 1), st.integers(0, 2**32)),
    max_size=20,
)


@pytest.mark.parametrize(('storage', 'compression'), KINDS)
def test_every_message_comes_back(
    tmp_path_factory: pytest.TempPathFactory,
    definitions: dict[str, str],
    storage: Any,
    compression: Any,
) -> None:
    inventor = Inventor(definitions)
    folder = tmp_path_factory.mktemp('bags')

    @given(drive=recorded, verify=st.booleans())
    @settings(max_examples=12, deadline=None)
    def check(drive: list[tuple[str, int, int]], verify: bool) -> None:
        path = folder / 'drive'
        written = []
        with BagWriter(
            path, storage, compression=compression, definitions=definitions, overwrite=True
        ) as bag:
            topics = {
                name: bag.add_topic('/' + name, name) for name in sorted({e[0] for e in drive})
            }
            for name, stamp_ns, seed in drive:
                message = inventor.message(name, np.random.default_rng(seed))
                topics[name].write(stamp_ns, message)
                written.append(('/' + name, stamp_ns, message))
        written.sort(key=lambda entry: entry[1])
        with Bag.open(path, verify=verify) as read:
            got = list(read.messages())
            assert read.info.message_count == len(drive)
            assert not read.info.damaged
        assert [entry[:2] for entry in got] == [entry[:2] for entry in written]
        assert all(same(a[2], b[2]) for a, b in zip(written, got, strict=True))

    check()


@pytest.mark.parametrize(('storage', 'compression'), KINDS)
def test_rosbags_reads_the_same_bytes(build: Build, storage: str, compression: str) -> None:
    path = build(storage=storage, compression=compression)
    with Reader(path) as reader, Bag.open(path) as bag:
        theirs = [(c.topic, stamp, c.msgtype, bytes(data)) for c, stamp, data in reader.messages()]
        assert theirs == list(bag.raw_messages())
        assert len(theirs) == 36


def test_the_reference_reader_of_mcap_decodes_it(build: Build, storage_file: Find) -> None:
    reading = pytest.importorskip('mcap.reader', reason='the mcap package is not installed')
    decoding = pytest.importorskip(
        'mcap_ros2.decoder', reason='mcap-ros2-support is not installed'
    )
    path = build(compression='zstd')
    with storage_file(path).open('rb') as file, Bag.open(path) as bag:
        reader = reading.make_reader(file, decoder_factories=[decoding.DecoderFactory()])
        theirs = list(reader.iter_decoded_messages('/plan'))
        ours = list(bag.messages(['/plan']))
        assert [message.log_time for _, _, message, _ in theirs] == [m.stamp_ns for m in ours]
        for (schema, channel, _, decoded), (_, _, message) in zip(theirs, ours, strict=True):
            assert (schema.name, schema.encoding) == ('demo_msgs/msg/Trace', 'ros2msg')
            assert channel.message_encoding == 'cdr'
            assert decoded.note == message.note
            assert [p.y_m for p in decoded.points] == [p.y_m for p in message.points]
            assert list(decoded.spread_m) == list(message.spread_m)


@pytest.mark.parametrize('storage', ['mcap', 'sqlite3'])
def test_a_window_is_half_open_and_topics_are_chosen(build: Build, storage: str) -> None:
    with Bag.open(build(storage=storage)) as bag:
        stamps_ns = bag.stamps_ns('/count')
        window = {'start_ns': int(stamps_ns[3]), 'stop_ns': int(stamps_ns[7])}
        got = list(bag.messages(['/count'], **window))
        assert [m.message.data for m in got] == [3, 4, 5, 6]
        both = list(bag.raw_messages(['/count', '/plan'], **window))
        assert [m.topic for m in both] == ['/count', '/plan'] * 4, 'in the order of the stamps'


def test_two_readers_of_one_bag_do_not_disturb_each_other(build: Build) -> None:
    with Bag.open(build()) as bag:
        first, second = bag.messages(['/count']), bag.messages(['/count'])
        pairs = [(a.message.data, b.message.data) for a, b in zip(first, second, strict=True)]
    assert pairs == [(number, number) for number in range(12)]


def test_a_copy_holds_the_same_bytes_in_another_storage(build: Build, tmp_path: Path) -> None:
    with Bag.open(build(storage='sqlite3')) as source:
        with BagWriter(tmp_path / 'copy', definitions=source.definitions) as target:
            assert len(list(copy_messages(source, target))) == 36
        with Bag.open(tmp_path / 'copy') as copy:
            assert list(copy.raw_messages()) == list(source.raw_messages())
            assert copy.info.topics == source.info.topics
            assert copy.info.storage == 'mcap'


def test_messages_do_not_keep_their_chunk_alive(build: Build) -> None:
    """Otherwise storing one small message per second would store the whole drive."""
    with Bag.open(build()) as bag:
        message = next(iter(bag.messages(['/front/image']))).message
        held = message.data.base
        while getattr(held, 'base', None) is not None:
            held = held.base
    assert len(held) < 300
