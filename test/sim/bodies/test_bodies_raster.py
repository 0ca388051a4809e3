# SPDX-License-Identifier: Apache-2.0
"""One body in one picture: exact depth, right visibility, smooth edges, whatever the lens."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wpt_core.geometry import lift, pixel_grid, project, rays
from wpt_core.types import EgoState, Pose2
from wpt_sim.render.bodies.loft import block
from wpt_sim.render.bodies.mesh import Finish, MeshBuilder
from wpt_sim.render.bodies.models import actor_mesh
from wpt_sim.render.bodies.raster import paint_faces, place_mesh
from wpt_sim.render.bodies.shading import emission, shade_bodies
from wpt_sim.render.bodies.viewpoint import NEAR_M, clip_near, viewpoints
from wpt_sim.render.canvas import blank_canvas
from wpt_sim.scene import Kind, Lights

BARREL = (-0.25, 0.06, 0.001, -0.001, 0.0)
STILL = EgoState(0.0, Pose2(0.0, 0.0, 0.0), 0.0, 0.0, 0.0, 0.0)


def box_mesh():
    builder = MeshBuilder()
    builder.part((0.0, 0.0, 0.75))
    block(builder, (-2.0, -1.0, 0.0), (2.0, 1.0, 1.5), Finish((0.5, 0.5, 0.5)))
    return builder.mesh()


def paint(mesh, pose, camera, light):
    canvas = blank_canvas([camera])
    viewpoint = viewpoints(canvas, STILL)[0]
    placed = place_mesh(viewpoint, mesh, lift(pose))
    glow = emission(Lights(), light, 0.0)
    shade = shade_bodies([placed], light, [glow])[0]
    paint_faces(placed, shade, instance=7)
    return canvas.buffers[0], placed


def nearest_face_m(placed, camera):
    """Depth of every pixel by the plain way: all rays against all faces.

    Details such as wheels are painted on skins they are up to 10 cm away from.
    """
    directions = rays(camera, pixel_grid(camera.intrinsics))
    turn = placed.camera_from_body
    best = np.full(directions.shape[:2], np.inf)
    for face in placed.faces:
        loop = placed.mesh.vertices_m[placed.mesh.loops[face]] @ turn[:3, :3].T + turn[:3, 3]
        normal = turn[:3, :3] @ placed.mesh.normals[face]
        depth = (normal @ loop.mean(axis=0)) / (directions @ normal)
        point = depth[..., None] * directions
        inside = np.ones(depth.shape, bool)
        for a, b in zip(loop, np.roll(loop, -1, axis=0), strict=True):
            inside &= (np.cross(b - a, point - a) @ normal) >= 0
        best = np.where(inside & (depth > NEAR_M), np.minimum(best, depth), best)
    return best


@pytest.mark.parametrize('distortion', [(0.0,) * 5, BARREL])
@given(x=st.floats(4.0, 40.0), y=st.floats(-0.4, 0.4))
@settings(max_examples=40, deadline=None)
def test_depth_of_a_face_is_that_of_its_plane(make_camera, day, distortion, x, y):
    camera = make_camera(distortion=distortion)
    buffer, _ = paint(box_mesh(), Pose2(x + 2.0, y, 0.0), camera, day)
    centre, depth = project(camera, [x, y, 0.75])
    u, v = np.rint(centre).astype(int)
    assert depth == pytest.approx(x)
    assert buffer.depth_m[v, u] == pytest.approx(x, rel=1e-4)
    assert buffer.instances[v, u] == 7


@pytest.mark.parametrize('distortion', [(0.0,) * 5, BARREL])
@given(x=st.floats(6.0, 40.0), y=st.floats(-3.0, 3.0), yaw=st.floats(-3.1, 3.1))
@settings(max_examples=40, deadline=None)
def test_mask_fills_the_box_of_projected_corners(make_camera, day, distortion, x, y, yaw):
    camera, mesh, pose = make_camera(distortion=distortion), box_mesh(), Pose2(x, y, yaw)
    buffer, _ = paint(mesh, pose, camera, day)
    world = mesh.vertices_m @ lift(pose)[:3, :3].T + lift(pose)[:3, 3]
    pixels = project(camera, world)[0]
    rows, columns = np.nonzero(buffer.instances)
    found = np.array([columns.min(), rows.min(), columns.max(), rows.max()])
    size = (camera.intrinsics.width_px - 1, camera.intrinsics.height_px - 1)
    wanted = np.concatenate([pixels.min(axis=0), pixels.max(axis=0)])
    np.testing.assert_allclose(found, np.clip(wanted, 0, size * 2), atol=1.3)


@pytest.mark.parametrize('kind', list(Kind))
@pytest.mark.parametrize('yaw', [0.0, 0.7, 1.6, 2.5, -2.0])
def test_painting_order_shows_the_nearest_face(make_camera, make_actor, day, kind, yaw):
    camera = make_camera(width=192, fov_deg=50.0)
    mesh = actor_mesh(make_actor(0.0, kind=kind, phase_rad=0.8), 1)
    away = 4.0 + 2.2 * mesh.radius_m
    buffer, placed = paint(mesh, Pose2(away, 0.6, yaw), camera, day)
    nearest = nearest_face_m(placed, camera)
    both = (buffer.instances == 7) & np.isfinite(nearest)
    assert both.sum() > 60
    around = np.where(np.isfinite(nearest), nearest, 0.0).astype(np.float32)
    farthest = cv2.dilate(around, np.ones((3, 3)))
    closest = -cv2.dilate(-np.where(around > 0, around, 1e6), np.ones((3, 3)))
    wrong = (buffer.depth_m > farthest + 0.1) | (buffer.depth_m < closest - 0.1)
    assert wrong[both].mean() < 0.02


def test_half_covered_pixels_mix_with_what_is_behind(make_camera, day):
    camera = make_camera()
    shares = []
    for shift in np.linspace(0.0, 1.0, 9) * 8.0 / camera.intrinsics.fx_px:
        canvas_pane, _ = paint(box_mesh(), Pose2(10.0, shift, 0.0), camera, day)
        shares.append(canvas_pane.light.sum())
    steps = np.abs(np.diff(shares))
    assert steps.max() < 0.02 * shares[0]


@given(st.lists(st.tuples(*[st.floats(-5, 5)] * 3), min_size=3, max_size=6))
@settings(max_examples=80, deadline=None)
def test_clipping_keeps_only_what_is_ahead(points):
    clipped = clip_near(np.array(points))
    assert (clipped[:, 2] >= NEAR_M - 1e-9).all() if len(clipped) else True
    if (np.array(points)[:, 2] > NEAR_M).any():
        assert len(clipped) >= 3


def test_clipping_cuts_a_square_where_it_meets_the_near_plane():
    square = np.array([(0, 0, -1.0), (1, 0, -1.0), (1, 0, 1.0), (0, 0, 1.0)])
    clipped = clip_near(square)
    assert clipped[:, 2].min() == pytest.approx(NEAR_M)
    assert clipped[:, 2].max() == 1.0
    assert len(clipped) == 4


@pytest.mark.parametrize('distortion', [(0.0,) * 5, BARREL])
def test_a_body_beside_the_camera_stays_on_its_side(make_camera, day, distortion):
    camera = make_camera(distortion=distortion)
    buffer, _ = paint(box_mesh(), Pose2(0.5, 2.2, 0.0), camera, day)
    rows, columns = np.nonzero(buffer.instances)
    assert len(rows) > 500
    assert columns.max() < camera.intrinsics.cx_px
    # The side facing us is the plane y = 1.2, so depth = 1.2 / (-x of the ray).
    u, v = int(columns.min()), int(rows[columns == columns.min()].mean())
    ray = rays(camera, [u, v])
    assert buffer.depth_m[v, u] == pytest.approx(1.2 / -ray[0], rel=1e-3)
    assert np.isfinite(buffer.light).all()
    assert buffer.light.max() < 3.0
