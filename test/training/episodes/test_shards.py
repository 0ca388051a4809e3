# SPDX-License-Identifier: Apache-2.0
"""Shards equal the bags bit for bit, and are complete or absent."""

import json
import os
import resource
import shutil
from collections import namedtuple
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from small_episode import DEAD, SAMPLES, VIEWS, write_small_episode

from training.episodes import shards
from training.episodes.index import Episode, load_index
from training.episodes.shards import Layout, decode_views, make_shards, open_shard
from training.student.image_batches import read_views
from wpt_core.types import InputError

LAYOUT = Layout.of(VIEWS)
ROWS = list(range(SAMPLES))


@pytest.fixture
def episode(tmp_path: Path) -> Episode:
    write_small_episode(tmp_path / 'drive')
    return load_index(tmp_path, VIEWS.names)[0]


def files(episode: Episode) -> dict[str, Path]:
    """By suffix, everything in the folders of shards."""
    found = episode.path.parent.glob('.shards-*/*')
    return {path.suffix: path for path in found}


def from_bag(episode: Episode) -> np.ndarray:
    return decode_views(episode, ROWS, LAYOUT, wanted=VIEWS.names)[0]


def test_a_shard_holds_the_pixels_of_the_bag(episode: Episode) -> None:
    wanted = ('front', 'back')
    before = read_views(episode, ROWS, VIEWS), read_views(episode, [2, 3], VIEWS, wanted=wanted)
    assert not files(episode)
    make_shards([episode], VIEWS)
    after = read_views(episode, ROWS, VIEWS), read_views(episode, [2, 3], VIEWS, wanted=wanted)
    for old, new in zip(before, after, strict=True):
        assert np.array_equal(old[0], new[0])
        assert np.array_equal(old[1], new[1])
    assert after[0][0].std() > 5.0
    assert after[1][1].sum() == 3


def test_reading_needs_no_bag_any_more(episode: Episode, monkeypatch: pytest.MonkeyPatch) -> None:
    make_shards([episode], VIEWS)
    monkeypatch.setattr(shards, 'Bag', None)
    assert read_views(episode, ROWS, VIEWS)[1].sum() == SAMPLES * 6 - 1


def test_a_missing_view_takes_no_space(episode: Episode) -> None:
    make_shards([episode], VIEWS)
    sample, name = DEAD
    images, valid = read_views(episode, ROWS, VIEWS)
    place = VIEWS.names.index(name)
    assert not valid[sample, place]
    assert not images[sample, place].any()
    state = files(episode)['.views'].stat()
    assert state.st_size == SAMPLES * 6 * LAYOUT.view_bytes
    assert state.st_blocks * 512 <= (SAMPLES * 6 - 1) * LAYOUT.view_bytes + 4096


def test_it_is_made_once_and_says_beforehand_what_it_takes(
    episode: Episode, capsys: pytest.CaptureFixture[str]
) -> None:
    make_shards([episode], VIEWS)
    assert 'decoding 1 of 1 episodes into shards, 0.00 GB of ' in capsys.readouterr().out
    made = files(episode)['.views'].stat().st_ino
    make_shards([episode], VIEWS)
    assert not capsys.readouterr().out
    assert files(episode)['.views'].stat().st_ino == made


def test_a_flipped_bit_is_found_and_the_shard_made_anew(episode: Episode) -> None:
    make_shards([episode], VIEWS)
    file = files(episode)['.views']
    content = bytearray(file.read_bytes())
    content[3 * 6 * LAYOUT.view_bytes + 100] ^= 1
    file.write_bytes(content)
    shard = open_shard(episode, LAYOUT, [0])
    assert shard is not None
    assert not shard.intact([3])
    assert np.array_equal(read_views(episode, ROWS, VIEWS)[0], from_bag(episode))
    assert file.read_bytes() != bytes(content)


@pytest.mark.parametrize('damage', ['no head', 'not JSON', 'list', 'short', 'schema', 'valid'])
def test_what_is_damaged_is_made_anew(episode: Episode, damage: str) -> None:
    make_shards([episode], VIEWS)
    found = files(episode)
    head = json.loads(found['.json'].read_text())
    match damage:
        case 'no head':
            found['.json'].unlink()
        case 'not JSON':
            found['.json'].write_text('{')
        case 'list':
            found['.json'].write_text('[]')
        case 'short':
            found['.views'].write_bytes(found['.views'].read_bytes()[:-1])
            shards._mapped.cache_clear()  # as in another process
        case 'schema':
            found['.json'].write_text(json.dumps(head | {'schema': 0}))
        case 'valid':
            found['.json'].write_text(json.dumps(head | {'valid': [[1]]}))
    assert open_shard(episode, LAYOUT, ROWS) is None
    make_shards([episode], VIEWS)
    shard = open_shard(episode, LAYOUT, ROWS)
    assert shard is not None
    assert np.array_equal(shard.views, from_bag(episode))


def test_an_outdated_shard_is_made_anew(episode: Episode) -> None:
    make_shards([episode], VIEWS)
    old = read_views(episode, ROWS, VIEWS)[0]
    shutil.rmtree(episode.path)
    write_small_episode(episode.path, seed=1)
    changed = load_index(episode.path.parent, VIEWS.names)[0]
    assert open_shard(changed, LAYOUT, ROWS) is None
    make_shards([changed], VIEWS)
    new = read_views(changed, ROWS, VIEWS)[0]
    assert np.array_equal(new, from_bag(changed))
    assert not np.array_equal(new, old)


def test_without_space_images_come_from_the_bags(
    episode: Episode, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    usage = namedtuple('usage', 'total used free')
    needed = (SAMPLES * 6 - 1) * LAYOUT.view_bytes
    monkeypatch.setattr(shutil, 'disk_usage', lambda _: usage(1, 1, needed))
    make_shards([episode], VIEWS)
    assert 'images are read from the bags' in capsys.readouterr().out
    assert not files(episode)
    assert np.array_equal(read_views(episode, ROWS, VIEWS)[0], from_bag(episode))
    monkeypatch.setattr(shutil, 'disk_usage', lambda _: usage(1, 1, 2 * needed))
    make_shards([episode], VIEWS)
    assert files(episode)


def test_what_a_killed_process_left_is_removed(episode: Episode) -> None:
    make_shards([episode], VIEWS)
    files(episode)['.json'].unlink()
    folder = files(episode)['.views'].parent
    old, fresh = folder / '.drive.1.part.views', folder / '.drive.2.part.views'
    for part in (old, fresh):
        part.touch()
    os.utime(old, (0.0, 0.0))
    make_shards([episode], VIEWS)
    assert not old.exists()
    assert fresh.exists()


@pytest.mark.slow
def test_many_shards_are_made_in_several_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(2):
        write_small_episode(tmp_path / f'drive_{number}', seed=number)
    found = load_index(tmp_path, VIEWS.names)
    monkeypatch.setattr(shards, '_WORTH_A_POOL', 1)
    make_shards(found, VIEWS)
    for one in found:
        shard = open_shard(one, LAYOUT, ROWS)
        assert shard is not None
        assert np.array_equal(shard.views, from_bag(one))


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """Writing more into a file fails, as on a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_disk_that_fills_up_leaves_no_half_shard(episode: Episode) -> None:
    with largest_file(10 * LAYOUT.view_bytes), pytest.raises(InputError, match='free disk space'):
        make_shards([episode], VIEWS)
    assert not files(episode)
    assert read_views(episode, ROWS, VIEWS)[1].any()
