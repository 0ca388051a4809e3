# SPDX-License-Identifier: Apache-2.0
"""The parts that the ground is made of: road coordinates, filtered textures, paint, light."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wpt_core.types import Pose2
from wpt_sim.render.ground.locator import build_locator
from wpt_sim.render.ground.paint import paint_cover
from wpt_sim.render.ground.ripmap import build_ripmap
from wpt_sim.render.ground.texel_grid import TexelGrid
from wpt_sim.render.light import light_from
from wpt_sim.render.look import Daylight, Look, Weather
from wpt_sim.road import Arc, Clothoid, Marking, Pattern, Straight, reference_line

PATH = reference_line(
    [
        Straight(50.0),
        Clothoid(40.0, 0.0, 1 / 60.0),
        Arc(60.0, 80.0),
        Clothoid(60.0, 1 / 60.0, -1 / 40.0),
        Arc(-40.0, 40.0),
    ],
    start=Pose2(-30.0, 12.0, 0.7),
)
LOCATOR = build_locator(PATH)


@settings(max_examples=80, deadline=None)
@given(s_m=st.floats(1.0, 260.0), d_m=st.floats(-9.0, 9.0))
def test_road_coordinates_are_those_of_the_path(s_m: float, d_m: float) -> None:
    """Offsets within millimetres; stations within centimetres, at 9 m inside a bend of 40 m."""
    x, y = PATH.from_frenet(s_m, d_m)
    found = LOCATOR.locate(np.float32([[x]]), np.float32([[y]]))
    assert found.d_m[0, 0] == pytest.approx(d_m, abs=0.005)
    assert found.s_m[0, 0] == pytest.approx(s_m, abs=0.06)
    yaw = PATH.pose_at(s_m).yaw_rad
    assert found.cos[0, 0] * np.cos(yaw) + found.sin[0, 0] * np.sin(yaw) > np.cos(0.08)


def test_the_road_is_mirrored_beyond_its_ends() -> None:
    x, y = PATH.from_frenet(np.array([-20.0, 20.0]), np.array([2.0, 2.0])).T
    found = LOCATOR.locate(np.float32(x)[None], np.float32(y)[None])
    np.testing.assert_allclose(found.s_m, 20.0, atol=0.01)
    np.testing.assert_allclose(found.d_m, 2.0, atol=0.01)


def _board() -> tuple[np.ndarray, float, float, float]:
    generator = np.random.default_rng(0)
    return generator.integers(0, 255, (400, 96, 4), np.uint8), 24.0, -2.0, 1.84


def test_the_finest_level_returns_texels_as_they_are() -> None:
    base, length_m, right_m, left_m = _board()
    rip = build_ripmap(base, length_m, right_m, left_m)
    row, column = np.meshgrid(np.arange(5, 395, 13), np.arange(3, 93, 5), indexing='ij')
    s = ((row + 0.5) * 0.06).astype(np.float32)
    d = (right_m + (column + 0.5) * 0.04).astype(np.float32)
    tiny = np.full_like(s, 0.01)
    found = rip.sample(s, d, along_m=tiny, across_m=tiny).astype(int)
    assert np.abs(found - base[row, column]).max() <= 8


@pytest.mark.parametrize(('along_m', 'across_m'), [(0.96, 0.04), (0.06, 0.64), (1.92, 0.32)])
def test_a_footprint_is_averaged_in_its_own_directions(along_m: float, across_m: float) -> None:
    """A wide footprint along leaves differences across, and the other way round."""
    base, length_m, right_m, left_m = _board()
    rip = build_ripmap(base, length_m, right_m, left_m)
    n, m = round(along_m / 0.06), round(across_m / 0.04)
    mean = (
        base[: 400 // n * n, : 96 // m * m].reshape(400 // n, n, 96 // m, m, 4).mean(axis=(1, 3))
    )
    i, j = np.meshgrid(np.arange(1, 400 // n - 1), np.arange(96 // m), indexing='ij')
    s = ((i + 0.5) * along_m).astype(np.float32)
    d = (right_m + (j + 0.5) * across_m).astype(np.float32)
    found = rip.sample(s, d, along_m=np.full_like(s, along_m), across_m=np.full_like(s, across_m))
    assert np.abs(found - mean[i, j]).max() < 12.0


@pytest.mark.parametrize('width_m', [0.1, 0.12, 0.3])
@pytest.mark.parametrize('offset_m', [0.0, 0.013, -1.27])
def test_paint_is_as_wide_as_told_and_where_told(width_m: float, offset_m: float) -> None:
    grid = TexelGrid(500, 200, 30.0, right_m=-4.0, left_m=4.0)
    line = Marking(offset_m, width_m, Pattern.SOLID, wear=0.0)
    columns, cover = paint_cover(np.random.default_rng(0), grid, line)
    across = cover.mean(axis=0)
    d = grid.offsets_m[0, columns]
    assert across.sum() * grid.texel_across_m == pytest.approx(width_m, rel=0.08)
    assert (across * d).sum() / across.sum() == pytest.approx(offset_m, abs=0.003)


def test_dashes_cover_their_share_and_wear_takes_paint_away() -> None:
    grid = TexelGrid(2000, 200, 120.0, right_m=-4.0, left_m=4.0)
    amounts = []
    for pattern, wear in (
        (Pattern.SOLID, 0.0), (Pattern.DASHED, 0.0), (Pattern.SOLID, 0.5), (Pattern.SOLID, 1.0),
        (Pattern.NONE, 0.0),
    ):  # fmt: skip
        line = Marking(0.5, 0.12, pattern, dash_m=4.0, gap_m=8.0, wear=wear)
        amounts.append(float(paint_cover(np.random.default_rng(0), grid, line)[1].sum()))
    solid, dashed, worn, gone, none = amounts
    assert dashed / solid == pytest.approx(1 / 3, rel=0.05)
    assert 0.2 < worn / solid < 0.9
    assert gone < 0.12 * solid
    assert none == 0.0


def test_headlights_end_at_the_cut_off_and_fade_with_distance() -> None:
    light = light_from(Look(1, daylight=Daylight.NIGHT))
    ahead = np.array([12.0, 25.0, 50.0])
    ground = light.headlight(np.stack([ahead, 0 * ahead, 0 * ahead], axis=-1))
    assert ground[0] > ground[1] > ground[2] > 0.0
    low, high = light.headlight([[25.0, 1.0, 0.2], [25.0, 1.0, 1.6]])
    assert high < 0.05 * low
    near_side, far_side = light.headlight([[40.0, -6.0, 0.8], [40.0, 6.0, 0.8]])
    assert near_side > 3.0 * far_side
    assert light.headlight([-10.0, 0.0, 0.5]) == 0.0
    assert light_from(Look(1)).headlight([10.0, 0.0, 0.5]) == 0.0


def test_light_follows_the_look() -> None:
    noon, low = (light_from(Look(1, sun_elevation_rad=e)) for e in (1.0, 0.12))
    assert noon.ground_rgb.sum() > 2.0 * low.ground_rgb.sum()
    assert low.sun_rgb[0] / low.sun_rgb[2] > 2.0 * noon.sun_rgb[0] / noon.sun_rgb[2]
    assert np.all(noon.shadow_rgb < 0.6)
    for weather in (Weather.OVERCAST, Weather.RAIN):
        covered = light_from(Look(1, weather=weather))
        assert not covered.sun_rgb.any()
        np.testing.assert_allclose(covered.shadow_rgb, 1.0)
    clear, thick = (light_from(Look(1, haze=h)) for h in (0.0, 1.0))
    assert clear.transmittance(1000.0) > 0.85
    assert thick.transmittance(100.0) == pytest.approx(0.02, abs=0.005)
