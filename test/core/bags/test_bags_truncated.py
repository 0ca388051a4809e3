# SPDX-License-Identifier: Apache-2.0
"""Files that end too early: cut everywhere, and never worse than one sentence."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wpt_core.bags import Bag, BagWriter
from wpt_core.types import BagError

Build = Callable[..., Path]
Find = Callable[[Path], Path]

KINDS = [('mcap', 'none'), ('mcap', 'zstd'), ('sqlite3', 'none')]


def readable(path: Path) -> int:
    """How many messages a file yields, decoded; 0 where it is refused with a sentence."""
    try:
        bag = Bag.open(path)
    except BagError as error:
        return 0 if str(path) in str(error) else -1
    with bag:
        count = sum(1 for _ in bag.messages())
        assert count == bag.info.message_count
        return count


@pytest.mark.parametrize(('storage', 'compression'), KINDS)
def test_cut_anywhere_it_yields_more_the_more_there_is(
    build: Build, storage_file: Find, tmp_path: Path, storage: str, compression: str
) -> None:
    whole = storage_file(build(storage=storage, compression=compression))
    content = whole.read_bytes()
    cut = tmp_path / whole.name
    step = max(1, len(content) // 120)
    counts = []
    for length in [*range(0, len(content), step), len(content) - 1, len(content)]:
        cut.write_bytes(content[:length])
        counts.append(readable(cut))
    assert counts == sorted(counts)
    assert counts[0] == 0
    assert counts[-1] == 36
    if storage == 'mcap':
        assert counts[-2] == 36, 'only the last byte of the closing magic is missing'
    if compression == 'none':
        assert len(set(counts)) > 2, 'something between nothing and everything can be saved'


def test_the_notice_tells_how_far_and_how_much(build: Build, storage_file: Find) -> None:
    file = storage_file(build(count=41))
    content = file.read_bytes()
    end_of_data = content.index(b'trace 30')
    file.write_bytes(content[:end_of_data])
    with Bag.open(file) as bag:
        (notice,) = bag.info.notices
        assert bag.info.damaged
        # 31 images and 30 each of the others: the cut goes through trace 30.
        assert bag.info.message_count == 91
    assert notice.code == 'bag.cut'
    assert (
        f'{file} is cut off after 1.5 s: 91 messages on 3 topics can still be read' in notice.text
    )


def test_a_cut_chunk_of_a_compressed_file_gives_what_was_packed_before(
    tmp_path: Path, storage_file: Find
) -> None:
    file = storage_file(_long_bag(tmp_path / 'long', 'zstd'))
    content = file.read_bytes()
    file.write_bytes(content[: len(content) // 2])
    with Bag.open(file) as bag:
        # Zstandard packs blocks of 128 KiB, and a message here has 8 kB.
        assert 60 <= bag.info.message_count < 100
        assert [int(m.message.data[0]) for m in bag.messages()] == list(
            range(bag.info.message_count)
        )


def test_what_is_left_of_a_database_is_found_without_its_index(
    tmp_path: Path, storage_file: Find
) -> None:
    file = storage_file(_long_bag(tmp_path / 'long', 'none', storage='sqlite3'))
    content = file.read_bytes()
    file.write_bytes(content[: len(content) // 2])
    with Bag.open(file) as bag:
        assert 60 <= bag.info.message_count < 100
        assert 'is cut off after' in bag.info.notices[0].text
        assert [int(m.message.data[0]) for m in bag.messages()] == list(
            range(bag.info.message_count)
        )


def test_one_lost_part_of_a_split_bag_does_not_take_the_others(build: Build) -> None:
    first, second = build('first'), build('second')
    folder = first.parent / 'split'
    folder.mkdir()
    (folder / 'a_0.mcap').write_bytes((first / 'first_0.mcap').read_bytes())
    (folder / 'a_1.mcap').write_bytes(b'')
    (folder / 'a_10.mcap').write_bytes((second / 'second_0.mcap').read_bytes()[:40])
    with Bag.open(folder) as bag:
        assert bag.info.message_count == 36
        assert bag.info.damaged
        lost = [notice.text for notice in bag.info.notices if notice.code == 'bag.file-lost']
    assert 'a_1.mcap is empty' in lost[0]
    assert 'a_10.mcap is cut off' in lost[1]


def _long_bag(path: Path, compression: Any, *, storage: Any = 'mcap') -> Path:
    """About 1 MB of 128 arrays that do not compress."""
    generator = np.random.default_rng(5)
    with BagWriter(path, storage, compression=compression) as bag:
        topic = bag.add_topic('/noise', 'std_msgs/msg/UInt8MultiArray')
        layout = bag.message_type('std_msgs/msg/MultiArrayLayout')(dim=[], data_offset=0)
        kind = bag.message_type('std_msgs/msg/UInt8MultiArray')
        for number in range(128):
            data = generator.integers(0, 256, 8000, dtype=np.uint8)
            data[0] = number
            topic.write(10**9 + number * 10**7, kind(layout=layout, data=data))
    return path
