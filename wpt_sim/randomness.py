# SPDX-License-Identifier: Apache-2.0
"""Random draws: seeds, one generator per purpose, and ranges to draw from."""

from dataclasses import dataclass
from enum import Enum
from zlib import crc32

import numpy as np

from wpt_core.types import InputError

__all__ = ['SEED_END', 'ZERO', 'Span', 'Split', 'around', 'check_seed', 'exactly', 'random_stream']

SEED_END = 2**31
"""Seeds are at least 0 and below this."""


class Split(Enum):
    """Purpose of a drive; the same seed gives different worlds in the two splits."""

    EVALUATION = 'evaluation'
    TRAINING = 'training'


def check_seed(seed: int) -> None:
    """Raise InputError unless this is a valid seed."""
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < SEED_END:
        raise InputError(f'seed must be a whole number from 0 to {SEED_END - 1}, got {seed!r}.')


def random_stream(seed: int, key: str, *, purpose: str, split: Split) -> np.random.Generator:
    """Return the generator for one purpose of one scenario, independent of all others.

    It is spawned from `SeedSequence(seed)` with a key of split, scenario and purpose, so one more
    draw for one purpose changes no other.
    """
    check_seed(seed)
    names = (split.value, key, purpose)
    spawn_key = tuple(crc32(name.encode()) for name in names)
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=spawn_key))


@dataclass(frozen=True, slots=True)
class Span:
    """A range with uniform distribution."""

    low: float
    high: float

    def __post_init__(self) -> None:
        if not self.low <= self.high:
            raise InputError(f'Span needs low <= high, but got {self.low} and {self.high}.')

    def draw(self, generator: np.random.Generator) -> float:
        return float(generator.uniform(self.low, self.high))


ZERO = Span(0.0, 0.0)


def exactly(value: float) -> Span:
    """Return the span of one value."""
    return Span(value, value)


def around(value: float, by: float) -> Span:
    """Return the span `value` ± `by`."""
    return Span(value - abs(by), value + abs(by))
