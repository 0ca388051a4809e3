# SPDX-License-Identifier: Apache-2.0
"""The labels of many episodes in one row of tensors, so that a batch is one look-up."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from training.episodes.index import Episode
from training.student.losses import Target
from wpt_core.model import units
from wpt_core.types import Command

__all__ = ['SampleTable']

_LEAST_SCALE = np.array([0.02, 0.02, 0.05, 0.05, 0.004, 0.004], np.float32)


class SampleTable:
    """M samples of all episodes, one after the other; `flat` numbers count through them."""

    def __init__(self, episodes: Sequence[Episode]) -> None:
        lengths = [len(episode.stamps_ns) for episode in episodes]
        self.starts = np.concatenate([[0], np.cumsum(lengths)])
        """(E + 1,): where each episode begins."""

        def row(name: str) -> NDArray[np.float32]:
            return np.concatenate([getattr(episode, name) for episode in episodes])

        self.alive = torch.from_numpy(np.concatenate([episode.seen for episode in episodes]))
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
        """Whether any moment has a label to learn from."""
        return bool((self.known > 0).any())

    def flat(self, episodes: Tensor, rows: Tensor) -> Tensor:
        """Numbers of samples, from which episode and which of its rows."""
        return torch.from_numpy(self.starts[episodes.numpy()]) + rows

    def target(self, flat: Tensor, speed_factor: Tensor | float = 1.0) -> Target:
        """What the teacher said of samples (...); the speedometer may be off by a factor (...)."""
        return Target(
            plans=self._plans[flat],
            known=self.known[flat],
            actions=self._actions[flat],
            speeds_mps=self._speeds[flat] * speed_factor,
            lanes=self._lanes[flat],
        )

    def conditions(self, flat: Tensor, speed_factor: Tensor | float = 1.0) -> Tensor:
        """(..., C) of samples (...)."""
        told = self._conditions[flat].clone()
        told[..., 0] *= speed_factor
        return told

    def plan_scales(self) -> NDArray[np.float32]:
        """(33, 6): how far plans lie from going straight on, over the known points."""
        plans, known = self._plans.numpy(), self.known.numpy()
        away = np.abs(plans - units.constant_velocity(self._speeds.numpy()))
        counted = np.arange(plans.shape[1]) < known[:, None]
        mean = (away * counted[..., None]).sum(axis=0) / np.maximum(counted.sum(axis=0), 1)[
            :, None
        ]
        # Where few drives reach, a scale may not fall below that of the point before.
        return np.maximum.accumulate(np.maximum(mean, _LEAST_SCALE), axis=0).astype(np.float32)


def _conditions(episodes: Sequence[Episode]) -> NDArray[np.float32]:
    return np.stack(
        [
            units.conditions(float(speed), Command(int(wish)), episode.about.actuator_delay_s)
            for episode in episodes
            for speed, wish in zip(episode.speeds_mps, episode.commands, strict=True)
        ]
    )
