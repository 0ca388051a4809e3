# SPDX-License-Identifier: Apache-2.0
"""Features for the stages after the extractor, and the split into training and validation."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from zlib import crc32

import torch
from torch import Tensor

from training.episodes.episode import TEST, VALIDATION
from training.episodes.index import Episode
from training.student.sample_table import SampleTable
from training.student.tokens import view_tokens
from wpt_core.model import Student
from wpt_core.sensing import surround_rig
from wpt_core.types import InputError

__all__ = ['FeatureSet', 'held_out_names', 'split_episodes']

_ONE_IN = 20
_LEAST = 5
"""Fewer episodes are not split."""


@dataclass(frozen=True, eq=False, slots=True)
class FeatureSet:
    """M samples: labels, and the tokens of a frozen extractor."""

    table: SampleTable
    tokens: Tensor
    """(M, N, token)."""

    @classmethod
    def of(
        cls, episodes: Sequence[Episode], student: Student, *, half: torch.dtype | None
    ) -> 'FeatureSet':
        """Load the tokens of these episodes, computed where they are missing."""
        return cls(
            SampleTable(episodes), view_tokens(episodes, student, surround_rig(), half=half)
        )


def held_out_names(episodes: Sequence[Episode]) -> frozenset[str]:
    """Return the names of the validation episodes.

    If no episode has the split `validation`, one in 20 is chosen, the same on every machine.
    Raise InputError for an episode of the test split.
    """
    for one in episodes:
        if one.about.split == TEST:
            raise InputError(
                f'{one.path}: the split test must not be read by a training; move the episode '
                'to another folder.'
            )
    marked = [one.path.name for one in episodes if one.about.split == VALIDATION]
    if marked or len(episodes) < _LEAST:
        return frozenset(marked)
    names = sorted((one.path.name for one in episodes), key=lambda name: crc32(name.encode()))
    return frozenset(names[: max(1, len(names) // _ONE_IN)])


def split_episodes(
    episodes: Sequence[Episode], held_out: Collection[str]
) -> tuple[list[Episode], list[Episode]]:
    """Return the episodes to learn from, and those to validate on."""
    kept = [one for one in episodes if one.path.name not in held_out]
    return kept, [one for one in episodes if one.path.name in held_out]
