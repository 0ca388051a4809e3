# SPDX-License-Identifier: Apache-2.0
"""Bird's-eye truth against cells counted by hand and points tested one by one."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wpt_core.geometry import Box, compose, contains, inverse, transform_points
from wpt_core.types import EgoState, InputError, Pose2
from wpt_sim.scene import Actor, Kind, Scene, Size
from wpt_sim.truth import CODE_OF_KIND, Grid, occupancy

GRID = Grid(reach_m=20.0, cells=80)


ORIGIN = Pose2(0.0, 0.0, 0.0)


def _scene(*actors: Actor, ego: Pose2 = ORIGIN) -> Scene:
    return Scene(0.0, EgoState(0.0, ego, 0.0, 0.0, 0.0, 0.0), actors)


def _car(pose: Pose2, *, instance: int = 7, spin: float = 0.0) -> Actor:
    return Actor(instance, Kind.CAR, pose, Size(4.0, 2.0, 1.5), (10.0, 0.0), yaw_rate_radps=spin)


def test_a_car_aligned_with_the_grid_fills_the_cells_counted_by_hand() -> None:
    # 4 m x 2 m centred on a cell corner: 8 x 4 whole cells of 0.5 m, and those it just touches.
    seen = occupancy(_scene(_car(Pose2(10.01, 5.01, 0.0))), GRID)
    assert int((seen.instances == 7).sum()) == 9 * 5
    assert set(np.unique(seen.kinds)) == {0, CODE_OF_KIND[Kind.CAR]}
    filled = np.argwhere(seen.instances == 7)
    assert filled.min(axis=0).tolist() == [56, 48]
    assert filled.max(axis=0).tolist() == [64, 52]


def test_x_runs_with_rows_and_y_with_columns() -> None:
    ahead_left = occupancy(_scene(_car(Pose2(15.0, 3.0, 0.0))), GRID).instances > 0
    rows, columns = np.nonzero(ahead_left)
    assert rows.min() > 40
    assert columns.min() >= 43


@settings(max_examples=60, deadline=None)
@given(
    x=st.floats(-15, 15),
    y=st.floats(-15, 15),
    yaw=st.floats(-math.pi, math.pi),
    ego=st.tuples(st.floats(-50, 50), st.floats(-50, 50), st.floats(-math.pi, math.pi)),
)
def test_every_point_of_a_body_lies_in_an_occupied_cell(
    x: float, y: float, yaw: float, ego: tuple[float, float, float]
) -> None:
    place = Pose2(*ego)
    in_base = Pose2(x, y, yaw)
    seen = occupancy(_scene(_car(compose(place, in_base)), ego=place), GRID)
    ticks = np.linspace(-0.999, 0.999, 15)
    inside = np.stack(np.meshgrid(2.0 * ticks, ticks), axis=-1).reshape(-1, 2)
    points = transform_points(in_base, inside)
    cells = np.floor((points + GRID.reach_m) / GRID.cell_m).astype(int)
    assert (seen.instances[cells[:, 0], cells[:, 1]] == 7).all()
    centres = GRID.centres_m()
    grown = Box(in_base, 4.0 + 2 * GRID.cell_m, 2.0 + 2 * GRID.cell_m)
    assert not (seen.instances > 0)[~contains(grown, centres)].any()


def test_motion_is_given_along_the_axes_of_the_car() -> None:
    ego = Pose2(3.0, 4.0, math.pi / 2)
    seen = occupancy(_scene(_car(Pose2(3.0, 14.0, 0.0)), ego=ego), GRID)
    moving = seen.velocities_mps[seen.instances == 7]
    # World +x is to the right of a car that looks along world +y.
    np.testing.assert_allclose(moving, np.tile([0.0, -10.0], (len(moving), 1)), atol=1e-5)


def test_a_spinning_body_moves_differently_at_each_end() -> None:
    seen = occupancy(_scene(_car(Pose2(5.0, 0.0, 0.0), spin=0.5)), GRID)
    front = (53, 40)  # centre at (6.75, 0.25), so 1.75 m ahead of and 0.25 m left of the middle
    np.testing.assert_allclose(seen.velocities_mps[front], [10.0 - 0.125, 0.875], atol=1e-6)


def test_what_is_out_of_reach_leaves_no_mark() -> None:
    seen = occupancy(_scene(_car(Pose2(40.0, 0.0, 0.0)), _car(Pose2(0.0, -35.0, 1.0))), GRID)
    assert not seen.kinds.any()
    assert not seen.velocities_mps.any()


@pytest.mark.parametrize(('reach', 'cells'), [(0.0, 10), (10.0, 0), (math.nan, 10)])
def test_an_impossible_grid_is_refused(reach: float, cells: int) -> None:
    with pytest.raises(InputError, match='reach_m and cells above 0'):
        Grid(reach, cells)


def test_inverse_is_used_consistently() -> None:
    ego = Pose2(10.0, -3.0, 0.7)
    world = compose(ego, Pose2(8.0, 2.0, 0.2))
    seen = occupancy(_scene(_car(world), ego=ego), GRID)
    same = occupancy(_scene(_car(compose(inverse(ego), world))), GRID)
    np.testing.assert_array_equal(seen.instances, same.instances)
