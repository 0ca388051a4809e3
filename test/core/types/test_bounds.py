# SPDX-License-Identifier: Apache-2.0
"""Bounds of settings; both ends are allowed."""

import math
from dataclasses import dataclass
from typing import Annotated

import pytest

from wpt_core.types import Bounds, InputError, bounds_of, check_bounds


@dataclass(frozen=True)
class Config:
    late_s: Annotated[float, Bounds(0.1, 0.5)] = 0.3
    name: str = ''

    def __post_init__(self) -> None:
        check_bounds(self)


def test_bounds_are_read_from_the_annotation() -> None:
    assert bounds_of(Config) == {'late_s': Bounds(0.1, 0.5)}


@pytest.mark.parametrize('value', [0.1, 0.5])
def test_both_ends_are_allowed(value: float) -> None:
    assert Config(late_s=value).late_s == value


@pytest.mark.parametrize('value', [0.0999, 0.5001, math.nan, math.inf])
def test_what_is_outside_is_refused_by_name(value: float) -> None:
    with pytest.raises(InputError, match=r'Config\.late_s must be between 0\.1 and 0\.5, got'):
        Config(late_s=value)
