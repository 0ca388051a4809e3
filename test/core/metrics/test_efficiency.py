# SPDX-License-Identifier: Apache-2.0
"""Driving efficiency, computed by hand."""

import numpy as np
import pytest

from wpt_core.metrics import driving_efficiency
from wpt_core.types import InputError

TIMES_S = np.arange(401) * 0.05
"""20 s."""


def steadily(speed_mps: float) -> tuple[np.ndarray, np.ndarray]:
    return speed_mps * TIMES_S, np.full_like(TIMES_S, speed_mps)


@pytest.mark.parametrize(('ours_mps', 'expected'), [(10.0, 1.0), (5.0, 0.5), (15.0, 1.5)])
def test_it_is_our_speed_over_that_of_the_others(ours_mps: float, expected: float) -> None:
    way_m, speeds_mps = steadily(ours_mps)
    found = driving_efficiency(way_m, speeds_mps, np.full(401, 10.0), route_m=100.0)
    assert found == pytest.approx(expected)


def test_each_section_counts_alike_however_long_it_takes() -> None:
    # 50 m at 5 m/s, then 50 m at 10 m/s: 0.5 and 1.0.
    way_m = np.minimum(5.0 * TIMES_S, 50.0) + 10.0 * np.maximum(TIMES_S - 10.0, 0.0)
    speeds_mps = np.where(TIMES_S < 10.0, 5.0, 10.0)
    found = driving_efficiency(way_m, speeds_mps, np.full(401, 10.0), route_m=100.0, sections=2)
    assert found == pytest.approx(0.75)


def test_a_section_that_was_not_completed_does_not_count() -> None:
    way_m, speeds_mps = steadily(2.9)
    speeds_mps[way_m >= 50.0] = 100.0
    others_mps = np.full(401, 2.9)
    assert driving_efficiency(
        way_m, speeds_mps, others_mps, route_m=100.0, sections=2
    ) == pytest.approx(1.0)
    assert driving_efficiency(way_m, speeds_mps, others_mps, route_m=100.0, sections=1) is None


def test_sections_without_anybody_or_among_standing_cars_count_one_as_published() -> None:
    way_m, speeds_mps = steadily(5.0)
    others_mps = np.where(TIMES_S < 10.0, 10.0, np.nan)
    found = driving_efficiency(way_m, speeds_mps, others_mps, route_m=100.0, sections=2)
    assert found == pytest.approx((0.5 + 1.0) / 2.0)
    standing = np.where(TIMES_S < 10.0, 10.0, 0.0)
    assert driving_efficiency(way_m, speeds_mps, standing, route_m=100.0, sections=2) == found


def test_a_ratio_above_ten_is_left_out_as_published() -> None:
    way_m, speeds_mps = steadily(5.0)
    others_mps = np.where(TIMES_S < 10.0, 0.49, 10.0)
    found = driving_efficiency(way_m, speeds_mps, others_mps, route_m=100.0, sections=2)
    assert found == pytest.approx(0.5)


def test_alone_on_the_road_there_is_no_efficiency() -> None:
    way_m, speeds_mps = steadily(5.0)
    assert driving_efficiency(way_m, speeds_mps, np.full(401, np.nan), route_m=100.0) is None


def test_a_route_of_no_length_is_refused() -> None:
    way_m, speeds_mps = steadily(5.0)
    with pytest.raises(InputError, match='route_m must be above 0 m'):
        driving_efficiency(way_m, speeds_mps, speeds_mps, route_m=0.0)
