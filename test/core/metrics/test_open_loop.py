# SPDX-License-Identifier: Apache-2.0
"""Displacement and collision of plans, at and up to each horizon."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wpt_core.metrics import (
    NUSCENES_EGO,
    Footprint,
    HorizonFigures,
    OpenLoopCase,
    Sampling,
    Tracks,
    Trajectory,
    collision_rates,
    displacement_errors,
    jittered_collision_rates,
    trajectory_mae_m,
)
from wpt_core.types import InputError

TIMES_S = np.arange(7) * 0.5


def straight(speed_mps: float, offset_m: float = 0.0) -> Trajectory:
    places = np.column_stack([speed_mps * TIMES_S, np.full(7, offset_m)])
    return Trajectory(TIMES_S, places, np.zeros(7))


def standing(
    x_m: float, y_m: float = 0.0, *, length_m: float = 4.0, width_m: float = 2.0
) -> Tracks:
    poses = np.zeros((7, 1, 3))
    poses[..., 0], poses[..., 1] = x_m, y_m
    present = np.ones((7, 1), dtype=bool)
    size = np.array([[length_m, width_m]])
    return Tracks(TIMES_S, poses, np.zeros((7, 1, 2)), present, size, np.ones(1, dtype=bool))


def case(plan: Trajectory, truth: Trajectory, tracks: Tracks | None = None) -> OpenLoopCase:
    return OpenLoopCase(plan, truth, Tracks.empty(TIMES_S) if tracks is None else tracks)


def noisy(seed: int) -> Trajectory:
    generator = np.random.default_rng(seed)
    return Trajectory(TIMES_S, generator.normal(0.0, 5.0, (7, 2)), generator.normal(size=7))


def test_a_plan_one_metre_per_second_too_fast() -> None:
    # Errors at 0.5, 1.0 ... 3.0 s are 0.5, 1.0 ... 3.0 m.
    errors = displacement_errors([case(straight(11.0), straight(10.0))])
    assert errors.at == pytest.approx((1.0, 2.0, 3.0))
    assert errors.mean_up_to == pytest.approx((0.75, 1.25, 1.75))
    assert errors.average_at == pytest.approx(2.0)
    assert errors.average_mean_up_to == pytest.approx(1.25)
    assert str(errors) == (
        'at 1/2/3 s: 1.000/2.000/3.000 m; mean up to 1/2/3 s: 0.750/1.250/1.750 m'
    )


def test_the_error_is_the_distance_and_cases_are_averaged() -> None:
    diagonal = Trajectory(TIMES_S, straight(10.0).positions_m + np.array([3.0, 4.0]), np.zeros(7))
    errors = displacement_errors(
        [case(diagonal, straight(10.0)), case(straight(10.0), straight(10.0))]
    )
    assert errors.at == pytest.approx((2.5, 2.5, 2.5))
    assert errors.mean_up_to == pytest.approx((2.5, 2.5, 2.5))


def test_plan_and_truth_may_have_any_times_of_their_own() -> None:
    fine_s = np.linspace(0.0, 4.0, 81)
    fine = Trajectory(fine_s, np.column_stack([5.5 * fine_s**2, 0.0 * fine_s]), np.zeros(81))
    coarse = Trajectory(TIMES_S, np.column_stack([5.0 * TIMES_S**2, 0.0 * TIMES_S]), np.zeros(7))
    errors = displacement_errors([case(fine, coarse)], Sampling(4.0))
    assert errors.at == pytest.approx((0.5, 2.0, 4.5))
    assert errors.mean_up_to[0] == pytest.approx(0.5 * (1 + 4 + 9 + 16) / 16 / 4)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10**6), st.floats(-100.0, 100.0), st.floats(-3.2, 3.2))
def test_a_rigid_motion_of_the_frame_changes_no_displacement(
    seed: int, shift_m: float, turn_rad: float
) -> None:
    c, s = np.cos(turn_rad), np.sin(turn_rad)

    def seen(motion: Trajectory) -> Trajectory:
        places = motion.positions_m @ np.array([[c, s], [-s, c]]) + [shift_m, -shift_m]
        return Trajectory(motion.times_s, places, motion.yaws_rad + turn_rad)

    plan, truth = noisy(seed), noisy(seed + 1)
    before = displacement_errors([case(plan, truth)])
    after = displacement_errors([case(seen(plan), seen(truth))])
    np.testing.assert_allclose(after.at, before.at, atol=1e-9)
    np.testing.assert_allclose(after.mean_up_to, before.mean_up_to, atol=1e-9)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(0.0, 5.0), min_size=6, max_size=6))
def test_while_errors_grow_the_mean_up_to_is_the_smaller_figure(growth_m: list[float]) -> None:
    errors_m = np.concatenate([[0.0], np.cumsum(growth_m)])
    truth = straight(10.0)
    plan = Trajectory(TIMES_S, truth.positions_m + np.outer(errors_m, [0.6, 0.8]), np.zeros(7))
    figures = displacement_errors([case(plan, truth)])
    for at, mean_up_to in zip(figures.at, figures.mean_up_to, strict=True):
        assert mean_up_to <= at + 1e-9


def test_mean_absolute_error_is_per_axis() -> None:
    plan = Trajectory(TIMES_S, straight(10.0).positions_m + np.array([3.0, -1.0]), np.zeros(7))
    assert trajectory_mae_m([case(plan, straight(10.0))], TIMES_S) == pytest.approx(2.0)


def test_a_standing_car_is_hit_at_the_samples_that_lie_in_it() -> None:
    # The ego box spans x - 1.542 ... x + 2.542, the car 18 ... 22; x = 5, 10, 15, 20, 25, 30.
    rates = collision_rates([case(straight(10.0), straight(1.0), standing(20.0))])
    assert rates.percent.at == (0.0, 100.0, 0.0)
    assert rates.percent.mean_up_to == pytest.approx((0.0, 25.0, 100.0 / 6.0))
    assert (rates.cases, rates.expert_samples) == (1, 0)


@pytest.mark.parametrize(
    ('x_m', 'hit'),
    [(16.541, True), (16.543, False), (5.459, True), (5.457, False)],
)
def test_the_published_box_lies_half_a_metre_ahead(x_m: float, hit: bool) -> None:
    # At 1 s the ego is at 10 m, so its box spans 8.458 ... 12.542; the car reaches 4 m around x.
    tracks = standing(x_m + (0.0 if x_m > 10.0 else -1.0), length_m=8.0)
    rates = collision_rates(
        [case(straight(10.0), straight(0.0, 50.0), tracks)], sampling=Sampling(1.0, (1.0,))
    )
    assert rates.percent.at == ((100.0,) if hit else (0.0,))


@pytest.mark.parametrize(('gap_m', 'hit'), [(-0.001, True), (0.001, False)])
def test_the_published_box_is_185_cm_wide(gap_m: float, hit: bool) -> None:
    tracks = standing(20.0, 0.925 + 1.0 + gap_m)
    rates = collision_rates([case(straight(10.0), straight(0.0), tracks)])
    assert rates.percent.at[1] == (100.0 if hit else 0.0)


def test_the_heading_of_the_plan_turns_its_box() -> None:
    tracks = standing(20.0, 2.5, width_m=2.0)
    ahead, across = (
        straight(10.0),
        Trajectory(TIMES_S, straight(10.0).positions_m, np.full(7, np.pi / 2.0)),
    )
    assert collision_rates([case(ahead, ahead, tracks)]).percent.at[1] == 0.0
    rates = collision_rates([case(across, ahead, tracks)])
    assert rates.percent.at[1] == 100.0


def test_samples_where_the_expert_collides_are_free_unless_asked_for() -> None:
    cases = [
        case(straight(10.0), straight(10.0), standing(20.0)),
        case(straight(10.0), straight(1.0), standing(20.0)),
    ]
    excluded = collision_rates(cases)
    assert excluded.percent.at == (0.0, 50.0, 0.0)  # two cases stay in the denominator
    assert excluded.expert_samples == 1
    counted = collision_rates(cases, exclude_expert=False)
    assert counted.percent.at == (0.0, 100.0, 0.0)
    assert counted.expert_samples == 1


def test_who_is_absent_is_not_hit() -> None:
    there = standing(20.0)
    gone = Tracks(
        there.times_s,
        there.poses,
        there.velocities_mps,
        np.zeros((7, 1), dtype=bool),
        there.sizes_m,
        there.agents,
    )
    rates = collision_rates([case(straight(10.0), straight(1.0), gone)])
    assert rates.percent.at == (0.0, 0.0, 0.0)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10**6), st.floats(0.0, 3.0))
def test_a_larger_box_never_collides_less(seed: int, more_m: float) -> None:
    cases = [case(noisy(seed + i), straight(0.0, 90.0), standing(3.0)) for i in range(4)]
    small = collision_rates(cases, Footprint(2.0, 1.0, 0.5)).percent
    large = collision_rates(cases, Footprint(2.0 + more_m, 1.0 + more_m, 0.5)).percent
    assert all(b >= a for a, b in zip(small.mean_up_to, large.mean_up_to, strict=True))
    assert all(0.0 <= rate <= 100.0 for rate in large.at + large.mean_up_to)


def test_jitter_shows_how_much_a_grazing_plan_hangs_on_a_centimetre() -> None:
    grazing = [case(straight(10.0), straight(1.0), standing(20.0, 1.925 + 1e-3))] * 50
    calm = collision_rates(grazing).percent.at[1]
    shaken = jittered_collision_rates(
        grazing, sigma_m=0.01, runs=8, generator=np.random.default_rng(0)
    )
    assert calm == 0.0
    assert 30.0 < shaken.mean.at[1] < 60.0  # P(N(0, 1 cm) < -1 mm) is 46 %
    assert 3.0 < shaken.deviation.at[1] < 15.0  # sqrt(.46 * .54 / 50) is 7 %
    assert len(shaken.runs) == 8
    rates = [run.at[1] for run in shaken.runs]
    assert shaken.mean.at[1] == pytest.approx(np.mean(rates))
    assert shaken.deviation.at[1] == pytest.approx(np.std(rates, ddof=1))


def test_jitter_of_nothing_is_the_plain_rate_and_seeds_repeat() -> None:
    cases = [case(straight(10.0), straight(10.0), standing(20.0)), case(noisy(1), noisy(2))]

    def shaken(sigma_m: float, *, exclude: bool = True) -> tuple[HorizonFigures, ...]:
        return jittered_collision_rates(
            cases,
            sigma_m=sigma_m,
            runs=2,
            generator=np.random.default_rng(5),
            exclude_expert=exclude,
        ).runs

    assert shaken(0.0) == (collision_rates(cases).percent,) * 2
    counted = collision_rates(cases, exclude_expert=False).percent
    assert shaken(0.0, exclude=False) == (counted,) * 2
    assert shaken(0.5) == shaken(0.5)


@pytest.mark.parametrize(
    ('rate_hz', 'horizons_s'),
    [(2.0, (1.3,)), (2.0, ()), (2.0, (2.0, 1.0)), (1.0, (0.5,)), (np.nan, (1.0,)), (2.0, (0.0,))],
)
def test_horizons_off_the_grid_are_refused(rate_hz: float, horizons_s: tuple[float, ...]) -> None:
    with pytest.raises(InputError, match='Sampling'):
        Sampling(rate_hz, horizons_s)


def test_what_cannot_be_scored_is_refused() -> None:
    short = Trajectory(np.array([0.0, 2.0]), np.zeros((2, 2)), np.zeros(2))
    with pytest.raises(InputError, match='Trajectory covers 0 to 2 s'):
        displacement_errors([case(short, straight(10.0))])
    with pytest.raises(InputError, match='at least one open-loop case'):
        displacement_errors([])
    with pytest.raises(InputError, match='mean_up_to must have shape'):
        HorizonFigures('m', (1.0, 2.0, 3.0), at=(1.0, 2.0, 3.0), mean_up_to=(1.0,))
    generator = np.random.default_rng(0)
    cases = [case(noisy(0), noisy(1))]
    with pytest.raises(InputError, match='sigma_m'):
        jittered_collision_rates(cases, sigma_m=-1.0, runs=2, generator=generator)
    with pytest.raises(InputError, match='runs'):
        jittered_collision_rates(cases, sigma_m=0.1, runs=1, generator=generator)


def test_the_published_ego_box() -> None:
    assert (NUSCENES_EGO.length_m, NUSCENES_EGO.width_m) == (4.084, 1.85)
    assert NUSCENES_EGO.centre_ahead_m == 0.5
