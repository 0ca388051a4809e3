# SPDX-License-Identifier: Apache-2.0
"""Whole pictures: equal from run to run, darker at night, refused for rigs that cannot be."""

from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest
from numpy.typing import NDArray

from wpt_core.sensing import surround_rig
from wpt_core.types import EgoState, InputError, Pose2, Rig
from wpt_sim.render import Daylight, LensLook, Look, Renderer, Weather, draw_look
from wpt_sim.road import Arc, CrossSection, Road, Straight, city, country, motorway, reference_line
from wpt_sim.scene import Actor, Kind, Lights, Scene, Size

CLEAN = LensLook(noise=0.0)
RIG = surround_rig()
FRONT = Rig(RIG.cameras[:1])
ROAD = Road(reference_line([Straight(70.0), Arc(90.0, 30.0)]), country(), 25.0)


def scene(*actors: Actor, x_m: float = 40.0, time_s: float = 2.0) -> Scene:
    ego = EgoState(time_s, Pose2(x_m, -1.6, 0.0), 12.0, 0.0, 0.0, 0.0)
    return Scene(time_s, ego, actors)


def car(x_m: float, **lights: bool) -> Actor:
    pose = Pose2(x_m, -1.6, 0.0)
    return Actor(7, Kind.CAR, pose, Size(4.4, 1.8, 1.5), (12.0, 0.0), lights=Lights(**lights))


@lru_cache(maxsize=3)
def renderer(look: Look) -> Renderer:
    return Renderer(FRONT, ROAD, look)


def front(look: Look, seen: Scene) -> NDArray[np.uint8]:
    return renderer(look).render(seen)['front'].image


@pytest.fixture(scope='module')
def day() -> Renderer:
    return Renderer(RIG, ROAD, Look(seed=5, trees=0.2))


def test_equal_worlds_give_equal_bits(day: Renderer) -> None:
    again = Renderer(RIG, ROAD, Look(seed=5, trees=0.2))
    again.render(scene(x_m=10.0, time_s=0.5))
    for a, b in zip(
        day.render(scene(car(60.0))).frames, again.render(scene(car(60.0))).frames, strict=True
    ):
        np.testing.assert_array_equal(a.image, b.image)
        np.testing.assert_array_equal(a.depth_m, b.depth_m)
        np.testing.assert_array_equal(a.instances, b.instances)


def test_a_choice_of_cameras_sees_what_all_of_them_see(day: Renderer) -> None:
    whole, part = day.render(scene(car(60.0))), day.render(scene(car(60.0)), ['back', 'front'])
    assert [p.camera for p in part.frames] == ['back', 'front']
    for picture in part.frames:
        np.testing.assert_array_equal(picture.image, whole[picture.camera].image)
        np.testing.assert_array_equal(picture.depth_m, whole[picture.camera].depth_m)


def test_pictures_have_the_promised_shapes(day: Renderer) -> None:
    view = day.render(scene(car(60.0)))
    assert tuple(p.camera for p in view.frames) == RIG.names
    for picture in view.frames:
        assert picture.image.shape == (128, 256, 3)
        assert picture.image.dtype == np.uint8
        assert picture.depth_m.shape == picture.instances.shape == (128, 256)
        assert np.all(picture.depth_m > 0.0)
    assert set(np.unique(view['front'].instances)) == {0, 7}
    with pytest.raises(KeyError):
        view['roof']


def test_time_changes_the_noise_and_nothing_else(day: Renderer) -> None:
    a, b = (day.render(scene(time_s=t))['front'].image.astype(float) for t in (1.0, 1.05))
    assert 0.0 < np.abs(a - b).mean() < 12.0
    still = replace(day.look, lens=CLEAN)
    c, d = (front(still, scene(time_s=t)) for t in (1.0, 1.05))
    np.testing.assert_array_equal(c, d)


def test_the_seed_draws_another_place() -> None:
    a, b = (
        front(Look(seed=seed, trees=0.0, lens=CLEAN), scene()).astype(float) for seed in (1, 2)
    )
    assert np.abs(a - b).mean() > 3.0


def test_night_is_darker_than_dusk_is_darker_than_day() -> None:
    levels = [
        front(Look(seed=3, daylight=light, trees=0.0, lens=CLEAN), scene()).mean()
        for light in (Daylight.NIGHT, Daylight.DUSK, Daylight.DAY)
    ]
    assert levels[0] < 0.5 * levels[1]
    assert levels[1] < levels[2]
    assert 70 < levels[2] < 170


def test_paint_shines_back_at_night() -> None:
    """By headlight the near edge line stands out more against asphalt than by day."""
    contrast = []
    for light in (Daylight.DAY, Daylight.NIGHT):
        look = Look(seed=3, daylight=light, weather=Weather.OVERCAST, trees=0.0, patches=0.0)
        (buffer,) = renderer(look).radiance(scene()).buffers
        row = buffer.light[90, :, 1]
        contrast.append(row[145:215].max() / np.median(row[110:145]))
    assert contrast[1] > 2.0 * contrast[0]


