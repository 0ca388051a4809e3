# SPDX-License-Identifier: Apache-2.0
"""Shadows: away from the sun, as long as the sun is low, darkest under the body."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wpt_core.geometry import lift, project
from wpt_core.types import Pose2
from wpt_sim.render.bodies import draw_ground_shadows
from wpt_sim.render.bodies.loft import block
from wpt_sim.render.bodies.mesh import Finish, MeshBuilder
from wpt_sim.render.bodies.shadows import contact_outlines, mesh_shadows, outlines
from wpt_sim.render.light import light_from
from wpt_sim.render.look import Daylight, Look, Weather
from wpt_sim.scene import Kind, Size


def sun_from(azimuth, elevation):
    flat = np.cos(elevation)
    return np.array([flat * np.cos(azimuth), flat * np.sin(azimuth), np.sin(elevation)])


@given(azimuth=st.floats(-3.1, 3.1), elevation=st.floats(0.1, 1.5), height=st.floats(0.2, 4.0))
@settings(max_examples=80, deadline=None)
def test_a_pole_throws_a_shadow_of_height_over_tangent(azimuth, elevation, height):
    builder = MeshBuilder()
    builder.part((0.0, 0.0, height / 2))
    block(builder, (-0.01, -0.01, 0.0), (0.01, 0.01, height), Finish((0.5, 0.5, 0.5)))
    (loop,) = mesh_shadows(
        builder.mesh(), lift(Pose2(3.0, -2.0, 0.4)), sun_from(azimuth, elevation)
    )
    away = -np.array([np.cos(azimuth), np.sin(azimuth)])
    along = (loop - (3.0, -2.0)) @ away
    across = (loop - (3.0, -2.0)) @ (-away[1], away[0])
    assert along.max() == pytest.approx(height / np.tan(elevation), abs=0.03)
    assert along.min() == pytest.approx(0.0, abs=0.03)
    assert np.abs(across).max() < 0.03


def test_a_sun_on_the_horizon_throws_no_shadow():
    builder = MeshBuilder()
    builder.part((0.0, 0.0, 0.5))
    block(builder, (-1, -1, 0), (1, 1, 1), Finish((0.5, 0.5, 0.5)))
    assert mesh_shadows(builder.mesh(), np.eye(4), sun_from(0.3, 0.01)) == []


@pytest.mark.parametrize(('azimuth', 'shaded'), [(np.pi / 2, -1), (-np.pi / 2, 1)])
def test_ground_is_dark_on_the_side_away_from_the_sun(
    stage, make_camera, make_actor, make_scene, azimuth, shaded
):
    light = light_from(Look(1, sun_azimuth_rad=azimuth, sun_elevation_rad=0.6, haze=0.0))
    canvas = stage(make_camera(width=512))
    draw_ground_shadows(canvas, make_scene(make_actor(12.0, kind=Kind.VAN)), light)
    buffer = canvas.buffers[0]
    # 2.4 m high at 0.6 rad: 3.5 m of shadow beyond the side at 1 m.
    inside, outside = np.array([12.0, shaded * 3.3, 0.0]), np.array([12.0, -shaded * 3.3, 0.0])
    values = []
    for point in (inside, outside):
        u, v = np.rint(project(buffer.camera, point)[0]).astype(int)
        values.append(buffer.light[v, u])
    np.testing.assert_allclose(values[0], 0.3 * light.shadow_rgb, rtol=0.03)
    np.testing.assert_allclose(values[1], 0.3, rtol=1e-6)


def test_shadows_stay_off_the_sky_and_do_not_add_up(stage, make_camera, make_actor, make_scene):
    light = light_from(Look(1, sun_azimuth_rad=1.0, sun_elevation_rad=0.3, haze=0.0))
    actors = [make_actor(12.0 + 0.1 * i, kind=Kind.VAN, instance=i + 1) for i in range(3)]
    one, three = stage(make_camera()), stage(make_camera())
    draw_ground_shadows(one, make_scene(actors[1]), light)
    draw_ground_shadows(three, make_scene(*actors), light)
    assert three.light.min() == pytest.approx(one.light.min(), rel=0.02)
    sky = np.isinf(one.buffers[0].depth_m)
    assert (one.buffers[0].light[sky] == np.float32(0.3)).all()
    assert (one.buffers[0].light < 0.2).any()


def test_under_clouds_only_the_ground_below_is_dark(stage, make_camera, make_actor, make_scene):
    light = light_from(Look(1, weather=Weather.OVERCAST, haze=0.0))
    canvas = stage(make_camera(width=512))
    draw_ground_shadows(canvas, make_scene(make_actor(10.0, 2.5)), light)
    buffer = canvas.buffers[0]
    below, beside = (
        np.rint(project(buffer.camera, point)[0]).astype(int)
        for point in ([10.0, 2.5, 0.0], [10.0, 0.6, 0.0])
    )
    assert buffer.light[below[1], below[0]].max() < 0.3 * 0.35
    assert buffer.light[beside[1], beside[0]].min() == pytest.approx(0.3)


def test_contact_shadow_follows_size_and_pose(make_actor):
    actor = make_actor(5.0, -3.0, 0.9, kind=Kind.CAR, size=Size(4.0, 2.0, 1.5))
    patches = contact_outlines([actor])
    wide, moved = patches.loops_m[0], contact_outlines([replace(actor, pose=Pose2(0, 0, 0))])
    flat = np.linalg.inv(lift(actor.pose))
    back = wide @ flat[:3, :3].T + flat[:3, 3]
    np.testing.assert_allclose(back, moved.loops_m[0], atol=1e-9)
    darkest = moved.loops_m[int(np.argmax(moved.values))]
    assert np.abs(darkest[:, 0]).max() < 2.0
    assert np.abs(darkest[:, 1]).max() < 1.0


@pytest.mark.parametrize('daylight', [Daylight.NIGHT, Daylight.DAY])
def test_headlamps_light_the_road_ahead_of_them_at_night(
    stage, make_camera, make_actor, make_scene, daylight
):
    light = light_from(Look(1, daylight=daylight, weather=Weather.OVERCAST, haze=0.0))
    gains = []
    for yaw in (np.pi, 0.0):
        canvas = stage(make_camera(width=512))
        canvas.light[:] = 0.0
        draw_ground_shadows(canvas, make_scene(make_actor(30.0, 0.0, yaw)), light)
        buffer = canvas.buffers[0]
        u, v = np.rint(project(buffer.camera, [23.0, 0.0, 0.0])[0]).astype(int)
        gains.append(buffer.light[v, u].max())
        assert not buffer.light[np.isinf(buffer.depth_m)].any()
    assert (gains[0] > 0.0005) == (daylight is Daylight.NIGHT)
    assert gains[1] == 0.0


def test_near_keeps_what_reaches_into_the_circle():
    squares = [np.array([(x, 0), (x + 2, 0), (x + 2, 2), (x, 2.0)]) for x in (0.0, 9.0, 30.0)]
    patches = outlines(squares, [1.0, 0.5, 0.2])
    assert patches.near((0.0, 0.0), 9.5).values.tolist() == [1.0, 0.5]
