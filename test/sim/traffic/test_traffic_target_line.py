# SPDX-License-Identifier: Apache-2.0
"""The line to drive is the sum of its parts."""

import pytest

from wpt_sim.road import Arc, Straight, reference_line
from wpt_sim.traffic import LanePosition, LateralShift, TargetLine

POSITION = LanePosition(reference_line([Straight(200.0), Arc(150.0, 100.0), Straight(200.0)]))


def test_lane_and_human_offset_and_moves_add_up() -> None:
    line = TargetLine(-1.6, POSITION)
    line.add(LateralShift(230.0, 40.0, 3.2))
    line.add(LateralShift(240.0, 40.0, -1.0))
    for s_m in (100.0, 235.0, 250.0, 275.0, 400.0):
        parts = (POSITION, LateralShift(230.0, 40.0, 3.2), LateralShift(240.0, 40.0, -1.0))
        assert line.at(s_m).offset_m == pytest.approx(
            -1.6 + sum(part.at(s_m).offset_m for part in parts)
        )
        assert line.at(s_m).slope == pytest.approx(sum(part.at(s_m).slope for part in parts))
        assert line.at(s_m).curvature_1pm == pytest.approx(
            sum(part.at(s_m).curvature_1pm for part in parts)
        )


def test_forgetting_what_lies_behind_moves_nothing_ahead() -> None:
    line = TargetLine(-1.6, POSITION)
    line.add(LateralShift(10.0, 30.0, 3.2))
    before = line.at(80.0)
    assert line.shifting
    line.drop_passed(39.0)
    assert line.shifting
    line.drop_passed(41.0)
    assert not line.shifting
    assert line.lane_m == pytest.approx(1.6)
    assert line.at(80.0) == before
