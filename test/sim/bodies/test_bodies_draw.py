# SPDX-License-Identifier: Apache-2.0
"""Whole scenes: who hides whom, what lamps do, and that nothing depends on chance."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wpt_core.geometry import apply, pixel_grid, project, rays
from wpt_sim.render.bodies import draw_bodies
from wpt_sim.render.light import light_from
from wpt_sim.render.look import Daylight, Look, Weather
from wpt_sim.scene import Kind, Lights


@pytest.mark.parametrize('swap', [False, True])
def test_the_nearer_body_hides_the_farther(draw, make_camera, make_actor, swap):
    near, far = make_actor(12.0, instance=5), make_actor(24.0, kind=Kind.VAN, instance=9)
    actors = (far, near) if swap else (near, far)
    buffer = draw(*actors, cameras=(make_camera(),)).buffers[0]
    alone = draw(near, cameras=(make_camera(),)).buffers[0]
    np.testing.assert_array_equal(buffer.instances == 5, alone.instances == 5)
    assert (buffer.instances == 9).sum() > 20


def test_order_of_actors_does_not_change_a_bit(draw, make_camera, make_actor):
    kinds = list(Kind)
    actors = [
        make_actor(8.0 + 3 * i, i % 3 - 1.0, 0.3 * i, kind=kind, instance=i + 1)
        for i, kind in enumerate(kinds)
    ]
    one = draw(*actors, cameras=(make_camera(),))
    other = draw(*reversed(actors), cameras=(make_camera(),))
    np.testing.assert_array_equal(one.light, other.light)
    np.testing.assert_array_equal(one.depth_m, other.depth_m)
    np.testing.assert_array_equal(one.instances, other.instances)


def test_what_stands_in_front_is_left_alone(make_camera, make_actor, make_scene, stage, day):
    canvas = stage(make_camera())
    canvas.buffers[0].depth_m[:, :128] = 5.0
    draw_bodies(canvas, make_scene(make_actor(12.0)), day)
    assert not canvas.buffers[0].instances[:, :128].any()
    assert canvas.buffers[0].instances[:, 128:].any()


@pytest.mark.parametrize('kind', [Kind.CAR, Kind.VAN, Kind.TRUCK])
def test_brake_lamps_are_red_and_bright(draw, make_camera, make_actor, kind):
    dark = draw(make_actor(14.0, kind=kind), cameras=(make_camera(),))
    lamps = draw(make_actor(14.0, kind=kind, lights=Lights(brake=True)), cameras=(make_camera(),))
    gain = lamps.light - dark.light
    assert gain[:, 0].max() > 0.5
    brightest = gain[gain[:, 0].argmax()]
    assert (brightest[1:] < 0.2 * brightest[0]).all()


def test_brake_lamps_do_not_show_from_the_front(draw, make_camera, make_actor):
    dark = draw(make_actor(14.0, yaw_rad=np.pi), cameras=(make_camera(),))
    lights = Lights(brake=True)
    lamps = draw(make_actor(14.0, yaw_rad=np.pi, lights=lights), cameras=(make_camera(),))
    np.testing.assert_allclose(lamps.light, dark.light, atol=1e-6)


@pytest.mark.parametrize(('left', 'side'), [(True, slice(0, 128)), (False, slice(128, 256))])
def test_indicators_blink_on_their_side(draw, make_camera, make_actor, left, side):
    lights = Lights(left_indicator=left, right_indicator=not left)
    actor, cameras = make_actor(10.0, lights=lights), (make_camera(),)
    on, off = (draw(actor, cameras=cameras, time_s=t).buffers[0].light for t in (0.1, 0.5))
    again = draw(actor, cameras=cameras, time_s=0.1 + 2 / 3).buffers[0].light
    gain = (on - off)[..., 0]
    assert gain[:, side].max() > 0.3
    assert gain.max() == gain[:, side].max()
    np.testing.assert_allclose(on, again, atol=1e-6)


def test_at_night_only_what_the_headlights_reach_is_seen(
    stage, make_camera, make_actor, make_scene
):
    night = light_from(Look(1, daylight=Daylight.NIGHT, haze=0.0))
    brightest = []
    for x, yaw_deg in ((18.0, 0.0), (-18.0, 180.0)):
        canvas = stage(make_camera(yaw_deg=yaw_deg))
        canvas.light[:] = 0.0
        barrier = make_actor(x, kind=Kind.BARRIER)
        draw_bodies(canvas, make_scene(barrier), night)
        brightest.append(float(canvas.light.max()))
    assert brightest[0] > 20 * brightest[1] > 0


def test_a_wet_road_mirrors_lamps(draw, make_camera, make_actor):
    look = Look(1, daylight=Daylight.NIGHT, weather=Weather.RAIN, haze=0.0)
    wet = light_from(look)
    dry = replace(wet, wetness=0.0)
    oncoming, camera = make_actor(25.0, yaw_rad=np.pi), make_camera()
    gain = (
        draw(oncoming, cameras=(camera,), light=wet).buffers[0].light
        - draw(oncoming, cameras=(camera,), light=dry).buffers[0].light
    ).sum(axis=-1)
    rows, columns = np.nonzero(gain > 0.2 * gain.max())
    mirrored = project(camera, [25.0 - 2.2, 0.0, -0.6])[0]
    assert abs(columns.mean() - mirrored[0]) < 1.5
    assert abs(rows.mean() - mirrored[1]) < 4.0


def test_haze_takes_colour_away(draw, make_camera, make_actor):
    clear, thick = (light_from(Look(1, haze=h)) for h in (0.0, 0.7))
    actor = make_actor(60.0, kind=Kind.TRUCK)
    distance = []
    for light in (clear, thick):
        buffer = draw(actor, cameras=(make_camera(),), light=light).buffers[0]
        mean = buffer.light[buffer.instances > 0].mean(axis=0)
        distance.append(np.abs(mean - light.haze_rgb).max())
    assert distance[1] < 0.6 * distance[0]


@given(x=st.floats(10.0, 30.0), y=st.floats(-4.0, 4.0), yaw=st.floats(-3.0, 3.0))
@settings(max_examples=25, deadline=None)
def test_small_motion_changes_the_picture_a_little(draw, make_camera, make_actor, x, y, yaw):
    camera = make_camera()
    step = 0.1 * x / camera.intrinsics.fx_px
    before = draw(make_actor(x, y, yaw), cameras=(camera,)).buffers[0]
    after = draw(make_actor(x, y + step, yaw), cameras=(camera,)).buffers[0]
    body = max(int((before.instances > 0).sum()), 1)
    change = np.abs(after.light - before.light).sum() / 3
    assert change < 0.06 * body + 1.0
    assert abs(int((after.instances > 0).sum()) - body) < 0.06 * body + 6


def test_two_cameras_agree_on_what_both_see(draw, make_camera, make_actor):
    cameras = (make_camera(width=512, yaw_deg=0.0), make_camera(width=512, yaw_deg=35.0))
    one, other = draw(make_actor(14.0, 4.5, 0.4), cameras=cameras).buffers
    inner = cv2.erode((one.instances > 0).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    in_camera = rays(one.camera, pixel_grid(one.camera.intrinsics)) * one.depth_m[..., None]
    points = apply(one.camera.base_from_camera, in_camera[inner])
    pixels, depth = project(other.camera, points)
    u, v = np.rint(pixels).astype(int).T
    assert inner.sum() > 500
    assert (other.instances[v, u] == 1).mean() > 0.99
    close = np.abs(other.depth_m[v, u] - depth) < 0.03 * depth
    assert close.mean() > 0.95
    change = np.abs(other.light[v, u] - one.light[inner]).mean(axis=-1)
    assert np.median(change) < 0.01


def test_far_and_near_meshes_look_alike(draw, make_camera, make_actor):
    """Where the mesh changes with distance, colour and extent hardly do."""
    camera = make_camera()
    switch_m = camera.intrinsics.fy_px * 1.5 / 18.0
    sums = []
    for x in (switch_m - 0.05, switch_m + 0.05):
        buffer = draw(make_actor(x, 0.0, 0.5), cameras=(camera,)).buffers[0]
        sums.append((buffer.light[buffer.instances > 0].mean(), int((buffer.instances > 0).sum())))
    assert sums[0][0] == pytest.approx(sums[1][0], rel=0.15)
    assert sums[0][1] == pytest.approx(sums[1][1], rel=0.10)
