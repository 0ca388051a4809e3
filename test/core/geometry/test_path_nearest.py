# SPDX-License-Identifier: Apache-2.0
"""The pruned search finds exactly what measuring every sample finds."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wpt_core.geometry.path_nearest import NearestSample


@given(st.integers(0, 2**32 - 1), st.integers(1, 300), st.sampled_from([1.0, 30.0, 1000.0]))
@settings(max_examples=60, deadline=None)
def test_pruning_loses_nothing(seed: int, count: int, spread_m: float) -> None:
    generator = np.random.default_rng(seed)
    samples = np.cumsum(generator.normal(size=(count, 2)), axis=0)
    points = generator.normal(size=(200, 2)) * spread_m
    gaps = points[:, None] - samples
    expected = np.argmin(gaps[..., 0] ** 2 + gaps[..., 1] ** 2, axis=1)
    np.testing.assert_array_equal(NearestSample(samples).nearest(points), expected)


def test_of_equally_near_samples_the_first_wins() -> None:
    samples = np.array([[0.0, 1.0], [0.0, -1.0]] * 8)
    assert NearestSample(samples).nearest(np.zeros((3, 2))).tolist() == [0, 0, 0]


@pytest.mark.parametrize('count', [0, 4096, 4097])
def test_any_number_of_points_is_answered(count: int) -> None:
    samples = np.column_stack([np.arange(50.0), np.zeros(50)])
    points = np.column_stack([np.arange(count) % 50 + 0.2, np.ones(count)])
    np.testing.assert_array_equal(NearestSample(samples).nearest(points), np.arange(count) % 50)
