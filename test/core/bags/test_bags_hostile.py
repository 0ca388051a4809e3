# SPDX-License-Identifier: Apache-2.0
"""Files made to harm: bombs, absurd lengths, code in names, and bits that fell over."""

import sqlite3
import struct
import sys
import tracemalloc
import zlib
from collections.abc import Callable
from pathlib import Path

import lz4.frame
import numpy as np
import pytest
from mcap_records_by_hand import (
    FOOTER,
    HEAD,
    HELLO,
    STRING,
    channel,
    chunk,
    message,
    record,
    schema,
)
from rosbags.rosbag2 import CompressionFormat, CompressionMode, StoragePlugin, Writer

from wpt_core.bags import Bag
from wpt_core.bags.definitions import typestore_for
from wpt_core.types import BagError

if sys.version_info >= (3, 14):
    from compression.zstd import compress
else:
    from backports.zstd import compress

Build = Callable[..., Path]
Find = Callable[[Path], Path]

KINDS = [('mcap', 'none'), ('mcap', 'zstd'), ('sqlite3', 'none')]


def outcome(file: Path) -> str:
    """Whole, damaged or refused; wordy where that took more than one line."""
    try:
        with Bag.open(file, verify=True) as bag:
            list(bag.messages())
            lines = [notice.text for notice in bag.info.notices]
            result = 'damaged' if bag.info.damaged else 'whole'
    except BagError as error:
        result, lines = 'refused', [str(error)]
    return 'wordy' if any('\n' in line for line in lines) else result


@pytest.mark.parametrize(('storage', 'compression'), KINDS)
def test_fallen_bits_are_at_worst_one_sentence(
    build: Build, storage_file: Find, storage: str, compression: str
) -> None:
    file = storage_file(build(storage=storage, compression=compression))
    content = np.frombuffer(file.read_bytes(), np.uint8)
    generator = np.random.default_rng(11)
    outcomes = {'whole': 0, 'damaged': 0, 'refused': 0, 'wordy': 0}
    for _ in range(120):
        spoiled = content.copy()
        places = generator.integers(0, len(content), generator.integers(1, 12))
        spoiled[places] ^= np.left_shift(1, generator.integers(0, 8, len(places))).astype(np.uint8)
        file.write_bytes(spoiled.tobytes())
        outcomes[outcome(file)] += 1
    assert outcomes['wordy'] == 0
    assert outcomes['refused'] > 0
    assert outcomes['damaged'] > 0 or compression == 'zstd'


@pytest.mark.parametrize('verify', [True, False])
def test_chunks_are_unpacked_and_held_against_their_checksum(tmp_path: Path, verify: bool) -> None:
    file = tmp_path / 'packed.mcap'
    crc = zlib.crc32(HELLO)
    packings = {'': HELLO, 'zstd': compress(HELLO), 'lz4': lz4.frame.compress(HELLO)}
    good = [chunk(packed, len(HELLO), name, crc=crc) for name, packed in packings.items()]
    file.write_bytes(HEAD + STRING + b''.join(good) + FOOTER)
    with Bag.open(file, verify=verify) as bag:
        assert [m.message.data for m in bag.messages()] == ['hi'] * 3
        assert not bag.info.damaged
    bad = [
        chunk(HELLO, len(HELLO), '', crc=crc ^ 1),
        chunk(HELLO, len(HELLO), 'brotli'),
        chunk(HELLO, len(HELLO) + 1, ''),
    ]
    file.write_bytes(HEAD + STRING + b''.join(good + bad) + FOOTER)
    with Bag.open(file, verify=verify) as bag:
        assert bag.info.message_count == 3
        (notice,) = bag.info.notices
    assert 'a chunk does not match its checksum and 2 more' in notice.text


def test_a_damaged_chunk_costs_its_own_messages_only(tmp_path: Path) -> None:
    good = chunk(compress(HELLO), len(HELLO), 'zstd')
    bad = bytearray(good)
    bad[-6:] = bytes(6)
    later = chunk(HELLO, len(HELLO), '')
    file = tmp_path / 'middle.mcap'
    file.write_bytes(HEAD + STRING + good + bytes(bad) + later + FOOTER)
    with Bag.open(file) as bag:
        assert [m.message.data for m in bag.messages()] == ['hi', 'hi']
        (notice,) = bag.info.notices
    assert f'{file} is damaged (at byte' in notice.text
    assert '2 messages on 1 topic can still be read' in notice.text


def test_damage_that_the_index_hides_is_met_while_reading(
    build: Build, storage_file: Find
) -> None:
    file = storage_file(build(compression='zstd'))
    content = bytearray(file.read_bytes())
    packed = content.index(b'\x28\xb5\x2f\xfd')
    content[packed + 6 : packed + 14] = b'\xff' * 8
    file.write_bytes(bytes(content))
    with Bag.open(file) as bag:
        assert not bag.info.damaged
        with pytest.raises(BagError, match=r'is damaged \(.*verify=True skips the rest'):
            list(bag.messages())
    with pytest.raises(BagError, match='no message is readable'):
        Bag.open(file, verify=True)


def test_a_small_file_cannot_fill_the_memory(tmp_path: Path) -> None:
    gigabyte = compress(bytes(10**9))
    bombs = {
        'honest': chunk(gigabyte, 10**9, 'zstd'),
        'lying': chunk(gigabyte, 1000, 'zstd'),
        'absurd': record(6, b'')[:1] + struct.pack('<Q', 2**62),
        'absurd inside': chunk(struct.pack('<BQ', 5, 2**62), 9, ''),
    }
    for name, bomb in bombs.items():
        file = tmp_path / f'{name}.mcap'
        file.write_bytes(HEAD + STRING + HELLO + bomb + FOOTER)
        tracemalloc.start()
        try:
            with Bag.open(file) as bag:
                assert [m.message.data for m in bag.messages()] == ['hi']
                assert bag.info.damaged
            assert tracemalloc.get_traced_memory()[1] < 20e6, name
        finally:
            tracemalloc.stop()


