# SPDX-License-Identifier: Apache-2.0
"""Source pixels of a view, by hand and with two rigs in one scene."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from wpt_core.geometry import BASE_FROM_OPTICAL_AXES, FloatArray, rotation_from_rpy, transform
from wpt_core.sensing import ViewWarper
from wpt_core.sensing.view_map import map_view, source_pixels
from wpt_core.types import Camera, CameraFrame, EgoState, Intrinsics, LensModel, Pose2, Rig
from wpt_sim.render import LensLook, Look, Renderer
from wpt_sim.road import Arc, Clothoid, Road, Straight, country, reference_line
from wpt_sim.scene import Scene

VIEW_LENS = Intrinsics(256, 128, 180.0, 180.0, 127.5, 40.5)
LENS = Intrinsics(640, 480, 500.0, 510.0, 320.0, 200.0)


def level(name: str, lens: Intrinsics, position_m: tuple[float, float, float]) -> Camera:
    return Camera(name, lens, transform(BASE_FROM_OPTICAL_AXES, np.array(position_m)))


def moved_map() -> FloatArray:
    """A view 1.5 m up and 1 m ahead; the camera 1.2 m up, 2 m ahead, 0.3 m left."""
    return source_pixels(level('c', LENS, (2.0, 0.3, 1.2)), level('v', VIEW_LENS, (1.0, 0.0, 1.5)))


def test_a_point_on_the_ground_lands_where_the_camera_sees_it() -> None:
    pixels = moved_map()
    for u, v in ((127.5, 68), (20, 90), (250, 127)):
        depth_m = 1.5 * 180.0 / (v - 40.5)  # of the ground, ahead of the view
        left_m = -(u - 127.5) / 180.0 * depth_m
        ahead_m = depth_m - 1.0  # of the camera
        expected = (320.0 - 500.0 * (left_m - 0.3) / ahead_m, 200.0 + 510.0 * 1.2 / ahead_m)
        found = pixels[v, int(u)] + (u - int(u)) * (pixels[v, int(u) + 1] - pixels[v, int(u)])
        np.testing.assert_allclose(found, expected, atol=1e-9)


def test_the_sky_moves_with_the_lens_alone() -> None:
    expected = (320.0 + 500.0 * (60 - 127.5) / 180.0, 200.0 + 510.0 * (10 - 40.5) / 180.0)
    np.testing.assert_allclose(moved_map()[10, 60], expected, atol=1e-9)


def test_the_horizon_is_not_torn() -> None:
    steps = np.diff(moved_map(), axis=0)[30:52]
    still = 510.0 / 180.0  # a row where nothing is near
    assert np.abs(steps[..., 1] - still).max() < 1.5
    assert np.abs(np.diff(steps, axis=0)).max() < 1.0  # a kink; a cut at 60 m would tear 10 px


def test_what_lies_behind_the_camera_is_nowhere() -> None:
    turned = rotation_from_rpy(0.0, 0.0, np.pi) @ BASE_FROM_OPTICAL_AXES
    behind = Camera('b', LENS, transform(turned, np.array([1.0, 0.0, 1.5])))
    assert np.isnan(source_pixels(behind, level('v', VIEW_LENS, (1.0, 0.0, 1.5)))).all()


def test_a_fisheye_fills_views_that_lie_behind_it_and_none_past_its_edge() -> None:
    """190 degrees wide: of a view to the side (55 to 125 degrees) it shows what is up to 95."""
    lens = Intrinsics(640, 640, 190.0, 190.0, 319.5, 319.5, (0.0,) * 4, LensModel.EQUIDISTANT)
    camera = level('c', lens, (1.0, 0.0, 1.5))
    aside = rotation_from_rpy(0.0, 0.0, np.pi / 2) @ BASE_FROM_OPTICAL_AXES
    view = Camera('v', VIEW_LENS, transform(aside, np.array([1.0, 0.0, 1.5])))
    row = source_pixels(camera, view)[40]  # just above the horizon
    u = np.arange(256)
    angle_rad = np.pi / 2 - np.arctan((u - 127.5) / 180.0)
    np.testing.assert_allclose(row[:, 0], 319.5 - 190.0 * angle_rad, atol=0.01)
    covered = map_view(camera, view).covered[40]
    assert covered.tolist() == (190.0 * angle_rad <= 320.0).tolist()
    assert covered.any()
    assert not covered.all()
    assert angle_rad[covered].max() > np.radians(95.0)


PLACES = {'ahead': (0.0, 0.0), 'aside': (55.0, 0.4)}
"""Yaw in degrees, and metres to the left."""


@dataclass(frozen=True)
class Build:
    """How two cameras are made, and how they are turned (roll, pitch, yaw) and moved."""

    name: str
    size_px: tuple[int, int]
    focal_px: float
    distortion: tuple[float, ...] = (0.0, 0.0, 0.0, 0.0, 0.0)
    turned_deg: tuple[float, float, float] = (0.0, 0.0, 0.0)
    moved_m: tuple[float, float, float] = (0.0, 0.0, 0.0)
    model: LensModel = LensModel.PLUMB_BOB

    @property
    def rig(self) -> Rig:
        return Rig(tuple(self._camera(place) for place in PLACES))

    def _camera(self, place: str) -> Camera:
        yaw_deg, left_m = PLACES[place]
        roll, pitch, yaw = np.radians(np.add(self.turned_deg, (0.0, 0.0, yaw_deg)))
        rotation = rotation_from_rpy(roll, pitch, yaw) @ BASE_FROM_OPTICAL_AXES
        position_m = np.add(self.moved_m, (1.6, left_m, 1.4))
        width, height = self.size_px
        centre = width / 2 - 0.5, height / 2 - 0.5
        focal = self.focal_px, self.focal_px
        lens = Intrinsics(width, height, *focal, *centre, self.distortion, self.model)
        return Camera(f'{self.name}_{place}', lens, transform(rotation, position_m))


VIEWS = Build('view', (256, 128), 183.0)
BENT = Build(
    'bent',
    (480, 300),
    248.0,
    distortion=(-0.22, 0.06, 0.002, -0.001, -0.01),
    turned_deg=(2.0, 4.0, -3.0),
    moved_m=(0.3, 0.2, 0.15),
)
WIDE = Build('wide', (400, 260), 200.0, turned_deg=(-1.5, 1.0, 4.0), moved_m=(-0.4, -0.15, -0.2))
FISHEYE = Build(
    'fisheye',
    (480, 300),
    248.0,
    distortion=(0.0035, 0.0007, -0.002, 0.0002),
    turned_deg=(2.0, 4.0, -3.0),
    moved_m=(0.3, 0.2, 0.15),
    model=LensModel.EQUIDISTANT,
)
RATIONAL = Build(
    'rational',
    (480, 300),
    248.0,
    distortion=(0.93, 0.166, 0.0, 0.0, 0.003, 1.331, 0.436, 0.028),
    turned_deg=(-1.0, 2.0, 2.0),
    moved_m=(0.2, -0.1, 0.1),
    model=LensModel.RATIONAL_POLYNOMIAL,
)
BUILDS = (VIEWS, BENT, WIDE, FISHEYE, RATIONAL)


@pytest.fixture(scope='module')
def seen() -> dict[str, CameraFrame]:
    """Images of all cameras at one time from a car in the right lane, with ideal lenses."""
    bend = (Straight(60.0), Clothoid(30.0, 0.0, 0.008), Arc(125.0, 60.0))
    road = Road(reference_line(bend), country(), 20.0)
    lens = LensLook(exposure_ev=0.0, noise=0.0, blur_px=0.0, vignette=0.0)
    look = Look(seed=4, haze=0.0, trees=0.0, patches=0.0, lens=lens)
    every = Rig(tuple(camera for build in BUILDS for camera in build.rig.cameras))
    scene = Scene(0.0, EgoState(0.0, Pose2(30.0, -1.7, 0.0), 10.0, 0.0, 0.0, 0.0), ())
    images = Renderer(every, road, look).render(scene).frames
    return {p.camera: CameraFrame(p.camera, 0.0, p.image) for p in images}


def warped(seen: dict[str, CameraFrame], taken: Build, believed: Build) -> np.ndarray:
    """Warp the images of one rig with the calibration of another."""
    views, alive = ViewWarper(believed.rig, VIEWS.rig).warp([seen[n] for n in taken.rig.names])
    assert alive.all()
    return views


def difference(a: np.ndarray, b: np.ndarray) -> float:
    """Mean over what both show, in grey levels; exposure, the same all over, is left out."""
    both = a.any(axis=-1) & b.any(axis=-1)
    assert both.mean() > 0.9
    off = a[both].astype(float) - b[both]
    return float(np.abs(off - np.median(off)).mean())


def test_two_rigs_in_one_world_give_the_same_views(seen: dict[str, CameraFrame]) -> None:
    truth = np.stack([seen[name].image for name in VIEWS.rig.names])
    bent, wide = warped(seen, BENT, BENT), warped(seen, WIDE, WIDE)
    assert difference(bent, truth) < 4.0
    assert difference(wide, truth) < 4.0
    assert difference(bent, wide) < 4.0


@pytest.mark.parametrize('build', [FISHEYE, RATIONAL], ids=['fisheye', 'rational'])
def test_other_lens_models_give_the_same_views(seen: dict[str, CameraFrame], build: Build) -> None:
    for name, view in zip(VIEWS.rig.names, warped(seen, build, build), strict=True):
        assert difference(view, seen[name].image) < 4.0


@pytest.mark.parametrize(
    'mistaken',
    [
        replace(BENT, distortion=VIEWS.distortion),
        replace(BENT, turned_deg=VIEWS.turned_deg),
        replace(BENT, moved_m=VIEWS.moved_m),
        replace(BENT, distortion=(0.0,) * 4, model=LensModel.EQUIDISTANT),
    ],
    ids=['distortion', 'turned', 'moved', 'model'],
)
def test_a_wrong_calibration_shows(seen: dict[str, CameraFrame], mistaken: Build) -> None:
    truth = np.stack([seen[name].image for name in VIEWS.rig.names])
    right = difference(warped(seen, BENT, BENT), truth)
    assert difference(warped(seen, BENT, mistaken), truth) > 1.5 * right
