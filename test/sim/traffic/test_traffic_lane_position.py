# SPDX-License-Identifier: Apache-2.0
"""Where people drive in a bend."""

import math

import numpy as np
import pytest

from wpt_sim.road import Arc, Clothoid, Straight, reference_line
from wpt_sim.traffic import LanePosition, human_offset_m


def test_to_the_inside_and_never_far() -> None:
    bends = np.linspace(-0.05, 0.05, 101)
    offsets = np.array([human_offset_m(float(bend)) for bend in bends])
    assert np.all(np.diff(offsets) > 0.0)
    assert np.all(np.abs(offsets) < 0.25)
    assert human_offset_m(0.0) == 0.0
    assert human_offset_m(1 / 110) == pytest.approx(0.25 * math.tanh(1.0))


def test_along_a_road_it_is_that_of_the_bend_and_its_derivatives_are_true() -> None:
    line = reference_line(
        [
            Straight(100.0),
            Clothoid(30.0, 0.0, -0.01),
            Arc(-100.0, 120.0),
            Clothoid(30.0, -0.01, 0.0),
            Straight(100.0),
        ]
    )
    position = LanePosition(line)
    assert position.at(50.0).offset_m == pytest.approx(0.0, abs=1e-9)
    assert position.at(190.0).offset_m == pytest.approx(human_offset_m(-0.01), rel=1e-6)
    for s_m in (95.0, 118.0, 140.0, 260.0):
        before, now, after = (position.at(s_m + d) for d in (-1.0, 0.0, 1.0))
        assert now.slope == pytest.approx((after.offset_m - before.offset_m) / 2, abs=2e-5)
        assert now.curvature_1pm == pytest.approx((after.slope - before.slope) / 2, abs=2e-5)
    steepest = max(abs(position.at(float(s)).slope) for s in range(380))
    assert steepest < 0.01
