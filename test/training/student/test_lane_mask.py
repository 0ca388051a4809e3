# SPDX-License-Identifier: Apache-2.0
"""Where the lane lies in a view, against single points of it."""

import numpy as np
import pytest

from training.episodes.episode import LANE_AHEAD_M
from training.student.image_batches import CELL_PX, lane_mask
from wpt_core.geometry import project
from wpt_core.sensing import surround_rig

FRONT = surround_rig().cameras[0]


def lane(left_m: float, right_m: float) -> np.ndarray:
    sides = [np.column_stack([LANE_AHEAD_M, np.full(12, y)]) for y in (left_m, right_m)]
    return np.stack(sides, axis=1).astype(np.float32)


def share_at(mask: np.ndarray, ahead_m: float, left_m: float) -> float:
    (u, v), _ = project(FRONT, [ahead_m, left_m, 0.0])
    return float(mask[int(v) // CELL_PX, int(u) // CELL_PX])


@pytest.mark.parametrize('ahead_m', [8.0, 12.0, 20.0])
def test_points_of_the_lane_are_in_it_and_others_are_not(ahead_m: float) -> None:
    mask = lane_mask(lane(1.75, -1.75), FRONT)
    assert mask is not None
    assert mask.shape == (16, 32)
    assert share_at(mask, ahead_m, 0.0) > 0.9
    assert share_at(mask, ahead_m, 3.5) < 0.1
    assert share_at(mask, ahead_m, -3.5) < 0.1


def test_a_lane_that_is_alike_on_both_sides_gives_such_a_mask() -> None:
    mask = lane_mask(lane(1.75, -1.75), FRONT)
    assert mask is not None
    assert mask == pytest.approx(mask[:, ::-1], abs=1.01 / 16)
    assert mask.sum(axis=0) == pytest.approx(mask.sum(axis=0)[::-1], abs=3.01 / 16)


def test_the_share_of_a_cell_moves_with_the_lane() -> None:
    masks = [lane_mask(lane(1.75 + by, -1.75 + by), FRONT) for by in (-0.4, 0.0, 0.4)]
    columns = np.arange(32)
    middles = [float((mask[12] * columns).sum() / mask[12].sum()) for mask in masks]
    assert middles[0] > middles[1] > middles[2]
    assert middles[0] - middles[1] == pytest.approx(middles[1] - middles[2], abs=0.2)


def test_nothing_is_above_the_horizon() -> None:
    mask = lane_mask(lane(1.75, -1.75), FRONT)
    assert mask is not None
    assert mask[:6].max() == 0.0


def test_what_is_not_known_or_behind_the_camera_has_no_mask() -> None:
    unknown = lane(1.75, -1.75)
    unknown[3, 0, 1] = np.nan
    assert lane_mask(unknown, FRONT) is None
    back = surround_rig().cameras[-1]
    assert lane_mask(lane(1.75, -1.75), back) is None