@pytest.mark.parametrize('stops', [-1.0, 1.0])
def test_an_exposure_error_shows_as_stated(day: Renderer, stops: float) -> None:
    (buffer,) = day.radiance(scene(), ['front']).buffers
    lens = day.lens('front')
    wrong = replace(lens, look=replace(lens.look, exposure_ev=stops))
    assert wrong.gain(buffer.light) == pytest.approx(lens.gain(buffer.light) * 2.0**stops)
    levels = [
        np.asarray(each.develop(buffer.light, np.random.default_rng(0))).mean()
        for each in (lens, wrong)
    ]
    assert (levels[1] - levels[0]) * stops > 15.0


def test_noise_and_shading_are_as_strong_as_stated(day: Renderer) -> None:
    grey = np.full((128, 256, 3), 0.18, np.float32)
    lens = replace(day.lens('front'), look=LensLook(noise=0.02, blur_px=0.0))
    picture = lens.develop(grey, np.random.default_rng(0)).astype(float)
    centre = picture[54:74, 108:148]
    assert centre.std() / 255.0 == pytest.approx(0.02, rel=0.35)
    assert picture[:6, :6].mean() < centre.mean() - 8.0


def test_haze_swallows_the_distance() -> None:
    spans = []
    for haze in (0.0, 0.8):
        rows = front(Look(seed=3, trees=0.0, haze=haze, lens=CLEAN), scene())[66:72].astype(float)
        spans.append(rows.std())
    assert spans[1] < 0.5 * spans[0]


def test_a_wet_road_mirrors_a_brake_lamp_and_a_dry_one_does_not() -> None:
    redder = []
    for weather in (Weather.OVERCAST, Weather.RAIN):
        look = Look(seed=3, daylight=Daylight.NIGHT, weather=weather, trees=0.0, lens=CLEAN)
        lit, dark = (
            renderer(look).radiance(scene(car(58.0, brake=brake))).buffers[0].light
            for brake in (True, False)
        )
        redder.append((lit - dark)[95:110, 110:146, 0].mean())
    assert redder[1] > 3.0 * abs(redder[0])
    assert redder[1] > 0.0


@pytest.mark.parametrize(('section', 'hides'), [(city(), True), (motorway(2), False)])
def test_houses_hide_what_is_behind_them_and_rails_do_not(
    section: CrossSection, hides: bool
) -> None:
    street = Road(reference_line([Straight(100.0)]), section, 25.0)
    behind = Pose2(60.0, section.right_edge_m - 12.0, 0.0)
    hidden = replace(car(60.0), pose=behind, size=Size(4.4, 1.8, 1.2))
    view = Renderer(RIG, street, Look(seed=3, trees=0.0)).render(scene(hidden))
    seen = sum(int((p.instances == 7).sum()) for p in view.frames)
    assert (seen < 20) == hides


def test_random_looks_are_sound_and_repeatable() -> None:
    looks = [draw_look(np.random.default_rng(seed)) for seed in range(60)]
    assert looks[7] == draw_look(np.random.default_rng(7))
    assert {look.daylight for look in looks} == set(Daylight)
    assert {look.weather for look in looks} == set(Weather)
    for look in looks:
        for name in ('glare', 'haze', 'asphalt', 'patches', 'greenery', 'trees'):
            assert 0.0 <= getattr(look, name) <= 1.0
        assert (look.sun_elevation_rad > 0.08) == (look.daylight is Daylight.DAY)
    chosen = draw_look(np.random.default_rng(1), Daylight.NIGHT, Weather.RAIN)
    assert (chosen.daylight, chosen.weather) == (Daylight.NIGHT, Weather.RAIN)


def test_every_kind_of_light_gives_finite_light() -> None:
    for daylight, weather in zip(Daylight, Weather, strict=True):
        look = replace(draw_look(np.random.default_rng(4), daylight, weather), trees=0.0)
        light = renderer(look).radiance(scene(car(60.0, brake=True))).light
        assert np.all(np.isfinite(light))
        assert light.min() >= 0.0


def test_impossible_rigs_are_refused_by_name() -> None:
    camera = RIG.cameras[0]
    below = camera.base_from_camera.copy()
    below[2, 3] = -0.2
    with pytest.raises(InputError, match=r"'front': height above ground is -0\.20 m"):
        Renderer(Rig((replace(camera, base_from_camera=below),)), ROAD, Look(1))
    with pytest.raises(InputError, match='at least one camera'):
        Renderer(Rig(()), ROAD, Look(1))
    with pytest.raises(InputError, match='repeat'):
        Renderer(Rig((camera, camera)), ROAD, Look(1))


@pytest.mark.parametrize('names', [['roof'], [], ['front', 'front']])
def test_unknown_cameras_are_refused(day: Renderer, names: list[str]) -> None:
    with pytest.raises(InputError, match='expected distinct names of'):
        day.render(scene(), names)
