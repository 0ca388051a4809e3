# SPDX-License-Identifier: Apache-2.0
"""The ground in the picture is where, and as wide, and as far away, as geometry says."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from wpt_core.geometry import BASE_FROM_OPTICAL_AXES, project, rays, rotation_from_rpy, transform
from wpt_core.types import Camera, EgoState, Intrinsics, Rig
from wpt_sim.render import LensLook, Look, Renderer
from wpt_sim.road import Arc, Road, Straight, country, reference_line
from wpt_sim.scene import Scene

START_M = 60.0
LINES_M = (-3.31, 0.0, 3.31)
LOOK = Look(seed=11, patches=0.0, trees=0.0, haze=0.0, lens=LensLook(noise=0.0, blur_px=0.0))


def camera(
    name: str = 'front',
    *,
    size: tuple[int, int] = (128, 256),
    place: tuple[float, float, float] = (1.7, 0.0, 1.45),
    yaw: float = 0.0,
    distortion: tuple[float, float, float, float, float] = (0.0,) * 5,
) -> Camera:
    focal = 0.72 * size[1]
    lens = Intrinsics(
        size[1], size[0], focal, focal, (size[1] - 1) / 2, (size[0] - 1) / 2, distortion
    )
    rotation = rotation_from_rpy(0.0, 0.05, yaw) @ BASE_FROM_OPTICAL_AXES
    return Camera(name, lens, transform(rotation, place))


def scene(road: Road, s_m: float = START_M, time_s: float = 1.0) -> Scene:
    on_line = road.reference.pose_at(s_m)
    ego = EgoState(time_s, on_line, 15.0, 0.0, 0.0, 0.0)
    return Scene(time_s, ego, ())


def green(renderer: Renderer, seen: Scene, name: str = 'front') -> NDArray[np.float32]:
    """(H, W) linear light of one camera."""
    (buffer,) = renderer.radiance(seen, [name]).buffers
    return buffer.light[..., 1]


@pytest.fixture(scope='module')
def straight() -> Road:
    return Road(reference_line([Straight(130.0)]), country(), 25.0)


@pytest.fixture(scope='module')
def rig() -> Rig:
    return Rig(
        (
            camera(),
            camera('bent', distortion=(-0.25, 0.06, 0.001, -0.002, 0.0)),
            camera('sharp', size=(512, 1024)),
            camera('other', size=(200, 300), place=(0.2, 0.8, 2.2), yaw=-0.15),
        )
    )


@pytest.fixture(scope='module')
def renderer(rig: Rig, straight: Road) -> Renderer:
    return Renderer(rig, straight, LOOK)


def in_base(road: Road, s_m: NDArray[np.float64], d_m: float) -> NDArray[np.float64]:
    """(n, 3) of road coordinates, for the car of `scene`."""
    pose = road.reference.pose_at(START_M)
    away = road.reference.from_frenet(s_m, np.full_like(s_m, d_m)) - (pose.x_m, pose.y_m)
    c, s = np.cos(pose.yaw_rad), np.sin(pose.yaw_rad)
    plan = away @ np.array([[c, -s], [s, c]])
    return np.concatenate([plan, np.zeros((len(plan), 1))], axis=1)


@pytest.mark.parametrize('name', ['front', 'bent', 'other'])
def test_depth_of_the_road_is_that_of_the_plane(
    renderer: Renderer, rig: Rig, straight: Road, name: str
) -> None:
    seen = rig.cameras[rig.names.index(name)]
    depth, across = _ground_hits(seen)
    on_road = np.isfinite(depth) & (np.abs(across) < 3.5)
    found = renderer.render(scene(straight), [name])[name].depth_m
    assert on_road.sum() > 0.1 * on_road.size
    np.testing.assert_allclose(found[on_road], depth[on_road], rtol=1e-5)
    assert np.isinf(found[np.isinf(depth)]).mean() > 0.7
    assert np.all(found[on_road] > 0.0)


def _ground_hits(seen: Camera) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Depth of the ground in every pixel, infinite above the horizon, and its offset."""
    height, width = seen.intrinsics.height_px, seen.intrinsics.width_px
    u, v = np.meshgrid(np.arange(width), np.arange(height))
    direction = rays(seen, np.stack([u, v], axis=-1)) @ seen.base_from_camera[:3, :3].T
    place = seen.base_from_camera[:3, 3]
    with np.errstate(divide='ignore', invalid='ignore'):
        depth = np.where(direction[..., 2] < 0, -place[2] / direction[..., 2], np.inf)
        return depth, place[1] + depth * direction[..., 1]


