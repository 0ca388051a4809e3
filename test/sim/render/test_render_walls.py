# SPDX-License-Identifier: Apache-2.0
"""Rails and house fronts stand where they should, to the pixel."""

import numpy as np
import pytest

from wpt_core.geometry import lift, project, transform_points
from wpt_core.sensing import surround_rig
from wpt_core.types import Camera, Pose2
from wpt_sim.render.canvas import Float32
from wpt_sim.render.walls.hits import WallHits, filtered_comb, hit_wall, view_walls, wall_line
from wpt_sim.road import Arc, Straight, reference_line

CAMERAS = surround_rig().cameras
PATH = reference_line([Straight(80.0), Arc(70.0, 80.0)])
POSE = Pose2(60.0, -1.0, 0.1)
VIEW = view_walls(CAMERAS, 1 / 182.0)


def _hit(offset_m: float, top_m: float) -> WallHits:
    """With nothing in front of the wall."""
    open_m = np.full(VIEW.slope.shape, np.inf, np.float32)
    line = wall_line(PATH, offset_m)
    return hit_wall(VIEW, line, pose=POSE, top_m=lambda _: top_m, before_m=open_m)


def _pixels(camera: Camera, offset_m: float, height_m: float) -> tuple[np.ndarray, ...]:
    """Pixels of points on the wall that lie in the picture; their s and depth."""
    s = np.arange(45.0, 110.0, 0.37)
    world = PATH.from_frenet(s, np.full_like(s, offset_m))
    base = transform_points(Pose2(0.0, 0.0, -POSE.yaw_rad), world - (POSE.x_m, POSE.y_m))
    pixels, depth = project(camera, np.concatenate([base, np.full((len(s), 1), height_m)], axis=1))
    lens = camera.intrinsics
    inside = (depth > 1.0) & np.all(
        (pixels > 1) & (pixels < (lens.width_px - 2, lens.height_px - 2)), axis=1
    )
    return pixels[inside], s[inside], depth[inside]


@pytest.mark.parametrize('offset_m', [-5.0, 6.0])
@pytest.mark.parametrize('height_m', [0.3, 2.5])
def test_pixels_meet_the_wall_at_its_place_height_and_depth(
    offset_m: float, height_m: float
) -> None:
    hits = _hit(offset_m, 3.0)
    found = {int(pixel): i for i, pixel in enumerate(hits.pixels)}
    start, checked = 0, 0
    for camera in CAMERAS:
        lens = camera.intrinsics
        for (u, v), s, depth in zip(*_pixels(camera, offset_m, height_m), strict=True):
            i = found.get(start + round(v) * lens.width_px + round(u))
            if i is None or hits.depth_m[i] < 0.9 * depth:
                continue  # a nearer part of a bent wall hides this one
            checked += 1
            blur = float(hits.columns.wide_m[hits.bins[i]])
            assert hits.depth_m[i] == pytest.approx(depth, abs=0.1 + 1.5 * blur)
            assert hits.height_m[i] == pytest.approx(
                height_m, abs=0.08 + 1.2 * float(hits.high_m[i])
            )
            assert hits.columns.s_m[hits.bins[i]] == pytest.approx(s, abs=0.1 + 1.5 * blur)
        start += lens.width_px * lens.height_px
    assert checked > 60


def test_a_wall_covers_no_pixel_that_looks_over_it() -> None:
    """From 1.45 m high, a 0.75 m rail lies wholly below the horizon."""
    hits = _hit(-5.0, 0.75)
    assert len(hits.pixels) > 1000
    assert VIEW.slope[hits.pixels].max() < 0.0


def test_only_what_is_seen_of_a_wall_is_hit() -> None:
    """A wall whose height changes along it, behind a curtain at 20 m."""
    curtain_m = np.full(VIEW.slope.shape, 20.0, np.float32)
    line = wall_line(PATH, 6.0)

    def top_m(s_m: Float32) -> Float32:
        return np.where(s_m > 70.0, np.float32(5.0), np.float32(1.0))

    hits = hit_wall(VIEW, line, pose=POSE, top_m=top_m, before_m=curtain_m)
    assert hits.depth_m.max() < 20.0
    lower = hits.columns.s_m[hits.bins] < 69.0
    assert (hits.height_m - hits.high_m)[lower].max() < 1.0
    assert hits.height_m[~lower].max() > 4.0


def test_a_comb_is_averaged_exactly() -> None:
    rng = np.random.default_rng(0)
    position = rng.uniform(-5, 5, 50).astype(np.float32)
    extent = rng.uniform(0.05, 3.0, 50).astype(np.float32)
    fine = np.linspace(-0.5, 0.5, 4001)
    sampled = ((position[:, None] + extent[:, None] * fine) % 1.0 < 0.3).mean(axis=1)
    np.testing.assert_allclose(filtered_comb(position, extent, share=0.3), sampled, atol=2e-3)


def test_walls_face_the_road() -> None:
    for offset_m in (-5.0, 6.0):
        line = wall_line(PATH, offset_m)
        inward = PATH.from_frenet(line.s_m, np.zeros_like(line.s_m)) - line.points_m
        np.testing.assert_allclose(inward, abs(offset_m) * line.facing, atol=1e-6)


def test_lift_and_cast_agree_on_the_frame() -> None:
    """The point that a pixel meets, carried into the world, lies on the wall."""
    hits = _hit(-5.0, 0.75)
    near = hits.range_m < 30.0
    pixels = hits.pixels[near]
    plan = VIEW.position_m[:2, pixels] + VIEW.ray[:, pixels] * hits.range_m[near]
    flat = np.concatenate([plan, np.zeros((1, plan.shape[1])), np.ones((1, plan.shape[1]))])
    world = (lift(POSE) @ flat)[:2].T
    _, d = PATH.to_frenet(world)
    assert np.abs(d + 5.0).max() < 0.25
    assert np.median(np.abs(d + 5.0)) < 0.02
