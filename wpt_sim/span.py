# SPDX-License-Identifier: Apache-2.0
"""A number that a scenario leaves open, within bounds."""

from dataclasses import dataclass

import numpy as np

from wpt_core.types import InputError

__all__ = ['ZERO', 'Span', 'around', 'exactly']


@dataclass(frozen=True, slots=True)
class Span:
    """Any value from `low` to `high`, all equally likely."""

    low: float
    high: float

    def __post_init__(self) -> None:
        if not self.low <= self.high:
            raise InputError(f'Span needs low <= high, got {self.low} and {self.high}.')

    def draw(self, generator: np.random.Generator) -> float:
        return float(generator.uniform(self.low, self.high))


ZERO = Span(0.0, 0.0)


def exactly(value: float) -> Span:
    """A span of one value."""
    return Span(value, value)


def around(value: float, by: float) -> Span:
    """`value` give or take `by`."""
    return Span(value - abs(by), value + abs(by))