@pytest.mark.parametrize('name', ['front', 'bent', 'sharp', 'other'])
@pytest.mark.parametrize('d_m', LINES_M[::2])
def test_lines_appear_where_projection_puts_them(
    renderer: Renderer, rig: Rig, straight: Road, name: str, d_m: float
) -> None:
    light = green(renderer, scene(straight), name)
    seen = rig.cameras[rig.names.index(name)]
    s_m = START_M + np.linspace(8.0, 16.0, 40)
    line = _read(light, seen, in_base(straight, s_m, d_m))
    beside = _read(light, seen, in_base(straight, s_m, d_m - 0.4 * np.sign(d_m)))
    assert len(line) > 20
    assert np.median(line) > 1.6 * np.median(beside)


def _read(
    light: NDArray[np.float32], seen: Camera, points: NDArray[np.float64]
) -> NDArray[np.float32]:
    """Light at the pixels of points that lie in the picture."""
    pixels = np.round(project(seen, points)[0])
    height, width = light.shape
    inside = np.all((pixels >= 0) & (pixels < (width, height)), axis=1)
    u, v = pixels[inside].astype(int).T
    return light[v, u]


def test_lines_follow_a_bend(rig: Rig) -> None:
    road = Road(reference_line([Straight(60.0), Arc(100.0, 1 / 80.0)]), country(), 25.0)
    light = green(Renderer(Rig(rig.cameras[:1]), road, LOOK), scene(road))
    s_m = START_M + np.linspace(9.0, 22.0, 40)
    line = _read(light, rig.cameras[0], in_base(road, s_m, LINES_M[2]))
    lane = _read(light, rig.cameras[0], in_base(road, s_m, LINES_M[2] - 0.7))
    assert len(line) > 20
    assert np.median(line) > 1.6 * np.median(lane)


@pytest.mark.parametrize('ahead_m', [10.0, 20.0, 40.0])
def test_no_paint_is_lost_at_a_distance(
    renderer: Renderer, rig: Rig, straight: Road, ahead_m: float
) -> None:
    """The light that a 12 cm line adds to its row is its width times its contrast."""
    light = green(renderer, scene(straight))
    middle = project(rig.cameras[0], [ahead_m, LINES_M[0], 0.0])[0]
    row = light[round(middle[1])]
    metres_per_pixel = (ahead_m - 1.7) / rig.cameras[0].intrinsics.fx_px
    near = round(middle[0])
    reach = max(2, round(0.3 / metres_per_pixel))
    window = row[near - reach : near + reach + 1]
    asphalt = np.median(row[near - 4 * reach : near - reach])
    added_m = (window - asphalt).sum() * metres_per_pixel
    full = 0.60 * renderer.light.ground_rgb[1] - asphalt
    assert added_m / full == pytest.approx(0.12, rel=0.45)


def test_a_place_looks_alike_from_elsewhere(renderer: Renderer, rig: Rig, straight: Road) -> None:
    """Sharp and coarse pictures from two places agree on a patch of road once both are blurred."""
    s_m = START_M + np.repeat(np.linspace(9.0, 12.0, 60), 3)
    found = []
    for name in ('sharp', 'other'):
        seen = rig.cameras[rig.names.index(name)]
        light = green(renderer, scene(straight), name)
        found.append(
            [
                _read(light, seen, in_base(straight, s_m, d)).mean()
                for d in np.arange(-2.6, 2.7, 0.2)
            ]
        )
    sharp, other = np.array(found)
    np.testing.assert_allclose(sharp, other, rtol=0.12)
    assert np.corrcoef(sharp, other)[0, 1] > 0.8


def test_small_motion_makes_small_changes(renderer: Renderer, rig: Rig, straight: Road) -> None:
    """Moved by a centimetre at a time, the far road drifts from light to light, without jumps."""
    pictures = [green(renderer, scene(straight, START_M + 0.01 * i)) for i in range(12)]
    steps = np.abs(np.diff(pictures, axis=0))
    net = np.abs(pictures[-1] - pictures[0])
    depth, across = _ground_hits(rig.cameras[0])
    far = (depth > 12.0) & (depth < 90.0) & (np.abs(across) < 3.6)
    assert far.sum() > 200
    white = 0.60 * renderer.light.ground_rgb[1]
    assert net[far].mean() > 0.001 * white
    assert steps[:, far].max() < 0.05 * white
    assert steps[:, far].sum(axis=0).mean() < 1.6 * net[far].mean()


def test_a_moved_rig_sees_a_moved_road(rig: Rig, straight: Road) -> None:
    """A camera half a metre to the left sees every line half a metre to the right."""
    front = rig.cameras[0]
    moved = replace(front, base_from_camera=front.base_from_camera + _left(0.5))
    light = green(Renderer(Rig((moved,)), straight, LOOK), scene(straight))
    s_m = START_M + np.linspace(9.0, 20.0, 40)
    line = _read(light, moved, in_base(straight, s_m, LINES_M[0]))
    as_before = _read(light, front, in_base(straight, s_m, LINES_M[0]))
    assert np.median(line) > 1.6 * np.median(as_before)


def _left(by_m: float) -> NDArray[np.float64]:
    shift = np.zeros((4, 4))
    shift[1, 3] = by_m
    return shift
