# SPDX-License-Identifier: Apache-2.0
"""Batches of views, read from shards in worker processes.

A batch depends on the seed and its number only, so a resumed training continues with the next
batch. A batch has several samples of each of many episodes.
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
from training.student.mirror import partners
from wpt_core.geometry import project
from wpt_core.types import Camera, Rig

__all__ = ['Augmentation', 'ImageBatch', 'Samples', 'batches', 'read_views']

_SAMPLES_AN_EPISODE = 4
CELL_PX = 8
"""Side of a cell of the lane mask."""
_FINE = 4
"""Supersampling per axis of the drawn mask."""
_SHIFT = 4
_FAR_PX = 4000.0


@dataclass(frozen=True)
class Augmentation:
    """Image augmentation in training, equal for all views of a set."""

    gain: float = 0.35
    """Largest change of brightness: a factor of up to 1 + this, or its inverse."""
    contrast: float = 0.2
    """Largest relative change of contrast."""
    drop_view: float = 0.3
    """Probability that a view is missing."""
    drop_front: float = 0.12
    """The same for the front view."""
    border: float = 0.15
    """Probability of black borders, as where a camera is narrower than a view."""
    speed: float = 0.02
    """Relative standard deviation of the measured speed."""
    mirror: float = 0.5
    """Probability that a set is mirrored, together with its labels."""


@dataclass(frozen=True, eq=False, slots=True)
class ImageBatch:
    """B sets of N views."""

    views: Tensor
    """(B, N, H, W, 3) uint8."""
    alive: Tensor
    """(B, N) bool."""
    episodes: Tensor
    """(B,): index of the episode."""
    rows: Tensor
    """(B,): sample of the episode."""
    masks: Tensor
    """(B, h, w): lane mask of the first view; all 0 where the lane is unknown."""
    mirrored: Tensor
    """(B,) bool: whether views and mask are mirrored."""


@dataclass(frozen=True, eq=False, slots=True)
class Samples:
    """Labelled samples of a list of episodes."""

    episodes: Sequence[Episode]
    usable: tuple[NDArray[np.int64], ...]
    """Rows of each episode that have a label."""

    @classmethod
    def labelled(cls, episodes: Sequence[Episode]) -> 'Samples':
        """Select the samples with a known plan, of at least two seconds."""
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
    """Yield the batches `first` to `end` - 1 of the sequence that the seed determines.

    Missing shards are made first. Batches before number `ahead_until` have the front view only.
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
        # A generator of its own: otherwise starting the loader draws from the generator of the
        # training, and a resumed training differs from an uninterrupted one.
        generator=torch.Generator(),
    )
    for parts in loader:
        yield ImageBatch(*parts)


def read_views(
    episode: Episode, rows: Sequence[int], views: Rig, *, wanted: Collection[str] | None = None
) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """Return images (R, N, H, W, 3), black where there is none, and a mask (R, N) of those there.

    They come from the episode's shard if it exists, else from its bag. Views that are not in
    `wanted` (default: all) count as missing.
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
        images, valid, numbers, rows, masks = [], [], [], [], []
        for number in chosen.tolist():
            usable = self._samples.usable[number]
            picked = np.sort(generator.choice(usable, _SAMPLES_AN_EPISODE))
            episode = self._samples.episodes[number]
            found = read_views(episode, picked.tolist(), self._views, wanted=wanted)
            images.append(found[0])
            valid.append(found[1])
            masks += [self._mask(number, row) for row in picked.tolist()]
            numbers += [number] * len(picked)
            rows += picked.tolist()
        views, alive = np.concatenate(images)[: self._size], np.concatenate(valid)[: self._size]
        lanes, mirrored = np.stack(masks[: self._size]), np.zeros(len(views), np.bool_)
        if self._augmentation is not None:
            views = _relit(views, self._augmentation, generator)
            _blacken_borders(views, self._augmentation, generator)
            alive = alive if ahead_only else drop(alive, self._augmentation, generator)
            mirrored = generator.random(len(views)) < self._augmentation.mirror
            self._mirror(views, alive, lanes, mirrored)
        return (
            torch.from_numpy(views),
            torch.from_numpy(alive),
            torch.tensor(numbers[: self._size]),
            torch.tensor(rows[: self._size]),
            torch.from_numpy(lanes),
            torch.from_numpy(mirrored),
        )

    def _mirror(
        self,
        views: NDArray[np.uint8],
        alive: NDArray[np.bool_],
        lanes: NDArray[np.float32],
        mirrored: NDArray[np.bool_],
    ) -> None:
        """Mirror the marked sets in place."""
        for index in np.flatnonzero(mirrored):
            views[index] = views[index, self._partners, :, ::-1]
            alive[index] = alive[index, self._partners]
            lanes[index] = lanes[index, :, ::-1]

    def _mask(self, number: int, row: int) -> NDArray[np.float32]:
        front = self._views.cameras[0]
        mask = lane_mask(self._samples.episodes[number].lanes[row], front)
        size = front.intrinsics.height_px // CELL_PX, front.intrinsics.width_px // CELL_PX
        return np.zeros(size, np.float32) if mask is None else mask


def _relit(
    views: NDArray[np.uint8], augmentation: Augmentation, generator: np.random.Generator
) -> NDArray[np.uint8]:
    """Change brightness and contrast of each set, by a table of 256 values."""
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
    """Blacken up to 30 % at each side of some views, in place."""
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
    """Drop views at random; one of the views that are alive always remains."""
    chances = np.full(alive.shape, augmentation.drop_view)
    chances[:, 0] = augmentation.drop_front
    # Every fourth set is complete, as is usual on the road.
    chances[generator.random(len(alive)) < 0.25] = 0.0
    left = alive & (generator.random(alive.shape) >= chances)
    return np.where(left.any(axis=1, keepdims=True), left, alive)


def lane_mask(lane_m: NDArray[np.float32], camera: Camera) -> NDArray[np.float32] | None:
    """Return the share (h, w) of each cell that the lane (12, 2, 2) covers; None if unknown.

    The ground is assumed flat, as in the labels.
    """
    height, width = camera.intrinsics.height_px // CELL_PX, camera.intrinsics.width_px // CELL_PX
    outline = np.concatenate([lane_m[:, 0], lane_m[::-1, 1]])
    if not np.isfinite(outline).all():
        return None
    ground = np.column_stack([outline, np.zeros(len(outline))])
    pixels, _ = project(camera, ground)
    if not np.isfinite(pixels).all():
        return None
    # Pixel centres lie at whole numbers, in the view and in the finer mask.
    fine = (np.clip(pixels, -_FAR_PX, _FAR_PX) + 0.5) * (_FINE / CELL_PX) - 0.5
    canvas = np.zeros((height * _FINE, width * _FINE), np.uint8)
    corners = np.round(fine * 2**_SHIFT).astype(np.int32)
    cv2.fillPoly(canvas, [corners], 255, shift=_SHIFT)
    mask = cv2.resize(canvas, (width, height), interpolation=cv2.INTER_AREA)
    return mask.astype(np.float32) / 255.0
