# SPDX-License-Identifier: Apache-2.0
"""What stands beside a road keeps off it, fits it, and is the same every time."""

from itertools import pairwise

import numpy as np
import pytest

from wpt_core.geometry import project
from wpt_sim.render.bodies import draw_bodies, roadside
from wpt_sim.render.bodies.billboards import Plants
from wpt_sim.render.bodies.plants import VARIANTS, foliage
from wpt_sim.render.bodies.roadside import Roadside
from wpt_sim.render.bodies.shadows import outlines
from wpt_sim.render.bodies.species import Species
from wpt_sim.render.look import Look
from wpt_sim.road import Arc, Clothoid, Road, Straight, city, country, motorway, reference_line


def road_with(section):
    bend = [Clothoid(40.0, 0.0, 1 / 80), Arc(80.0, 120.0), Clothoid(40.0, 1 / 80, 0.0)]
    return Road(reference_line([Straight(150.0), *bend, Straight(150.0)]), section, 20.0)


@pytest.mark.parametrize('section', [country(), motorway(2), city()])
def test_nothing_stands_on_the_road(section):
    road = road_with(section)
    beside = roadside(road, Look(5, trees=1.0))
    assert len(beside.plants.images) > 20
    places = np.concatenate([beside.plants.feet_m[:, :2], beside.fixture_places_m])
    _, offsets_m = road.reference.to_frenet(places)
    right_m, left_m = section.right_edge_m, section.left_edge_m
    assert np.all((offsets_m < right_m) | (offsets_m > left_m))


def test_each_kind_of_road_has_its_own_furniture():
    posts = {
        name: sum(f.mesh.radius_m < 0.6 for f in roadside(road_with(section), Look(2)).fixtures)
        for name, section in {
            'country': country(),
            'city': city(),
            'motorway': motorway(2),
        }.items()
    }
    length = road_with(country()).length_m
    assert posts == {'country': 2 * len(np.arange(10.0, length, 50.0)), 'city': 0, 'motorway': 0}


def test_more_trees_when_asked_for():
    road = road_with(country())
    counts = [
        sum(len(roadside(road, Look(seed, trees=trees)).plants.images) for seed in range(4))
        for trees in (0.0, 0.5, 1.0)
    ]
    assert counts[0] * 2 < counts[1] < counts[2]


def test_same_seed_same_roadside_other_seed_another():
    road = road_with(country())
    one, same, other = (roadside(road, Look(seed)).plants for seed in (3, 3, 4))
    np.testing.assert_array_equal(one.feet_m, same.feet_m)
    np.testing.assert_array_equal(one.tints, same.tints)
    assert one.feet_m.shape != other.feet_m.shape or (one.feet_m != other.feet_m).any()


def test_dry_summers_are_yellower():
    road = road_with(country())
    lush, dry = (roadside(road, Look(3, greenery=g)).plants.tints.mean(axis=0) for g in (1, 0))
    assert dry[0] / dry[1] > 1.3 * lush[0] / lush[1]


