# SPDX-License-Identifier: Apache-2.0
"""Shards: the decoded images of an episode in one memory-mapped file, made once.

`FOLDER/.shards-LAYOUT/NAME.views` is uint8 (T, N, H, W, 3) without a header, `NAME.json` beside
it describes it. A view without an image is a hole in the file and takes no space. Files are
replaced atomically, so several processes may write the same shard. Shards may be deleted.
"""

import json
import os
import shutil
import time
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache, partial
from math import prod
from pathlib import Path
from typing import Any
from zlib import crc32

import cv2
import numpy as np
from numpy.typing import NDArray

from training.episodes.episode import image_topic
from training.episodes.index import Episode, bag_state
from training.processes.pool import work
from wpt_core.bags import Bag
from wpt_core.files import replacing, write_atomic
from wpt_core.types import InputError, Rig

__all__ = ['Layout', 'Shard', 'decode_views', 'make_shards', 'open_shard']

SCHEMA = 1
_ROWS_AT_ONCE = 16
_WORTH_A_POOL = 100
"""Fewer shards are decoded in this process, because a pool takes longer to start."""
_LEFTOVER_S = 3600.0
_SHARE_OF_FREE = 0.8
"""Largest share of the free disk; checkpoints and features need space as well."""
_GB = 1e9


@dataclass(frozen=True, slots=True)
class Layout:
    """Order and size of the views in a shard."""

    names: tuple[str, ...]
    height_px: int
    width_px: int

    @classmethod
    def of(cls, views: Rig) -> 'Layout':
        """Return the layout for views of the size of the first one."""
        lens = views.cameras[0].intrinsics
        return cls(views.names, lens.height_px, lens.width_px)

    @property
    def view_bytes(self) -> int:
        """Size of one decoded view."""
        return self.height_px * self.width_px * 3

    def shape(self, samples: int) -> tuple[int, int, int, int, int]:
        """Return (T, N, H, W, 3)."""
        return samples, len(self.names), self.height_px, self.width_px, 3


@dataclass(frozen=True, eq=False, slots=True)
class Shard:
    """An open shard of T samples and N views."""

    views: NDArray[np.uint8]
    """(T, N, H, W, 3), memory-mapped; 0 where there is no image."""
    valid: NDArray[np.bool_]
    """(T, N): mask of the images."""
    checksums: NDArray[np.uint32]
    """(T,): CRC-32 of each sample."""
    checked: NDArray[np.bool_]
    """(T,): samples that this process has verified."""

    def intact(self, rows: Sequence[int]) -> bool:
        """Verify the checksums of these samples, once per process."""
        for row in rows:
            if not self.checked[row]:
                if crc32(self.views[row]) != self.checksums[row]:
                    return False
                self.checked[row] = True
        return True


def make_shards(episodes: Sequence[Episode], views: Rig) -> None:
    """Make missing and outdated shards, after printing how much disk space they take.

    Without enough space none is made, and images are read from the bags, which is slower.
    """
    layout = Layout.of(views)
    missing = [one for one in episodes if _opened(one, layout) is None]
    if not missing:
        return
    _remove_leftovers(missing, layout)
    if not _enough_space(missing, layout, total=len(episodes)):
        return
    # Processes that start together begin with different episodes and share the work.
    start = os.getpid() % len(missing)
    jobs = missing[start:] + missing[:start]
    processes = (os.cpu_count() or 1) if len(jobs) > _WORTH_A_POOL else 1
    for _ in work(partial(_make, layout=layout), jobs, processes=processes, title='shards'):
        pass


def open_shard(episode: Episode, layout: Layout, rows: Sequence[int]) -> Shard | None:
    """Return the shard, None if there is none; a shard with damaged samples is made again."""
    shard = _opened(episode, layout)
    if shard is None or shard.intact(rows):
        return shard
    _write(episode, layout)
    _mapped.cache_clear()
    return _opened(episode, layout)


def decode_views(
    episode: Episode, rows: Sequence[int], layout: Layout, *, wanted: Collection[str]
) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """Decode images (R, N, H, W, 3) from the bag, black if missing, and a mask (R, N)."""
    images = np.zeros(layout.shape(len(rows)), np.uint8)
    valid = np.zeros(images.shape[:2], np.bool_)
    places = {image_topic(n): place for place, n in enumerate(layout.names) if n in wanted}
    with Bag.open(episode.path) as bag:
        topics = [topic.name for topic in bag.info.topics if topic.name in places]
        for index, row in enumerate(rows):
            stamp_ns = int(episode.stamps_ns[row])
            for message in bag.raw_messages(topics, start_ns=stamp_ns, stop_ns=stamp_ns + 1):
                place = places[message.topic]
                valid[index, place] = _decode(message.data, images[index, place])
    return images, valid


def _decode(data: bytes, into: NDArray[np.uint8]) -> bool:
    """Decode a CompressedImage; return False if damaged or of another size."""
    start = data.find(b'\xff\xd8\xff')
    if start < 0:
        return False
    content = np.frombuffer(data, np.uint8, offset=start)
    image = cv2.imdecode(content, cv2.IMREAD_COLOR)
    if image is None or image.shape != into.shape:
        return False
    cv2.cvtColor(image, cv2.COLOR_BGR2RGB, dst=into)
    return True


