# SPDX-License-Identifier: Apache-2.0
"""How fast are the images of episodes read, from bags and from shards? Samples/s, median of runs.

python benchmarks/episode_reading.py [--data FOLDER] [--runs 5] [--batches 20]

A sample is six views of 128x256. Every way reads the same samples: 16 episodes drawn at random a
batch, four samples of each, as a training does. Without a folder of episodes two are recorded in
the proving ground and copied. Files are mostly in the page cache; `processor` counts the time of
one core, which a busy machine changes least, `clock` what went by.

`packed JPEG` is what shards could hold instead of pixels: the bytes of the images one after the
other in a mapped file, decoded at every read.
"""

import argparse
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np

from training.episodes.episode import image_topic
from training.episodes.index import Episode, load_index
from training.episodes.shards import Layout, decode_views, make_shards, open_shard
from training.on_policy.recording import EpisodeJob, Style, record_episode
from wpt_core.bags import Bag
from wpt_core.sensing import surround_rig

VIEWS = surround_rig()
LAYOUT = Layout.of(VIEWS)
EPISODES_A_BATCH, SAMPLES_AN_EPISODE = 16, 4
COPIES = 8

Read = Callable[[Episode, Sequence[int]], np.ndarray]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--data', type=Path, default=None, help='a folder of episodes')
    parser.add_argument('--runs', type=int, default=5)
    parser.add_argument('--batches', type=int, default=20)
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory() as folder:
        data = arguments.data or _recorded(Path(folder))
        episodes = load_index(data, VIEWS.names)
        packed = [
            _Packed(episode, Path(folder) / f'{n}.jpegs') for n, episode in enumerate(episodes)
        ]
        by_episode = dict(zip(map(id, episodes), packed, strict=True))
        ways: dict[str, Read] = {
            'bag': lambda episode, rows: decode_views(episode, rows, LAYOUT, wanted=VIEWS.names)[
                0
            ],
            'packed JPEG': lambda episode, rows: by_episode[id(episode)].read(rows),
            'shard': _from_shard,
        }
        make_shards(episodes, VIEWS)
        _compare(ways, episodes, arguments.runs, arguments.batches)
        _sizes(episodes, packed)


def _compare(ways: dict[str, Read], episodes: list[Episode], runs: int, batches: int) -> None:
    for episode in episodes:
        whole = range(len(episode.stamps_ns))
        images = [read(episode, whole) for read in ways.values()]
        if not all(np.array_equal(images[0], other) for other in images[1:]):
            raise SystemExit(f'{episode.path}: the ways read different pixels')
    rates = {
        name: [_rate(read, episodes, run, batches) for run in range(runs)]
        for name, read in ways.items()
    }
    print(f'{"samples/s":14}{"processor":>12}{"clock":>10}{"times bag":>12}')
    base = statistics.median(rate for rate, _ in rates['bag'])
    for name, found in rates.items():
        processor, clock = (statistics.median(column) for column in zip(*found, strict=True))
        print(f'{name:14}{processor:12.0f}{clock:10.0f}{processor / base:12.1f}')


def _rate(read: Read, episodes: list[Episode], seed: int, batches: int) -> tuple[float, float]:
    """Samples a second of processor time and of the clock."""
    picks = list(_picks(episodes, seed, batches))
    processor, clock = time.process_time(), time.perf_counter()
    for episode, rows in picks:
        read(episode, rows)
    count = sum(len(rows) for _, rows in picks)
    return count / (time.process_time() - processor), count / (time.perf_counter() - clock)


def _picks(
    episodes: list[Episode], seed: int, batches: int
) -> Iterator[tuple[Episode, list[int]]]:
    generator = np.random.default_rng(seed)
    for number in generator.integers(len(episodes), size=batches * EPISODES_A_BATCH).tolist():
        count = len(episodes[number].stamps_ns)
        rows = np.sort(generator.integers(count, size=SAMPLES_AN_EPISODE))
        yield episodes[number], rows.tolist()


def _from_shard(episode: Episode, rows: Sequence[int]) -> np.ndarray:
    shard = open_shard(episode, LAYOUT, rows)
    if shard is None:
        raise SystemExit(f'{episode.path} has no shard')
    return shard.views[np.asarray(rows)]


class _Packed:
    """The JPEGs of one episode in one mapped file, with a table of where each begins."""

    def __init__(self, episode: Episode, file: Path) -> None:
        samples, views = len(episode.stamps_ns), len(VIEWS.names)
        found: dict[tuple[int, int], bytes] = {}
        topics = {image_topic(name): place for place, name in enumerate(VIEWS.names)}
        with Bag.open(episode.path) as bag:
            there = [topic.name for topic in bag.info.topics if topic.name in topics]
            for topic, stamp_ns, _, data in bag.raw_messages(there):
                row = int(np.searchsorted(episode.stamps_ns, stamp_ns))
                found[row, topics[topic]] = data[data.find(b'\xff\xd8\xff') :]
        parts = [found.get((row, place), b'') for row in range(samples) for place in range(views)]
        file.write_bytes(b''.join(parts))
        self.ends = np.concatenate([[0], np.cumsum([len(part) for part in parts])])
        self.bytes = np.memmap(file, np.uint8, 'r')

    def read(self, rows: Sequence[int]) -> np.ndarray:
        images = np.zeros(LAYOUT.shape(len(rows)), np.uint8)
        for index, row in enumerate(rows):
            for place in range(len(VIEWS.names)):
                number = row * len(VIEWS.names) + place
                content = self.bytes[self.ends[number] : self.ends[number + 1]]
                if len(content):
                    image = cv2.imdecode(content, cv2.IMREAD_COLOR)
                    cv2.cvtColor(image, cv2.COLOR_BGR2RGB, dst=images[index, place])
        return images


def _sizes(episodes: list[Episode], packed: list[_Packed]) -> None:
    samples = sum(len(episode.stamps_ns) for episode in episodes)
    bags = sum(file.stat().st_size for one in episodes for file in one.path.iterdir())
    pixels = sum(int(one.valid.sum()) for one in episodes) * LAYOUT.view_bytes
    jpegs = sum(len(one.bytes) for one in packed)
    print(f'{"kB a sample":14}{"bag":>12}{"packed JPEG":>14}{"shard":>10}')
    print(f'{"":14}{bags / samples / 1e3:12.0f}{jpegs / samples / 1e3:14.0f}', end='')
    print(f'{pixels / samples / 1e3:10.0f}')


def _recorded(folder: Path) -> Path:
    """Two drives of the proving ground, and copies of them."""
    data = folder / 'episodes'
    jobs = [
        EpisodeJob(100_003, Style.CLEAN, data / 'clean'),
        EpisodeJob(5, Style.PERTURBED, data / 'perturbed'),
    ]
    for job in jobs:
        record_episode(job)
        for number in range(COPIES - 1):
            shutil.copytree(job.path, data / f'{job.path.name}_{number}')
    return data


if __name__ == '__main__':
    main()
