# SPDX-License-Identifier: Apache-2.0
"""One seed, many independent streams."""

import numpy as np
import pytest

from wpt_core.types import InputError
from wpt_sim.scenario import SEED_END, Split, random_stream

EVAL = Split.EVALUATION


def test_equal_keys_give_equal_numbers() -> None:
    one, two = (random_stream(5, 'a/b', purpose='road', split=EVAL).random(8) for _ in range(2))
    np.testing.assert_array_equal(one, two)


def test_everything_in_the_key_matters() -> None:
    draws = {
        float(random_stream(seed, key, purpose=purpose, split=split).random())
        for seed in (0, 1)
        for key in ('a/b', 'a/c')
        for purpose in ('road', 'look')
        for split in Split
    }
    assert len(draws) == 16


@pytest.mark.parametrize('seed', [-1, SEED_END, 0.5, True, '3'])
def test_a_seed_out_of_range_is_refused(seed: object) -> None:
    with pytest.raises(InputError, match=r'whole number from 0 to 2147483647, got'):
        random_stream(seed, 'a/b', purpose='road', split=EVAL)  # type: ignore[arg-type]  # the point


def test_the_ends_of_the_range_are_accepted() -> None:
    for seed in (0, SEED_END - 1):
        assert 0.0 <= random_stream(seed, 'a/b', purpose='road', split=EVAL).random() < 1.0
