# SPDX-License-Identifier: Apache-2.0
"""Where chance comes from: one number, and a stream of its own for every purpose."""

from enum import Enum
from zlib import crc32

import numpy as np

from wpt_core.types import InputError

__all__ = ['SEED_END', 'Split', 'check_seed', 'random_stream']

SEED_END = 2**31
"""Seeds run from 0 up to this, not included."""


class Split(Enum):
    """What a drive is for. The same seed gives different worlds, so the two never meet."""

    EVALUATION = 'evaluation'
    TRAINING = 'training'


def check_seed(seed: int) -> None:
    """InputError unless worlds can be drawn from this seed."""
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < SEED_END:
        raise InputError(f'seed must be a whole number from 0 to {SEED_END - 1}, got {seed!r}.')


def random_stream(seed: int, key: str, *, purpose: str, split: Split) -> np.random.Generator:
    """The generator for one purpose of one scenario; independent of all other streams.

    Streams are the spawns of `SeedSequence(seed)` at a key made of split, scenario and purpose, so
    one more draw for one purpose moves nothing elsewhere.
    """
    check_seed(seed)
    names = (split.value, key, purpose)
    spawn_key = tuple(crc32(name.encode()) for name in names)
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=spawn_key))
