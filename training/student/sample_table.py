# SPDX-License-Identifier: Apache-2.0
"""Labels of many episodes in one table of tensors, and windows of samples drawn from it."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from training.episodes.index import Episode
from training.student.losses import Target
from wpt_core.model import units
from wpt_core.types import Command

__all__ = ['SampleTable', 'Windows']

_LEAST_SCALE = np.array([0.02, 0.02, 0.05, 0.05, 0.004, 0.004], np.float32)


class SampleTable:
    """M samples of all episodes in order; `flat` indices count through all of them."""

    def __init__(self, episodes: Sequence[Episode]) -> None:
        lengths = [len(episode.stamps_ns) for episode in episodes]
        self.starts = np.concatenate([[0], np.cumsum(lengths)])
        """(E + 1,): first sample of each episode."""

        def row(name: str) -> NDArray[np.float32]:
            return np.concatenate([getattr(episode, name) for episode in episodes])

        self.alive = torch.from_numpy(np.concatenate([episode.valid for episode in episodes]))
        self.known = torch.from_numpy(row('known'))
        self._plans, self._actions = (
            torch.from_numpy(row('plans')),
            torch.from_numpy(row('actions')),
        )
        self._lanes, self._speeds = (
            torch.from_numpy(row('lanes')),
            torch.from_numpy(row('speeds_mps')),
        )
        self._conditions = torch.from_numpy(_conditions(episodes))

    def __len__(self) -> int:
        return int(self.starts[-1])

    @property
    def labelled(self) -> bool:
        """Whether any sample has a label."""
        return bool((self.known > 0).any())

    def flat(self, episodes: Tensor, rows: Tensor) -> Tensor:
        """Return the flat indices of rows of episodes."""
        return torch.from_numpy(self.starts[episodes.numpy()]) + rows

    def target(self, flat: Tensor, speed_factor: Tensor | float = 1.0) -> Target:
        """Return the targets of samples (...), with speeds multiplied by a factor (...)."""
        return Target(
            plans=self._plans[flat],
            known=self.known[flat],
            actions=self._actions[flat],
            speeds_mps=self._speeds[flat] * speed_factor,
            lanes=self._lanes[flat],
        )

    def conditions(self, flat: Tensor, speed_factor: Tensor | float = 1.0) -> Tensor:
        """Return the conditions (..., C) of samples (...)."""
        conditions = self._conditions[flat].clone()
        conditions[..., 0] *= speed_factor
        return conditions

    def plan_scales(self) -> NDArray[np.float32]:
        """Return (33, 6): mean distance of plans from driving straight on, over known points."""
        plans, known = self._plans.numpy(), self.known.numpy()
        away = np.abs(plans - units.constant_velocity(self._speeds.numpy()))
        counted = np.arange(plans.shape[1]) < known[:, None]
        mean = (away * counted[..., None]).sum(axis=0) / np.maximum(counted.sum(axis=0), 1)[
            :, None
        ]
        # A scale may not fall below that of the point before, which more plans reach.
        return np.maximum.accumulate(np.maximum(mean, _LEAST_SCALE), axis=0).astype(np.float32)


def _conditions(episodes: Sequence[Episode]) -> NDArray[np.float32]:
    return np.stack(
        [
            units.conditions(float(speed), Command(int(command)), episode.about.actuator_delay_s)
            for episode in episodes
            for speed, command in zip(episode.speeds_mps, episode.commands, strict=True)
        ]
    )


class Windows:
    """Draws batches of histories that end at a labelled sample."""

    def __init__(
        self, table: SampleTable, history: int, *, size: int, weights: NDArray[np.float64] | None
    ) -> None:
        self._size, self._history = size, history
        known = table.known.numpy()
        self._ends = np.flatnonzero(known > 0)
        episode = np.searchsorted(table.starts, self._ends, side='right') - 1
        self._begins = table.starts[episode]
        each = np.ones(len(self._ends)) if weights is None else weights[episode]
        self._cumulative = np.cumsum(each) / each.sum()

    def sample(self, generator: np.random.Generator) -> tuple[Tensor, Tensor]:
        """Return flat indices (B, T), newest last, and the mask of those within the drive."""
        which = np.searchsorted(self._cumulative, generator.random(self._size), side='right')
        which = np.minimum(which, len(self._ends) - 1)
        back = np.arange(self._history - 1, -1, -1)
        rows = self._ends[which, None] - back
        begins = self._begins[which, None]
        return torch.from_numpy(np.maximum(rows, begins)), torch.from_numpy(rows >= begins)
