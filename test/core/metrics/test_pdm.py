# SPDX-License-Identifier: Apache-2.0
"""PDM sub-scores on a straight road: lane 0 is y = -3.5 ... 0 m, lane 1 is y = 0 ... 3.5 m."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wpt_core.geometry import Path
from wpt_core.metrics import Footprint, PdmScene, PdmScores, Tracks, Trajectory, pdm_scores
from wpt_core.metrics.pdm import ego_progress
from wpt_core.types import InputError

TIMES_S = np.arange(41) / 10.0
CAR = Footprint(4.0, 2.0, 0.0)
LANE_Y = -1.75


def drivable(points: np.ndarray) -> np.ndarray:
    return np.asarray(np.abs(points[..., 1]) <= 3.5)


def lane(points: np.ndarray) -> np.ndarray:
    return np.where(drivable(points), np.where(points[..., 1] < 0.0, 0, 1), -1)


def drive(speed_mps: float, y_m: float = LANE_Y) -> Trajectory:
    return Trajectory(
        TIMES_S, np.column_stack([speed_mps * TIMES_S, np.full(41, y_m)]), np.zeros(41)
    )


def body(
    x_m: float,
    y_m: float,
    vx_mps: float = 0.0,
    *,
    vy_mps: float = 0.0,
    agent: bool = True,
    yaw_rad: float = 0.0,
) -> Tracks:
    """One 4 x 2 m body with constant velocity, at the given place at time 0."""
    poses = np.zeros((41, 1, 3))
    poses[:, 0, 0] = x_m + vx_mps * TIMES_S
    poses[:, 0, 1] = y_m + vy_mps * TIMES_S
    poses[:, 0, 2] = yaw_rad
    velocities = np.broadcast_to([vx_mps, vy_mps], (41, 1, 2)).copy()
    present = np.ones((41, 1), dtype=bool)
    return Tracks(TIMES_S, poses, velocities, present, np.array([[4.0, 2.0]]), np.array([agent]))


def both(a: Tracks, b: Tracks) -> Tracks:
    return Tracks(
        TIMES_S,
        np.concatenate([a.poses, b.poses], axis=1),
        np.concatenate([a.velocities_mps, b.velocities_mps], axis=1),
        np.concatenate([a.present, b.present], axis=1),
        np.concatenate([a.sizes_m, b.sizes_m]),
        np.concatenate([a.agents, b.agents]),
    )


def scores(candidates: list[Trajectory], tracks: Tracks | None = None) -> PdmScores:
    line = Path.from_points(np.column_stack([np.arange(-50.0, 151.0), np.full(201, LANE_Y)]))
    nobody = Tracks.empty(TIMES_S) if tracks is None else tracks
    return pdm_scores(candidates, PdmScene(line, drivable, lane, nobody), CAR)


def test_on_an_empty_road_the_fastest_scores_one_and_the_others_lose_progress_only() -> None:
    result = scores([drive(10.0), drive(5.0)])
    np.testing.assert_allclose(result.ego_progress, [1.0, 0.5])
    np.testing.assert_allclose(result.score, [1.0, (2.5 + 5.0 + 2.0) / 12.0])


def test_the_score_is_the_published_formula() -> None:
    one = np.ones(1)
    result = PdmScores(0.5 * one, one, 0.0 * one, 0.4 * one, one)
    assert result.score[0] == pytest.approx(0.5 * 1.0 * (5.0 * 0.4 + 5.0 * 0.0 + 2.0) / 12.0)


# -- no collision -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ('ego', 'tracks', 'expected'),
    [
        pytest.param(drive(10.0), body(30.0, LANE_Y), 0.0, id='into a standing car'),
        pytest.param(drive(10.0), body(30.0, LANE_Y, agent=False), 0.5, id='into a barrier'),
        pytest.param(drive(10.0), body(20.0, LANE_Y, 2.0), 0.0, id='into a slow car'),
        pytest.param(drive(10.0), body(20.0, LANE_Y, 10.0), 1.0, id='behind a car as fast'),
        pytest.param(drive(5.0), body(-10.0, LANE_Y, 15.0), 1.0, id='hit from behind'),
        pytest.param(drive(0.0), body(20.0, LANE_Y, -10.0), 1.0, id='hit while standing'),
        pytest.param(drive(10.0), body(30.0, 1.75), 1.0, id='past a car in the other lane'),
        pytest.param(
            drive(10.0), body(3.0, 8.0, 10.0, vy_mps=-3.0), 0.0, id='front edge reaches it'
        ),
        pytest.param(
            drive(10.0), body(-1.0, 4.0, 10.0, vy_mps=-2.0), 1.0, id='side hit in our lane'
        ),
        pytest.param(
            drive(10.0, 0.0), body(-1.0, 4.0, 10.0, vy_mps=-1.0), 0.0, id='side hit across lanes'
        ),
        pytest.param(drive(10.0), body(1.0, LANE_Y), 1.0, id='touched from the start'),
        pytest.param(drive(4.0), body(15.0, LANE_Y), 0.0, id='slowly into a standing car'),
        pytest.param(drive(0.06), body(4.1, LANE_Y), 0.0, id='creeping into it'),
        pytest.param(drive(0.04), body(4.1, LANE_Y), 1.0, id='too slow to count as moving'),
        pytest.param(
            drive(5.0, 0.0), body(-10.0, 0.4, 15.0), 1.0, id='hit from behind across lanes'
        ),
        pytest.param(
            drive(10.0),
            body(-1.0, 4.0, 10.0, vy_mps=-2.0, agent=False),
            0.5,
            id='side hit by what should not move',
        ),
        pytest.param(
            drive(10.0, -3.0), body(-1.0, 2.0, 10.0, vy_mps=-1.0), 0.0, id='side hit off the road'
        ),
    ],
)
def test_no_collision(ego: Trajectory, tracks: Tracks, expected: float) -> None:
    result = scores([ego], tracks)
    assert result.no_collision[0] == expected
    if expected == 0.0:
        assert result.score[0] == 0.0


def test_on_a_paved_shoulder_one_is_in_a_single_lane_still() -> None:
    def shoulder(points: np.ndarray) -> np.ndarray:
        return np.asarray(np.abs(points[..., 1]) <= 5.0)

    line = Path.from_points(np.column_stack([np.arange(-50.0, 151.0), np.full(201, LANE_Y)]))
    pushed = PdmScene(line, shoulder, lane, body(-1.0, 2.0, 10.0, vy_mps=-1.0))
    result = pdm_scores([drive(10.0, -3.0)], pushed, CAR)
    assert (result.no_collision[0], result.drivable_area[0]) == (1.0, 1.0)


def test_the_worst_collision_counts_and_only_once() -> None:
    barrier, car = body(20.0, LANE_Y, agent=False), body(30.0, LANE_Y)
    assert scores([drive(10.0)], both(barrier, car)).no_collision[0] == 0.0
    assert scores([drive(5.0)], both(barrier, car)).no_collision[0] == 0.5


def test_after_a_rear_end_by_somebody_else_that_track_is_forgotten() -> None:
    # It runs through us from behind; once past, our front edge is in it, which is not our fault.
    assert scores([drive(2.0)], body(-10.0, LANE_Y, 8.0)).no_collision[0] == 1.0


def test_each_candidate_is_judged_for_itself() -> None:
    result = scores([drive(10.0), drive(5.0), drive(10.0, 1.75)], body(30.0, LANE_Y))
    np.testing.assert_array_equal(result.no_collision, [0.0, 1.0, 1.0])


def test_who_is_absent_is_not_hit() -> None:
    there = body(30.0, LANE_Y)
    gone = replace(there, present=np.zeros((41, 1), dtype=bool))
    assert scores([drive(10.0)], gone).score[0] == 1.0


# -- drivable area ------------------------------------------------------------------------------


@pytest.mark.parametrize(('y_m', 'expected'), [(-2.49, 1.0), (-2.51, 0.0), (2.49, 1.0)])
def test_one_corner_off_the_road_is_enough(y_m: float, expected: float) -> None:
    result = scores([drive(10.0, y_m)])
    assert result.drivable_area[0] == expected
    assert result.score[0] == expected


# -- time to collision --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ('gap_m', 'closing_mps', 'expected'),
    [(9.6, 10.0, 1.0), (9.4, 10.0, 0.0), (4.85, 5.0, 1.0), (4.65, 5.0, 0.0)],
)
def test_less_than_095_s_behind_a_slower_car_is_too_close(
    gap_m: float, closing_mps: float, expected: float
) -> None:
    # The gap shrinks to `gap_m` at 4 s, when the time to collision is gap / closing speed.
    x_m = 4.0 + gap_m + 4.0 * closing_mps
    result = scores([drive(10.0)], body(x_m, LANE_Y, 10.0 - closing_mps))
    assert result.time_to_collision[0] == expected
    assert result.no_collision[0] == 1.0


@pytest.mark.parametrize(
    ('ego', 'tracks', 'expected'),
    [
        pytest.param(drive(10.0), body(12.0, LANE_Y, 10.0), 1.0, id='close but as fast'),
        pytest.param(drive(5.0), body(-8.0, LANE_Y, 6.5), 1.0, id='chased from behind'),
        pytest.param(drive(0.0), body(6.0, LANE_Y, -0.45), 1.0, id='standing'),
        pytest.param(drive(10.0), body(10.0, 1.75, 2.0), 1.0, id='beside, in the other lane'),
        pytest.param(
            drive(10.0), body(0.0, 2.0, 10.0, vy_mps=-0.4), 1.0, id='closing from beside'
        ),
        pytest.param(
            drive(10.0), body(3.0, 2.0, 10.0, vy_mps=-0.4), 1.0, id='beside and a little ahead'
        ),
        pytest.param(drive(5.0, 0.0), body(-8.0, 0.0, 5.9), 1.0, id='chased across lanes'),
        pytest.param(
            drive(10.0, 0.0), body(0.0, 3.75, 10.0, vy_mps=-0.4), 0.0, id='the same across lanes'
        ),
        pytest.param(
            drive(10.0),
            body(45.0, 7.5, vy_mps=-2.0, yaw_rad=np.pi / 2.0),
            0.0,
            id='crossing ahead',
        ),
        pytest.param(drive(10.0), body(1.0, LANE_Y), 1.0, id='touched from the start'),
    ],
)
def test_time_to_collision(ego: Trajectory, tracks: Tracks, expected: float) -> None:
    result = scores([ego], tracks)
    assert result.time_to_collision[0] == expected
    assert result.no_collision[0] == 1.0


# -- progress and comfort -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ('way_m', 'allowed', 'expected'),
    [
        ([40.0, 20.0], [1.0, 1.0], [1.0, 0.5]),
        ([40.0, 20.0], [0.0, 1.0], [0.0, 1.0]),  # a collision does not set the maximum
        ([40.0, 20.0], [0.5, 1.0], [1.0, 1.0]),
        ([4.9, 1.0], [1.0, 1.0], [1.0, 1.0]),  # a queue: at most 5 m possible
        ([4.9, 1.0], [0.0, 0.5], [0.0, 1.0]),
        ([5.1, 2.55], [1.0, 1.0], [1.0, 0.5]),
        ([-3.0, 20.0], [1.0, 1.0], [0.0, 1.0]),  # backwards is no progress
    ],
)
def test_progress_is_relative_to_the_best_of_the_set(
    way_m: list[float], allowed: list[float], expected: list[float]
) -> None:
    found = ego_progress(np.array(way_m), np.array(allowed))
    np.testing.assert_allclose(found, expected)


def test_progress_counts_along_the_road_and_not_across_it() -> None:
    swerving = Trajectory(
        TIMES_S,
        np.column_stack([9.0 * TIMES_S, LANE_Y + 0.5 * np.sin(TIMES_S)]),
        np.arctan2(0.5 * np.cos(TIMES_S), 9.0),
    )
    np.testing.assert_allclose(scores([drive(10.0), swerving]).ego_progress, [1.0, 0.9])


def test_an_uncomfortable_stop_loses_two_twelfths() -> None:
    stopping_s = np.minimum(TIMES_S, 1.0)
    brake = Trajectory(
        TIMES_S,
        np.column_stack([10.0 * stopping_s - 5.0 * stopping_s**2, np.full(41, LANE_Y)]),
        np.zeros(41),
    )
    result = scores([brake])
    assert result.comfort[0] == 0.0
    assert result.score[0] == pytest.approx(10.0 / 12.0)


# -- the whole ----------------------------------------------------------------------------------


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0.0, 20.0), st.floats(-4.0, 4.0)), min_size=1, max_size=4),
    st.tuples(st.floats(-20.0, 60.0), st.floats(-4.0, 4.0), st.floats(-10.0, 20.0)),
    st.booleans(),
)
def test_scores_lie_between_zero_and_one_and_gates_close(
    egos: list[tuple[float, float]], other: tuple[float, float, float], agent: bool
) -> None:
    result = scores([drive(*ego) for ego in egos], body(*other, agent=agent))
    subs = (result.no_collision, result.drivable_area, result.time_to_collision)
    for values in (*subs, result.ego_progress, result.comfort, result.score):
        assert values.shape == (len(egos),)
        assert np.all((values >= 0.0) & (values <= 1.0))
    shut = (result.no_collision == 0.0) | (result.drivable_area == 0.0)
    np.testing.assert_array_equal(result.score[shut], 0.0)
    alone = scores([drive(*ego) for ego in egos])
    assert np.all(result.no_collision * result.time_to_collision <= alone.no_collision)


def test_what_cannot_be_scored_is_refused() -> None:
    with pytest.raises(InputError, match='at least one motion'):
        scores([])
    short = Trajectory(TIMES_S[:30], np.zeros((30, 2)), np.zeros(30))
    with pytest.raises(InputError, match=r'Trajectory covers 0 to 2\.9 s'):
        scores([short])
    with pytest.raises(InputError, match='Tracks covers 0 to 3 s'):
        scores([drive(1.0)], Tracks.empty([0.0, 3.0]))
    line = Path.from_points(np.column_stack([np.arange(50.0), np.zeros(50)]))
    blind = PdmScene(line, lambda p: drivable(p).any(axis=-1), lane, Tracks.empty(TIMES_S))
    with pytest.raises(InputError, match=r'PdmScene.drivable must have shape'):
        pdm_scores([drive(1.0)], blind, CAR)
