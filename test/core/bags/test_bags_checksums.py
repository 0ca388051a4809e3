# SPDX-License-Identifier: Apache-2.0
"""Our recordings have checksums, so that every flipped bit is detected."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from wpt_core.bags import Bag, RawMessage
from wpt_core.types import BagError

Build = Callable[..., Path]
Find = Callable[[Path], Path]


def messages(file: Path) -> list[RawMessage] | None:
    """Return the messages of the verifying reader; None if it reports damage."""
    try:
        with Bag.open(file, verify=True) as bag:
            return None if bag.info.damaged else list(bag.raw_messages())
    except BagError:
        return None


def flips(size: int, count: int) -> list[tuple[int, int]]:
    """Offsets over the file, and all of its first and last bytes, each with a bit."""
    generator = np.random.default_rng(5)
    middle = generator.choice(size, count, replace=False).tolist()
    places = [*range(64), *range(size - 64, size), *middle]
    return [(place, int(generator.integers(8))) for place in places]


def spoiled(file: Path) -> Iterator[str]:
    """Flip bits of the file one after another; yield a description of each."""
    content = file.read_bytes()
    for place, bit in flips(len(content), 250):
        changed = bytearray(content)
        changed[place] ^= 1 << bit
        file.write_bytes(bytes(changed))
        yield f'bit {bit} of byte {place} of {len(content)}'


@pytest.mark.parametrize('compression', ['none', 'zstd'])
def test_every_flipped_bit_of_an_mcap_is_noticed(
    build: Build, storage_file: Find, compression: str
) -> None:
    file = storage_file(build(compression=compression))
    assert messages(file)
    for flipped in spoiled(file):
        assert messages(file) is None, flipped


@pytest.mark.parametrize('compression', ['none', 'zstd'])
def test_a_quick_reader_never_gets_another_message(
    build: Build, storage_file: Find, compression: str
) -> None:
    """The quick reader trusts the index and still checks each chunk."""
    file = storage_file(build(compression=compression))
    whole = messages(file)
    assert whole
    for flipped in spoiled(file):
        with suppress(BagError), Bag.open(file) as bag:
            for message in bag.raw_messages():
                assert message in whole, flipped


def test_the_reference_reader_agrees_with_the_checksums(build: Build, storage_file: Find) -> None:
    reader = pytest.importorskip('mcap.stream_reader')
    for compression in ('none', 'zstd'):
        file = storage_file(build(f'{compression}_drive', compression=compression))
        with file.open('rb') as stream:
            records = list(reader.StreamReader(stream, validate_crcs=True).records)
        ends = [record for record in records if type(record).__name__ in ('DataEnd', 'Footer')]
        assert ends[0].data_section_crc
        assert ends[1].summary_crc