def _remove_leftovers(episodes: Sequence[Episode], layout: Layout) -> None:
    """Delete temporary files of killed processes; writing a shard takes seconds."""
    for folder in {_file(one, layout).parent for one in episodes}:
        for part in folder.glob('.*.part.*'):
            with suppress(FileNotFoundError):
                if time.time() - part.stat().st_mtime > _LEFTOVER_S:
                    part.unlink()


def _enough_space(missing: Sequence[Episode], layout: Layout, *, total: int) -> bool:
    """Print how much disk the shards take; return False if there is not enough."""
    folders = sorted({str(one.path.parent) for one in missing})
    needed = sum(int(one.valid.sum()) for one in missing) * layout.view_bytes
    free = shutil.disk_usage(folders[0]).free
    where = ', '.join(folders)
    if needed > _SHARE_OF_FREE * free:
        print(
            f'{where}: the shards (decoded images) of {len(missing)} episodes would take '
            f'{needed / _GB:.2f} GB of {free / _GB:.2f} GB free; images are read from the bags, '
            'which is slower. Free disk space, or use fewer of them with --episodes.'
        )
        return False
    print(
        f'{where}: decoding {len(missing)} of {total} episodes into shards, '
        f'{needed / _GB:.2f} GB of {free / _GB:.2f} GB free.'
    )
    return True


def _make(episode: Episode, *, layout: Layout) -> None:
    """Write a shard unless another process has written it meanwhile."""
    if _opened(episode, layout) is None:
        _write(episode, layout)


def _write(episode: Episode, layout: Layout) -> None:
    """Write the data first and the header last."""
    head, file = _head(episode, layout), _file(episode, layout)
    try:
        file.parent.mkdir(exist_ok=True)
        with replacing(file) as aside:
            head |= _write_views(aside, episode, layout)
        write_atomic(_head_file(file), json.dumps(head))
    except OSError as error:
        raise InputError(
            f'{file}: cannot be written ({error.strerror or error}); free disk space, or '
            'make the folder writable.'
        ) from error


def _write_views(aside: Path, episode: Episode, layout: Layout) -> dict[str, Any]:
    """Write with `write`: on a full disk it raises, where a memory map crashes."""
    samples = len(episode.stamps_ns)
    valid, checksums = np.zeros((samples, len(layout.names)), np.bool_), []
    with aside.open('wb') as out:
        for start in range(0, samples, _ROWS_AT_ONCE):
            rows = range(start, min(start + _ROWS_AT_ONCE, samples))
            images, valid[rows.start : rows.stop] = decode_views(
                episode, rows, layout, wanted=layout.names
            )
            checksums += [crc32(image) for image in images]
            for row, place in np.argwhere(valid[rows.start : rows.stop]):
                view = (start + int(row)) * len(layout.names) + int(place)
                out.seek(view * layout.view_bytes)
                out.write(images[row, place].data)
        out.truncate(prod(layout.shape(samples)))
    return {'valid': valid.astype(int).tolist(), 'crc32': checksums}


def _file(episode: Episode, layout: Layout) -> Path:
    mark = crc32(','.join(layout.names).encode())
    size = f'{len(layout.names)}x{layout.height_px}x{layout.width_px}'
    folder = episode.path.parent / f'.shards-{size}-{mark:08x}'
    return folder / f'{episode.path.name}.views'


def _head_file(file: Path) -> Path:
    return file.with_name(f'{file.name.removesuffix(".views")}.json')


def _head(episode: Episode, layout: Layout) -> dict[str, Any]:
    """Return the header of a usable shard."""
    return {
        'schema': SCHEMA,
        'views': list(layout.names),
        'shape': list(layout.shape(len(episode.stamps_ns))),
        'dtype': 'uint8',
        'source': list(bag_state(episode.path)),
    }


def _opened(episode: Episode, layout: Layout) -> Shard | None:
    """Return the shard; None if it is missing or outdated."""
    file = _file(episode, layout)
    try:
        state = _head_file(file).stat()
    except OSError:
        return None
    wanted = json.dumps(_head(episode, layout))
    return _mapped(file, wanted, (state.st_mtime_ns, state.st_ino))


@lru_cache(maxsize=4096)
def _mapped(file: Path, wanted: str, _state: tuple[int, int]) -> Shard | None:
    """Map a shard; `_state` of its header makes the cache notice a new one."""
    try:
        head = json.loads(_head_file(file).read_text(encoding='utf-8'))
        valid, checksums = head.pop('valid'), head.pop('crc32')
        if head != json.loads(wanted) or file.stat().st_size != prod(head['shape']):
            return None
        shape = tuple(head['shape'])
        found = np.array(valid, np.bool_), np.array(checksums, np.uint32)
        if found[0].shape != shape[:2] or found[1].shape != shape[:1]:
            return None
        views = np.memmap(file, np.uint8, 'r', shape=shape)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError):
        return None
    return Shard(views.view(np.ndarray), *found, np.zeros(shape[0], np.bool_))
