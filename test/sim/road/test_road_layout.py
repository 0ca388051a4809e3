# SPDX-License-Identifier: Apache-2.0
"""Pieces laid end to end against circles, Fresnel integrals and each other."""

from collections.abc import Callable
from math import pi, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import fresnel

from wpt_core.geometry import transform_points
from wpt_core.types import InputError, Pose2
from wpt_sim.road import Arc, Clothoid, Piece, Straight, reference_line
from wpt_sim.road.pieces import cut

quick = settings(max_examples=50, deadline=None)


def bend(radius_m: float, transition_m: float, arc_m: float) -> list[Piece]:
    k = 1 / radius_m
    return [
        Clothoid(transition_m, 0.0, k),
        Arc(radius_m, arc_m),
        Clothoid(transition_m, k, 0.0),
    ]


bends = st.builds(
    bend,
    st.floats(30, 500) | st.floats(-500, -30),
    st.floats(5, 100),
    st.floats(1, 150),
)
chains = st.lists(bends | st.builds(lambda m: [Straight(m)], st.floats(0.1, 200)), min_size=1).map(
    lambda parts: [piece for part in parts for piece in part]
)


@quick
@given(st.floats(30, 500), st.floats(0.1, 3.0), st.sampled_from([-1, 1]))
def test_an_arc_is_a_circle_to_the_nanometre(radius_m: float, angle: float, hand: int) -> None:
    path = reference_line([Arc.turning(hand * radius_m, angle)])
    assert path.length_m == pytest.approx(radius_m * angle)
    from_centre = path.points_m - [0.0, hand * radius_m]
    np.testing.assert_allclose(np.hypot(*from_centre.T), radius_m, atol=1e-9)
    np.testing.assert_allclose(path.curvatures_1pm, hand / radius_m, rtol=1e-12)
    assert path.headings_rad[-1] == pytest.approx(hand * angle)


@quick
@given(st.floats(30, 500), st.floats(5, 200))
def test_a_clothoid_is_the_fresnel_integral(radius_m: float, length_m: float) -> None:
    path = reference_line([Clothoid(length_m, 0.0, 1 / radius_m)])
    scale = sqrt(pi * radius_m * length_m)
    y, x = fresnel(path.s_m / scale)
    np.testing.assert_allclose(path.points_m, scale * np.column_stack([x, y]), atol=1e-9)
    assert path.headings_rad[-1] == pytest.approx(length_m / radius_m / 2)


def test_between_its_points_a_laid_line_is_still_exact_to_a_micrometre() -> None:
    path = reference_line([Arc(-30.0, 60.0)])
    s = np.linspace(0.0, 60.0, 777)
    exact = 30.0 * np.column_stack([np.sin(s / 30), np.cos(s / 30) - 1])
    np.testing.assert_allclose(path.from_frenet(s, 0.0), exact, atol=1e-6)
    found_s, found_offset = path.to_frenet(exact)
    np.testing.assert_allclose(found_s, s, atol=1e-6)
    np.testing.assert_allclose(found_offset, 0.0, atol=1e-6)


def test_a_hand_made_bend() -> None:
    path = reference_line([Straight(100.0), Arc.turning(50.0, pi / 2), Straight(20.0)])
    assert path.length_m == pytest.approx(100.0 + 25.0 * pi + 20.0)
    np.testing.assert_allclose(path.points_m[-1], [150.0, 70.0], atol=1e-9)
    assert path.pose_at(10.0).yaw_rad == 0.0
    assert path.pose_at(path.length_m).yaw_rad == pytest.approx(pi / 2)


@quick
@given(chains)
def test_heading_and_curvature_are_continuous_and_the_steps_are_even(chain: list[Piece]) -> None:
    path = reference_line(chain)
    steps = np.diff(path.s_m)
    assert steps.max() <= 0.5 + 1e-9
    assert steps.max() - steps.min() < 1e-9
    assert path.length_m == pytest.approx(sum(piece.length_m for piece in chain))
    steepest = max(
        abs(piece.end_curvature_1pm - piece.start_curvature_1pm) / piece.length_m
        for piece in chain
    )
    assert np.abs(np.diff(path.curvatures_1pm)).max() <= 0.5 * steepest + 1e-12
    assert np.abs(np.diff(path.headings_rad)).max() <= 0.5 / 30 + 1e-9
    chords = np.hypot(*np.diff(path.points_m, axis=0).T)
    np.testing.assert_allclose(chords, steps, rtol=2e-5)


@quick
@given(chains, st.data())
def test_cutting_a_chain_short_leaves_its_beginning(
    chain: list[Piece], data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, len(chain) - 1))
    piece = chain[index]
    kept_m = piece.length_m * data.draw(st.floats(0.05, 0.95))
    whole = reference_line(chain)
    split_episodes = reference_line([*chain[:index], cut(piece, kept_m)])
    s = np.linspace(0.0, split_episodes.length_m, 50)
    # Between points the heading turns evenly: a clothoid of 5 m to 1 / 30 m is 0.2 mrad off there.
    np.testing.assert_allclose(split_episodes.poses_at(s), whole.poses_at(s), atol=2.2e-4)


def test_the_first_quarter_of_a_clothoid_reaches_a_quarter_of_its_curvature() -> None:
    assert cut(Clothoid(100.0, 0.004, 0.012), 25.0) == Clothoid(25.0, 0.004, 0.006)


def test_a_start_pose_moves_the_whole_line_rigidly() -> None:
    chain, start = bend(60.0, 30.0, 40.0), Pose2(5.0, -7.0, 2.5)
    home, there = reference_line(chain), reference_line(chain, start=start)
    np.testing.assert_allclose(there.points_m, transform_points(start, home.points_m), atol=1e-9)
    np.testing.assert_allclose(there.headings_rad, home.headings_rad + 2.5, atol=1e-12)


def test_a_clothoid_must_meet_the_curvature_of_its_neighbours() -> None:
    with pytest.raises(InputError, match=r'Pieces 0 and 1 .* jumps from 0.01 to 0 1/m'):
        reference_line([Clothoid(30.0, 0.0, 0.01), Straight(10.0)])


@pytest.mark.parametrize(
    ('make', 'message'),
    [
        (lambda: Straight(0.0), 'Straight: length_m must be finite and above 0, but got 0.0'),
        (lambda: Straight(float('nan')), 'Straight: length_m'),
        (lambda: Arc(0.0, 10.0), 'radius_m that is not 0'),
        (lambda: Arc(float('inf'), 10.0), 'use a Straight'),
        (lambda: Arc.turning(50.0, -0.3), 'Arc: length_m'),
        (lambda: Clothoid(10.0, 0.0, float('inf')), 'finite curvatures'),
        (lambda: reference_line([]), 'at least one piece'),
        (lambda: reference_line([Straight(5.0)], 0.0), 'spacing_m above 0'),
    ],
)
def test_impossible_pieces_are_refused(make: Callable[[], object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        make()