@pytest.mark.parametrize(
    ('text', 'sentence'),
    [
        ('string[4000000000] x\n', 'array of 4000000000; 1 to 256 are accepted'),
        ('uint8[4000000000] x\n', 'array of 4000000000; 1 to 268435456 are accepted'),
        ('uint8[-1] x\n', 'array of -1'),
        ('Own own\n', 'contains itself'),
        ('uint8 x\nuint8 x\n', 'cannot be used'),
        ('float32 x' * 20_000, 'characters long'),
        ('float32 __import__("os")\n', 'cannot be parsed'),
        ('Missing x\n', 'own_msgs/msg/Own needs own_msgs/msg/Missing'),
    ],
)
def test_definitions_are_vetted_before_classes_are_made_of_them(text: str, sentence: str) -> None:
    with pytest.raises(BagError, match=sentence):
        typestore_for({'own_msgs/msg/Own': text}, 'jazzy')


@pytest.mark.parametrize(
    'name',
    ['Own', 'own_msgs/msg/', 'a"""\nimport os/msg/Own', 'a/msg/Own:\n pass', 'a' * 300 + '/B'],
)
def test_type_names_are_plain_names(name: str) -> None:
    with pytest.raises(BagError, match='is not a message type'):
        typestore_for({name: 'float32 x\n'}, 'jazzy')


def test_a_bad_definition_costs_its_own_topic_only(build: Build, tmp_path: Path) -> None:
    file = tmp_path / 'both.mcap'
    bad = schema('own_msgs/msg/Own', 'Own own\n', number=2) + channel('/own', number=2)
    file.write_bytes(HEAD + STRING + bad + HELLO + FOOTER)
    with Bag.open(file) as bag:
        assert [m.message.data for m in bag.messages(['/text'])] == ['hi']
        (notice,) = [n for n in bag.info.notices if n.code == 'bag.type-unknown']
        assert '/own cannot be decoded: the definition of own_msgs/msg/Own contains' in notice.text
        with pytest.raises(BagError, match='or read the other topics only'):
            bag.messages()
        assert len(list(bag.raw_messages())) == 1
    with pytest.raises(BagError):
        Bag.open(build(), definitions={'own_msgs/msg/Own': 'Own own\n'})


def test_topics_in_other_encodings_are_listed_and_not_decoded(tmp_path: Path) -> None:
    file = tmp_path / 'json.mcap'
    described = schema('thing', '{}', 'jsonschema') + channel('/thing', 'json')
    file.write_bytes(HEAD + described + message(b'{}') + FOOTER)
    with Bag.open(file) as bag:
        assert bag.info.topics[0].count == 1
        with pytest.raises(BagError, match="/thing cannot be decoded: it is encoded as 'json'"):
            bag.messages()


@pytest.mark.parametrize(
    'script',
    [
        'CREATE VIEW messages AS SELECT 1 topic_id, 1 timestamp, zeroblob(1000000000) data',
        'CREATE TABLE messages(id INTEGER PRIMARY KEY, topic_id INTEGER, timestamp INTEGER,'
        ' data BLOB GENERATED ALWAYS AS (zeroblob(1000000000)) VIRTUAL)',
        'CREATE TABLE notes(id INTEGER)',
    ],
)
def test_databases_that_compute_or_hold_something_else_are_refused(
    tmp_path: Path, script: str
) -> None:
    file = tmp_path / 'own.db3'
    base = sqlite3.connect(file)
    base.execute('CREATE TABLE topics(id INTEGER PRIMARY KEY, name, type, serialization_format)')
    base.execute(script)
    base.commit()
    base.close()
    with pytest.raises(BagError, match='is a database but not a bag: it has no table messages'):
        Bag.open(file)


def test_metadata_points_to_its_own_folder_only(build: Build, tmp_path: Path) -> None:
    path = build()
    metadata = path / 'metadata.yaml'
    secret = tmp_path / 'secret.mcap'
    secret.write_bytes((path / 'drive_0.mcap').read_bytes())
    metadata.write_text(metadata.read_text().replace('- drive_0.mcap', '- ../secret.mcap'))
    with pytest.raises(BagError, match=r'drive/secret.mcap is missing'):
        Bag.open(path)


@pytest.mark.parametrize('mode', ['file', 'message'])
def test_compression_by_rosbag2_itself_is_undone(tmp_path: Path, mode: str) -> None:
    writer = Writer(tmp_path / 'bag', version=9, storage_plugin=StoragePlugin.SQLITE3)
    writer.set_compression(CompressionMode[mode.upper()], CompressionFormat.ZSTD)
    store = typestore_for({}, 'jazzy')
    with writer:
        connection = writer.add_connection('/text', 'std_msgs/msg/String', typestore=store)
        for number in range(5):
            text = store.types['std_msgs/msg/String'](data=f'text {number}')
            writer.write(connection, number, store.serialize_cdr(text, 'std_msgs/msg/String'))
    with Bag.open(tmp_path / 'bag') as bag:
        assert [m.message.data for m in bag.messages()] == [f'text {n}' for n in range(5)]
        assert not bag.info.notices
    (file,) = (tmp_path / 'bag').glob('bag.db3*')
    with Bag.open(file) as alone:
        assert [m.stamp_ns for m in alone.messages()] == list(range(5))
