# SPDX-License-Identifier: Apache-2.0
"""Random roads: the same from the same seed, lawful, and never across themselves."""

from itertools import pairwise
from math import pi

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wpt_core.geometry import FloatArray, Path
from wpt_core.types import InputError
from wpt_sim.road import (
    Arc,
    Clothoid,
    Road,
    RoadKind,
    Straight,
    country,
    random_pieces,
    random_road,
    random_section,
    reference_line,
    single_lane,
)
from wpt_sim.road.winding import clearance_m

seeds = st.integers(0, 2**32 - 1)
quick = settings(max_examples=30, deadline=None)


def crosses_itself(line: Path) -> bool:
    """Whether two segments that are not neighbours intersect, by orientation, all with all."""
    p = line.resampled(3.0).points_m
    a, b = p[:-1, None], p[1:, None]

    def side(o: FloatArray, q: FloatArray, r: FloatArray) -> FloatArray:
        u, v = q - o, r - o
        return np.asarray(np.sign(u[..., 0] * v[..., 1] - u[..., 1] * v[..., 0]))

    c, d = p[None, :-1], p[None, 1:]
    meets = (side(a, b, c) * side(a, b, d) < 0) & (side(c, d, a) * side(c, d, b) < 0)
    return bool(np.triu(meets, 2).any())


def test_the_same_seed_is_the_same_road_to_the_bit_and_another_is_another() -> None:
    def draw(seed: int) -> Road:
        return random_road(np.random.default_rng(seed), country(), length_m=600.0)

    np.testing.assert_array_equal(
        draw(5).reference.points_m, draw(5).reference.points_m, strict=True
    )
    assert np.abs(draw(5).reference.points_m - draw(6).reference.points_m).max() > 10.0


@quick
@given(seeds, st.floats(200.0, 1500.0), st.sampled_from([30.0, 80.0]), st.sampled_from(RoadKind))
def test_random_roads_keep_their_length_their_radii_and_their_distance(
    seed: int, length_m: float, min_radius_m: float, kind: RoadKind
) -> None:
    generator = np.random.default_rng(seed)
    section = random_section(generator, kind)
    road = random_road(generator, section, length_m=length_m, min_radius_m=min_radius_m)
    assert road.length_m == pytest.approx(length_m)
    assert np.abs(road.reference.curvatures_1pm).max() <= 1 / min_radius_m + 1e-12
    assert not crosses_itself(road.reference)
    # A point off either edge is nearest to the place it was offset from: nothing else comes by.
    s = np.linspace(0.0, road.length_m, 300)
    for edge_m in (section.right_edge_m, section.left_edge_m):
        found, offset = road.reference.to_frenet(road.reference.from_frenet(s, edge_m))
        np.testing.assert_allclose(found, s, atol=1e-6)
        np.testing.assert_allclose(offset, edge_m, atol=1e-6)


@quick
@given(seeds)
def test_bends_are_led_in_and_out_by_clothoids(seed: int) -> None:
    pieces = random_pieces(
        np.random.default_rng(seed), 2000.0, min_radius_m=30.0, max_radius_m=500.0
    )
    assert isinstance(pieces[0], Straight)
    for before, after in pairwise(pieces):
        assert before.end_curvature_1pm == pytest.approx(after.start_curvature_1pm)
        assert isinstance(before, Clothoid) or not isinstance(after, Arc)
    radii = [abs(piece.radius_m) for piece in pieces if isinstance(piece, Arc)]
    assert radii
    assert all(30.0 <= radius <= 500.0 for radius in radii)


def test_long_roads_go_somewhere() -> None:
    """The heading strays 60°, one more bend of 90°, and that bend's transitions; no further."""
    wishes = {'min_radius_m': 30.0, 'max_radius_m': 300.0}
    strays = [
        np.abs(
            reference_line(
                random_pieces(np.random.default_rng(seed), 6000.0, **wishes)
            ).headings_rad
        ).max()
        for seed in range(10)
    ]
    assert max(strays) <= pi / 3 + pi / 2 + 0.6
    assert min(strays) > pi / 3


def test_both_hands_and_the_whole_range_of_radii_occur() -> None:
    generator = np.random.default_rng(0)
    pieces = random_pieces(generator, 60e3, min_radius_m=30.0, max_radius_m=500.0)
    radii = np.array([piece.radius_m for piece in pieces if isinstance(piece, Arc)])
    assert 0.35 < (radii > 0).mean() < 0.65
    assert np.abs(radii).min() < 40.0
    assert np.abs(radii).max() > 400.0
    assert 0.4 < (np.abs(radii) < np.sqrt(30 * 500)).mean() < 0.6


def test_room_is_measured_between_strands_not_between_neighbours() -> None:
    hairpin = reference_line([Straight(200.0), Arc.turning(25.0, pi), Straight(200.0)])
    assert 40.0 <= clearance_m(hairpin, 40.0) <= 46.0
    loop = reference_line([Straight(100.0), Arc.turning(40.0, 1.5 * pi), Straight(200.0)])
    assert crosses_itself(loop)
    assert clearance_m(loop, 40.0) < 1.0
    straight_m = clearance_m(reference_line([Straight(300.0)]), 40.0)
    assert pi / 2 * 40.0 - 4.0 <= straight_m <= pi / 2 * 40.0


def test_a_road_that_only_seems_to_go_on_into_itself_is_noticed() -> None:
    hook = reference_line([Straight(100.0), Arc.turning(40.0, 1.5 * pi), Straight(5.0)])
    assert not crosses_itself(hook)
    assert clearance_m(hook, 20.0) < 1.0


@pytest.mark.parametrize(
    ('changed', 'message'),
    [
        ({'length_m': 0.0}, 'length_m must be above 0'),
        ({'length_m': float('nan')}, 'length_m must be above 0'),
        ({'min_radius_m': 90.0, 'max_radius_m': 80.0}, 'min_radius_m <= max_radius_m'),
        ({'min_radius_m': 2.0}, 'min_radius_m must exceed the 2.15 m .* but got 2'),
    ],
)
def test_impossible_wishes_are_refused(changed: dict[str, float], message: str) -> None:
    wishes = {'length_m': 300.0, 'min_radius_m': 30.0, 'max_radius_m': 60.0, **changed}
    with pytest.raises(InputError, match=message):
        random_road(np.random.default_rng(0), single_lane(), **wishes)


def test_draws_that_never_keep_clear_end_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr('wpt_sim.road.winding.clearance_m', lambda *_: 15.9)
    with pytest.raises(InputError, match=r'in 200 draws no road of 300 m .* 16 m clear'):
        random_road(np.random.default_rng(0), single_lane(lane_m=3.2), length_m=300.0)


def test_a_draw_that_crosses_itself_is_thrown_away() -> None:
    """Seeds whose first draw comes too near itself still give a road that does not."""
    wishes = {'min_radius_m': 30.0, 'max_radius_m': 40.0}
    rejected = 0
    for seed in range(30):
        first = reference_line(random_pieces(np.random.default_rng(seed), 2500.0, **wishes))
        road = random_road(np.random.default_rng(seed), country(), length_m=2500.0, **wishes)
        needed_m = 2 * road.section.left_edge_m + 12.0
        rejected += clearance_m(first, needed_m) < needed_m
        assert clearance_m(road.reference, needed_m) >= needed_m
    assert 0 < rejected < 30
