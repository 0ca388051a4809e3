# SPDX-License-Identifier: Apache-2.0
"""Our reader of mcap beside the `mcap` package's: time for a whole file, messages of a cut one.

python -m benchmarks.cut_recordings [--runs 5]

The cut file is the first 60 % of the bytes, as after a power failure. `mcap` reads it with its
`NonSeekingReader`, because the index at the end is missing. Messages are not decoded.
"""

import argparse
import statistics
import struct
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from mcap.exceptions import McapError
from mcap.reader import NonSeekingReader, make_reader

from benchmarks.bags import LOADS, Load, messages_of
from wpt_core.bags import Bag, BagWriter

_KEPT = 0.6
Compression = Literal['none', 'zstd']
_COMPRESSIONS: tuple[Compression, ...] = ('none', 'zstd')


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--runs', type=int, default=5)
    runs = parser.parse_args().runs
    print('| messages | compression | whole: ours, ms | mcap, ms | cut: ours | mcap |')
    print('|---|---|---|---|---|---|')
    for load in LOADS:
        for compression in _COMPRESSIONS:
            with tempfile.TemporaryDirectory() as folder:
                print(_row(load, compression, Path(folder), runs))


def _row(load: Load, compression: Compression, folder: Path, runs: int) -> str:
    whole = _recorded(load, compression, folder / 'bag')
    cut = folder / 'cut.mcap'
    content = whole.read_bytes()
    cut.write_bytes(content[: int(_KEPT * len(content))])
    times_ms = [_median_ms(reader, whole, runs) for reader in (_ours, _theirs)]
    found = [reader(cut) for reader in (_ours, _theirs_cut)]
    cells = [load.name, compression, *(f'{ms:.0f}' for ms in times_ms), *map(str, found)]
    return f'| {" | ".join(cells)} |'


def _recorded(load: Load, compression: Compression, path: Path) -> Path:
    messages = messages_of(load)
    with BagWriter(path, 'mcap', compression=compression) as bag:
        topic = bag.add_topic('/topic', load.type_name)
        for number in range(load.count):
            topic.write(number * 10**7, messages[number % len(messages)])
    (file,) = path.glob('*.mcap')
    return file


def _ours(file: Path) -> int:
    with Bag.open(file) as bag:
        return sum(1 for _ in bag.raw_messages())


def _theirs(file: Path) -> int:
    with file.open('rb') as stream:
        return sum(1 for _ in make_reader(stream).iter_messages(log_time_order=False))


def _theirs_cut(file: Path) -> int:
    """Messages up to the error with which the reader ends."""
    count = 0
    with file.open('rb') as stream:
        try:
            for _ in NonSeekingReader(stream).iter_messages(log_time_order=False):
                count += 1
        except (McapError, EOFError, struct.error):
            pass
    return count


def _median_ms(read: Callable[[Path], int], file: Path, runs: int) -> float:
    taken_ms = []
    for _ in range(runs):
        begin_s = time.perf_counter()
        read(file)
        taken_ms.append(1e3 * (time.perf_counter() - begin_s))
    return statistics.median(taken_ms)


if __name__ == '__main__':
    main()
