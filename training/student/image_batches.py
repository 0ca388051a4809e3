# SPDX-License-Identifier: Apache-2.0
"""Batches of views, read from shards in processes beside the trainer.

A batch depends on the seed and its number only, so a resumed training continues with the batch
that follows the last one. It takes several samples from each of many episodes.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from training.episodes.index import Episode
from training.episodes.shards import Layout, decode_views, make_shards, open_shard
from training.processes.signals import ignore_signals
from training.student.lane_mask import CELL_PX, lane_mask
from training.student.mirror import partners
from wpt_core.types import Rig

__all__ = ['Augmentation', 'ImageBatch', 'Samples', 'batches', 'read_views']

_SAMPLES_AN_EPISODE = 4


@dataclass(frozen=True)
class Augmentation:
    """What is done to pictures in training, alike for all views of a set."""

    gain: float = 0.35
    """Brightness is multiplied by up to 1 ± this, in the logarithm."""
    contrast: float = 0.2
    drop_view: float = 0.3
    """Chance of each view to be missing."""
    drop_front: float = 0.12
    border: float = 0.15
    """Chance of a view to be black along its sides, as where a camera is narrower than a view."""
    speed: float = 0.02
    """Relative standard deviation of what the speedometer says."""
    mirror: float = 0.5
    """Chance of a set to be shown in a mirror, with all that is to be learnt from it."""


@dataclass(frozen=True, eq=False, slots=True)
class ImageBatch:
    """B sets of N views."""

    views: Tensor
    """(B, N, H, W, 3) uint8."""
    alive: Tensor
    """(B, N) bool."""
    episodes: Tensor
    """(B,): which episode."""
    rows: Tensor
    """(B,): which of its samples."""
    masks: Tensor
    """(B, h, w): where the lane lies in the first view; 0 everywhere where that is not known."""
    mirrored: Tensor
    """(B,) bool: whether pictures and mask are those of the mirrored world."""


@dataclass(frozen=True, eq=False, slots=True)
class Samples:
    """The samples of a list of episodes that may be learned from."""

    episodes: Sequence[Episode]
    usable: tuple[NDArray[np.int64], ...]
    """Rows of each episode that have a label."""

    @classmethod
    def labelled(cls, episodes: Sequence[Episode]) -> 'Samples':
        """Those for which at least two seconds of a plan are known."""
        return cls(episodes, tuple(np.flatnonzero(episode.known > 0) for episode in episodes))

    @property
    def count(self) -> int:
        return sum(map(len, self.usable))


def batches(
    samples: Samples,
    views: Rig,
    *,
    size: int,
    first: int,
    end: int,
    seed: int,
    augmentation: Augmentation | None,
    workers: int = 1,
    ahead_until: int = 0,
) -> Iterator[ImageBatch]:
    """Batches `first` to `end` (not included) of the endless sequence that the seed fixes.

    Shards that are missing are made first. Before number `ahead_until` only the first view is
    there, the one that looks ahead.
    """
    make_shards(samples.episodes, views)
    dataset = _Batches(samples, views, size, first, end, seed, augmentation, ahead_until)
    loader = DataLoader(
        dataset,
        batch_size=None,
        num_workers=workers,
        prefetch_factor=4 if workers else None,
        multiprocessing_context='fork' if workers else None,
        worker_init_fn=ignore_signals,
        # Its own: starting to read must not draw from the generator that the training draws from,
        # or a training that goes on would not be the one that was interrupted.
        generator=torch.Generator(),
    )
    for parts in loader:
        yield ImageBatch(*parts)


def read_views(
    episode: Episode, rows: Sequence[int], views: Rig, *, wanted: Collection[str] | None = None
) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """Images of samples (R, N, H, W, 3), black where there is none, and (R, N) valid.

    From the episode's shard where there is one, else from its bag. Views that are not `wanted`
    (by default all are) count as missing.
    """
    layout = Layout.of(views)
    names = layout.names if wanted is None else wanted
    shard = open_shard(episode, layout, rows)
    if shard is None:
        return decode_views(episode, rows, layout, wanted=names)
    shown = np.array([name in names for name in layout.names])
    picked = np.asarray(rows)
    valid = shard.valid[picked] & shown
    if shown.all():
        return shard.views[picked], valid
    images = np.zeros(layout.shape(len(picked)), np.uint8)
    for index, place in np.argwhere(valid):
        images[index, place] = shard.views[picked[index], place]
    return images, valid


class _Batches(Dataset[tuple[Tensor, ...]]):
    def __init__(
        self,
        samples: Samples,
        views: Rig,
        size: int,
        first: int,
        end: int,
        seed: int,
        augmentation: Augmentation | None,
        ahead_until: int,
    ) -> None:
        self._samples, self._views, self._ahead_until = samples, views, ahead_until
        self._size, self._first, self._end, self._seed = size, first, end, seed
        self._augmentation = augmentation
        self._partners = partners(views)
        counts = np.array([len(rows) for rows in samples.usable], np.float64)
        self._chances = counts / counts.sum()

    def __len__(self) -> int:
        return self._end - self._first

    def __getitem__(self, place: int) -> tuple[Tensor, ...]:
        cv2.setNumThreads(0)
        generator = np.random.default_rng((self._seed, self._first + place))
        count = -(-self._size // _SAMPLES_AN_EPISODE)
        chosen = generator.choice(len(self._chances), count, p=self._chances)
        ahead_only = self._first + place < self._ahead_until
        wanted = self._views.names[:1] if ahead_only else self._views.names
        pictures, alive, numbers, rows, masks = [], [], [], [], []
        for number in chosen.tolist():
            usable = self._samples.usable[number]
            picked = np.sort(generator.choice(usable, _SAMPLES_AN_EPISODE))
            episode = self._samples.episodes[number]
            shown, lives = read_views(episode, picked.tolist(), self._views, wanted=wanted)
            pictures.append(shown)
            alive.append(lives)
            masks += [self._mask(number, row) for row in picked.tolist()]
            numbers += [number] * len(picked)
            rows += picked.tolist()
        views, living = np.concatenate(pictures)[: self._size], np.concatenate(alive)[: self._size]
        lanes, mirrored = np.stack(masks[: self._size]), np.zeros(len(views), np.bool_)
        if self._augmentation is not None:
            views = _relit(views, self._augmentation, generator)
            _blacken_borders(views, self._augmentation, generator)
            living = living if ahead_only else drop(living, self._augmentation, generator)
            mirrored = generator.random(len(views)) < self._augmentation.mirror
            self._mirror(views, living, lanes, mirrored)
        return (
            torch.from_numpy(views),
            torch.from_numpy(living),
            torch.tensor(numbers[: self._size]),
            torch.tensor(rows[: self._size]),
            torch.from_numpy(lanes),
            torch.from_numpy(mirrored),
        )

    def _mirror(
        self,
        views: NDArray[np.uint8],
        living: NDArray[np.bool_],
        lanes: NDArray[np.float32],
        mirrored: NDArray[np.bool_],
    ) -> None:
        """In place, those that are to be."""
        for index in np.flatnonzero(mirrored):
            views[index] = views[index, self._partners, :, ::-1]
            living[index] = living[index, self._partners]
            lanes[index] = lanes[index, :, ::-1]

    def _mask(self, number: int, row: int) -> NDArray[np.float32]:
        front = self._views.cameras[0]
        mask = lane_mask(self._samples.episodes[number].lanes[row], front)
        size = front.intrinsics.height_px // CELL_PX, front.intrinsics.width_px // CELL_PX
        return np.zeros(size, np.float32) if mask is None else mask


def _relit(
    views: NDArray[np.uint8], augmentation: Augmentation, generator: np.random.Generator
) -> NDArray[np.uint8]:
    """Each set brighter or darker, with more or less contrast, by a table of 256 values."""
    grey = np.arange(256, dtype=np.float32)
    for index in range(len(views)):
        gain = float(np.exp(generator.uniform(-1.0, 1.0) * np.log1p(augmentation.gain)))
        contrast = 1.0 + augmentation.contrast * float(generator.uniform(-1.0, 1.0))
        table = np.clip((grey - 110.0) * contrast * gain + 110.0 * gain, 0, 255).astype(np.uint8)
        flat = views[index].reshape(-1, views.shape[-2], 3)
        views[index] = cv2.LUT(flat, table).reshape(views[index].shape)
    return views


def _blacken_borders(
    views: NDArray[np.uint8], augmentation: Augmentation, generator: np.random.Generator
) -> None:
    """In place: up to 30 % of a side of some views."""
    height, width = views.shape[2:4]
    for index, place in np.argwhere(generator.random(views.shape[:2]) < augmentation.border):
        view = views[index, place]
        top, bottom, left, right = generator.uniform(0.0, 0.3, 4) * (generator.random(4) < 0.5)
        view[: round(top * height)] = 0
        view[height - round(bottom * height) :] = 0
        view[:, : round(left * width)] = 0
        view[:, width - round(right * width) :] = 0


def drop(
    alive: NDArray[np.bool_], augmentation: Augmentation, generator: np.random.Generator
) -> NDArray[np.bool_]:
    """Some views missing; one that lives always stays. The first view is the front."""
    chances = np.full(alive.shape, augmentation.drop_view)
    chances[:, 0] = augmentation.drop_front
    # In every fourth set nothing is missing: that is the ordinary case on the road.
    chances[generator.random(len(alive)) < 0.25] = 0.0
    left = alive & (generator.random(alive.shape) >= chances)
    return np.where(left.any(axis=1, keepdims=True), left, alive)