@pytest.mark.parametrize('species', list(Species))
def test_pictures_of_plants_are_sound(species):
    for variant in range(VARIANTS):
        image = foliage(species, variant)
        cover = image.colours[0][..., 3] / 255
        assert 0.12 < cover.mean() < 0.95
        assert cover[-4:].max() > 0.5, 'it stands on the ground'
        assert cover[: len(cover) // 5].max() > 0.5, 'it reaches its height'
        widths = [level.shape[1] for level in image.colours]
        assert all(a // 2 == b for a, b in pairwise(widths))


def one_tree(height_m, position_m, mirrored=False):
    plants = Plants(
        images=(foliage(Species.BROAD, 0),),
        feet_m=np.array([[*position_m, 0.0]]),
        heights_m=np.array([height_m]),
        widths_m=np.array([height_m * foliage(Species.BROAD, 0).aspect]),
        mirrored=np.array([mirrored]),
        tints=np.ones((1, 3)),
    )
    none = outlines([], [])
    return Roadside(plants, plants.centres_m(), plants.radii_m(), (), np.zeros((0, 2)), none)


@pytest.mark.parametrize('distance', [15.0, 35.0, 60.0])
def test_a_tree_is_as_tall_and_as_deep_as_it_should_be(
    stage, make_camera, make_scene, day, distance
):
    canvas = stage(make_camera(width=512))
    before = canvas.buffers[0].depth_m.copy()
    draw_bodies(canvas, make_scene(), day, one_tree(8.0, (distance, 0.0)))
    buffer = canvas.buffers[0]
    rows = np.nonzero((buffer.depth_m != before).any(axis=1))[0]
    focal = buffer.camera.intrinsics.fy_px
    assert rows.max() - rows.min() == pytest.approx(8.0 * focal / distance, rel=0.08, abs=2)
    assert buffer.depth_m[buffer.depth_m != before] == pytest.approx(distance, rel=0.01)
    assert not buffer.instances.any()


@pytest.mark.parametrize('distortion', [(0.0,) * 5, (-0.25, 0.06, 0.001, -0.001, 0.0)])
@pytest.mark.parametrize('position_m', [(12.0, -9.0), (6.0, -4.8), (6.0, 4.8), (3.0, 1.8)])
def test_a_tree_beside_the_road_stands_on_the_ground(
    stage, make_camera, make_scene, day, position_m, distortion
):
    camera = make_camera(width=512, distortion=distortion)
    canvas = stage(camera)
    before = canvas.buffers[0].depth_m.copy()
    draw_bodies(canvas, make_scene(), day, one_tree(9.0, position_m))
    (u, v), depth = project(camera, [*position_m, 0.0])
    columns = slice(round(u) - 2, round(u) + 3)
    rows = np.nonzero((canvas.buffers[0].depth_m != before)[:, columns].any(axis=1))[0]
    assert rows.max() == pytest.approx(min(v, 255), abs=3)
    assert canvas.buffers[0].depth_m[rows.max() - 3, round(u)] == pytest.approx(depth, rel=0.02)
    assert len(rows) == pytest.approx(rows.max() - rows.min() + 1, abs=12), 'in one piece'


@pytest.mark.parametrize('side', [-1.0, 1.0])
def test_a_tree_that_reaches_behind_the_camera_is_cut_off_not_left_out(
    stage, make_camera, make_scene, day, side
):
    camera, counts = make_camera(width=512), []
    for x in (2.5, 2.0, 1.5, 1.0):
        canvas = stage(camera)
        before = canvas.light.copy()
        draw_bodies(canvas, make_scene(), day, one_tree(3.0, (x, side * 2.0)))
        assert np.isfinite(canvas.light).all()
        changed = (canvas.buffers[0].light != before.reshape(256, 512, 3)).any(axis=2)
        assert not changed[:, 256:].any() if side > 0 else not changed[:, :256].any()
        counts.append(int(changed.sum()))
    assert min(counts) > 400
    steps = np.abs(np.diff(counts)) / counts[:-1]
    assert steps.max() < 0.6


def test_a_tree_hides_an_actor_and_is_hidden_by_one(
    stage, make_camera, make_scene, make_actor, day
):
    counts = []
    for x in (None, 12.0, 30.0):
        canvas = stage(make_camera(width=512))
        beside = None if x is None else one_tree(5.0, (x, 0.0))
        draw_bodies(canvas, make_scene(make_actor(20.0)), day, beside)
        counts.append(int((canvas.instances == 1).sum()))
    assert counts[1] < counts[0]
    assert counts[2] == counts[0]


def test_mirrored_trees_are_mirror_images(stage, make_camera, make_scene, day):
    images = []
    for mirrored in (False, True):
        canvas = stage(make_camera())
        draw_bodies(canvas, make_scene(), day, one_tree(8.0, (15.0, 0.0), mirrored))
        images.append(canvas.buffers[0].depth_m == np.float32(canvas.buffers[0].depth_m[60, 127]))
    agree = (images[0] == images[1][:, ::-1]).mean()
    assert agree > 0.99
    assert (images[0] != images[1]).mean() > 0.005
