# SPDX-License-Identifier: Apache-2.0
"""How fast are recordings written and read? Median of several runs, in MB/s and messages/s.

python benchmarks/bags.py [--runs 5] [--folder DIR]

The folder decides whether this measures the disk: files are read again right after they were
written, so mostly out of the page cache. The last column is rosbags' own reader, decoding.
"""

import argparse
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rosbags.highlevel import AnyReader
from rosbags.typesys import Stores, get_typestore

from wpt_core.bags import Bag, BagWriter

IMAGE = 'sensor_msgs/msg/Image'
JPEG = 'sensor_msgs/msg/CompressedImage'
NUMBER = 'std_msgs/msg/Float64'


@dataclass(frozen=True)
class Load:
    """What is recorded: so many messages of one type and size."""

    name: str
    type_name: str
    count: int
    size_bytes: int


LOADS = (
    Load('1280x720 rgb8', IMAGE, 100, 1280 * 720 * 3),
    Load('60 kB jpeg', JPEG, 2000, 60_000),
    Load('one number', NUMBER, 20_000, 8),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--runs', type=int, default=5)
    parser.add_argument('--folder', type=Path, default=None, help='where the bags are written')
    arguments = parser.parse_args()
    print(f'median of {arguments.runs} runs, MB/s (messages/s)')
    heads = ('load', 'storage', 'write', 'open', 'open --verify', 'read raw', 'read', 'rosbags')
    print(''.join(f'{head:>22}' for head in heads))
    for load in LOADS:
        for storage, compression in (('mcap', 'none'), ('mcap', 'zstd'), ('sqlite3', 'none')):
            with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
                path = Path(folder) / 'bag'
                row = _measure(load, path, storage, compression, arguments.runs)
            name = storage if compression == 'none' else f'{storage} {compression}'
            print(f'{load.name:>22}{name:>22}' + ''.join(f'{cell:>22}' for cell in row))


def _measure(load: Load, path: Path, storage: Any, compression: Any, runs: int) -> list[str]:
    messages = messages_of(load)

    def write() -> None:
        shutil.rmtree(path, ignore_errors=True)
        with BagWriter(path, storage, compression=compression) as bag:
            topic = bag.add_topic('/topic', load.type_name)
            for number in range(load.count):
                topic.write(number * 10**7, messages[number % len(messages)])

    def opened(verify: bool) -> None:
        Bag.open(path, verify=verify).close()

    def read(raw: bool) -> None:
        with Bag.open(path) as bag:
            count = sum(1 for _ in (bag.raw_messages() if raw else bag.messages()))
        assert count == load.count

    def rosbags() -> None:
        with AnyReader([path]) as reader:
            for connection, _, data in reader.messages():
                reader.deserialize(data, connection.msgtype)

    steps: tuple[Callable[[], None], ...] = (
        write,
        lambda: opened(verify=False),
        lambda: opened(verify=True),
        lambda: read(raw=True),
        lambda: read(raw=False),
        rosbags,
    )
    return [_rate(load, _median_s(step, runs)) for step in steps]


def messages_of(load: Load) -> list[Any]:
    """A few different ones: the same one over and over would compress to nothing."""
    generator = np.random.default_rng(0)
    return [_message(load, generator) for _ in range(32)]


def _message(load: Load, generator: np.random.Generator) -> Any:
    types = get_typestore(Stores.ROS2_JAZZY).types
    if load.type_name == NUMBER:
        return types[NUMBER](data=float(generator.random()))
    stamp = types['builtin_interfaces/msg/Time'](sec=1, nanosec=2)
    header = types['std_msgs/msg/Header'](stamp=stamp, frame_id='front')
    if load.type_name == JPEG:
        noise = generator.integers(0, 256, load.size_bytes, dtype=np.uint8)
        return types[JPEG](header=header, format='jpeg', data=noise)
    # Sixteen grey levels, so that compression has something to do, as in a picture.
    pixels = generator.integers(0, 16, load.size_bytes, dtype=np.uint8)
    return types[IMAGE](
        header=header,
        height=720,
        width=1280,
        encoding='rgb8',
        is_bigendian=0,
        step=3840,
        data=pixels,
    )


def _median_s(step: Callable[[], None], runs: int) -> float:
    taken_s = []
    for _ in range(runs):
        begin_s = time.perf_counter()
        step()
        taken_s.append(time.perf_counter() - begin_s)
    return statistics.median(taken_s)


def _rate(load: Load, taken_s: float) -> str:
    megabytes_per_s = load.count * load.size_bytes / 1e6 / taken_s
    return f'{megabytes_per_s:.0f} ({load.count / taken_s:.0f})'


if __name__ == '__main__':
    main()
