# SPDX-License-Identifier: Apache-2.0
"""What the stages after the extractor learn from, and which episodes they are validated on."""

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

__all__ = ['FeatureSet', 'held_out_names', 'parted']

_SHARE = 20
_LEAST = 5
"""Of fewer episodes none is taken away."""


@dataclass(frozen=True, eq=False, slots=True)
class FeatureSet:
    """M samples: labels, and what a frozen extractor says of each view."""

    table: SampleTable
    tokens: Tensor
    """(M, N, token)."""

    @classmethod
    def of(
        cls, episodes: Sequence[Episode], student: Student, *, half: torch.dtype | None
    ) -> 'FeatureSet':
        """What this extractor says is worked out once and kept."""
        return cls(
            SampleTable(episodes), view_tokens(episodes, student, surround_rig(), half=half)
        )


def held_out_names(episodes: Sequence[Episode]) -> frozenset[str]:
    """Names of the episodes to validate on: those of the validation split.

    Where there are none, one in 20 is taken away, the same ones on every machine. InputError
    for an episode of the test split, which no training may read.
    """
    for one in episodes:
        if one.about.split == TEST:
            raise InputError(
                f'{one.path}: is of the test split, which no training reads; move it to a folder '
                'of its own.'
            )
    marked = [one.path.name for one in episodes if one.about.split == VALIDATION]
    if marked or len(episodes) < _LEAST:
        return frozenset(marked)
    names = sorted((one.path.name for one in episodes), key=lambda name: crc32(name.encode()))
    return frozenset(names[: max(1, len(names) // _SHARE)])


def parted(
    episodes: Sequence[Episode], held_out: Collection[str]
) -> tuple[list[Episode], list[Episode]]:
    """Those to learn from, and those to validate on."""
    kept = [one for one in episodes if one.path.name not in held_out]
    return kept, [one for one in episodes if one.path.name in held_out]
