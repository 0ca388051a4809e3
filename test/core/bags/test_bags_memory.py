# SPDX-License-Identifier: Apache-2.0
"""A small file takes less than 512 MiB, however it is made; measured in a process of its own."""

import bz2
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import lz4.frame
import pytest
import ros1_records as ros1

if sys.version_info >= (3, 14):
    from compression.zstd import compress
else:
    from backports.zstd import compress

import mcap_records_by_hand as mcap

pytestmark = pytest.mark.slow

MOST_BYTES = 2**29
READ = """
import resource, sys
from wpt_core.bags import Bag
from wpt_core.types import BagError

def used_bytes():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024

def address_bytes():
    return int(open('/proc/self/statm').read().split()[0]) * resource.getpagesize()

before = used_bytes()
most = address_bytes() + 2**29
resource.setrlimit(resource.RLIMIT_AS, (most, most))
count = 0
try:
    with Bag.open(sys.argv[1], verify=sys.argv[2] == 'verify') as bag:
        for message in bag.raw_messages():
            count += 1
        outcome = 'damaged' if bag.info.damaged else 'whole'
except BagError as error:
    outcome = 'refused'
print(outcome, count, used_bytes() - before)
"""


def read(file: Path, how: str = 'verify') -> tuple[str, int]:
    """What came of it; fails if it took more than MOST_BYTES, mapped or used."""
    done = subprocess.run(
        [sys.executable, '-c', READ, str(file), how], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    outcome, count, took_bytes = done.stdout.split()
    assert int(took_bytes) < MOST_BYTES
    return outcome, int(count)


def two_big() -> bytes:
    """Two messages that are as large as is accepted, each counted three times."""
    messages = [ros1.message(bytes(30_000_000)) for _ in range(2)]
    content = b''.join(messages)
    offsets = [0, len(messages[0])] * 3
    return ros1.bag(
        [ros1.chunk(bz2.compress(content), 'bz2', len(content), offsets)], [len(offsets)]
    )


def bomb(packed: bytes, kind: str) -> bytes:
    return ros1.bag([ros1.chunk(packed, kind, 100, [0])], [1])


def repeated() -> bytes:
    """Index records that count the same 3000 messages 3000 times."""
    content = b''.join(ros1.message(b'hi') for _ in range(3000))
    offsets = list(range(0, len(content), len(ros1.message(b'hi'))))
    whole = ros1.chunk(content, 'none', len(content), offsets)
    return ros1.bag([whole], [len(offsets)], repeats=3000)


def long_header() -> bytes:
    good = ros1.bag([ros1.chunk(ros1.message(b'hi'), 'none', 100, [0])], [1])
    return good[: len(ros1.MAGIC)] + b'\xff\xff\xff\x7f' + good[len(ros1.MAGIC) + 4 :]


BAGS: dict[str, tuple[Callable[[], bytes], str]] = {
    'bz2': (lambda: bomb(bz2.compress(bytes(5 * 10**8)), 'bz2'), 'refused'),
    'lz4': (lambda: bomb(lz4.frame.compress(bytes(5 * 10**8)), 'lz4'), 'refused'),
    'repeated': (repeated, 'refused'),
    'long header': (long_header, 'refused'),
    'two big': (two_big, 'whole'),
}


@pytest.mark.parametrize(('build', 'expected'), BAGS.values(), ids=BAGS)
def test_a_small_bag_of_ros_1(tmp_path: Path, build: Callable[[], bytes], expected: str) -> None:
    file = tmp_path / 'small.bag'
    file.write_bytes(build())
    assert read(file)[0] == expected


@pytest.mark.parametrize('how', ['verify', 'believe'])
def test_a_small_mcap_of_countless_messages(tmp_path: Path, how: str) -> None:
    """Each chunk unpacks to 2 million messages of no bytes."""
    content = mcap.message(b'') * 2_000_000
    many = mcap.chunk(compress(content), len(content), 'zstd')
    file = tmp_path / 'small.mcap'
    file.write_bytes(mcap.HEAD + mcap.STRING + many * 6 + mcap.FOOTER)
    assert file.stat().st_size < 500_000
    outcome, count = read(file, how)
    assert outcome == 'damaged'
    assert count >= 1_000_000


@pytest.mark.parametrize('topic', [b'', b'/a-b', b'/bad topic', b'relative'])
def test_a_topic_with_an_odd_name_is_read(tmp_path: Path, topic: bytes) -> None:
    content, file = ros1.message(b'hi'), tmp_path / 'odd.bag'
    file.write_bytes(ros1.bag([ros1.chunk(content, 'none', len(content), [0])], [1], topic=topic))
    assert read(file) == ('whole', 1)


def test_a_whole_bag_made_by_hand_is_read(tmp_path: Path) -> None:
    content = ros1.message(b'hi') + ros1.message(b'ho')
    for kind, pack in {'none': bytes, 'bz2': bz2.compress, 'lz4': lz4.frame.compress}.items():
        file = tmp_path / f'{kind}.bag'
        offsets = [0, len(ros1.message(b'hi'))]
        file.write_bytes(ros1.bag([ros1.chunk(pack(content), kind, len(content), offsets)], [2]))
        assert read(file) == ('whole', 2)
