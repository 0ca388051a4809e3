# SPDX-License-Identifier: Apache-2.0
"""Images of any rig become the same views, or a view is dead."""

from dataclasses import replace

import numpy as np
import pytest

from wpt_core.geometry import BASE_FROM_OPTICAL_AXES, rotation_from_rpy, transform
from wpt_core.sensing import ViewWarper, surround_rig
from wpt_core.types import Camera, CameraFrame, InputError, Intrinsics, Rig

VIEWS = surround_rig()
FRONT = VIEWS.cameras[0]
FINE = Intrinsics(640, 360, 457.0, 457.0, 319.5, 179.5)
"""As wide as the front view."""


def camera(name: str = 'cam', lens: Intrinsics = FINE, *, yaw_deg: float = 0.0) -> Camera:
    """Where the front view is, but turned."""
    rotation = rotation_from_rpy(0.0, np.radians(3.0), np.radians(yaw_deg))
    pose = transform(rotation @ BASE_FROM_OPTICAL_AXES, FRONT.base_from_camera[:3, 3])
    return Camera(name, lens, pose)


def plain(of: Camera, value: int) -> CameraFrame:
    lens = of.intrinsics
    image = np.full((lens.height_px, lens.width_px, 3), value, np.uint8)
    return CameraFrame(of.name, 0.0, image)


def noise(of: Camera) -> CameraFrame:
    shape = plain(of, 0).image.shape
    image = np.random.default_rng(3).integers(1, 256, shape, dtype=np.uint8)
    return CameraFrame(of.name, 0.0, image)


def test_cameras_that_are_the_views_are_copied_to_the_bit() -> None:
    frames = [noise(view) for view in VIEWS.cameras]
    views, alive = ViewWarper(VIEWS, VIEWS).warp(frames)
    assert alive.all()
    np.testing.assert_array_equal(views, [frame.image for frame in frames])


def test_a_camera_turned_by_a_hair_is_warped_and_not_copied() -> None:
    frame = noise(camera(lens=FRONT.intrinsics, yaw_deg=0.1))
    warper = ViewWarper(Rig((camera(lens=FRONT.intrinsics, yaw_deg=0.1),)), Rig((FRONT,)))
    assert not np.array_equal(warper.warp([frame])[0][0], frame.image)


def test_what_comes_out_is_the_callers_to_keep() -> None:
    warper = ViewWarper(VIEWS, VIEWS)
    frame = plain(FRONT, 200)
    views, alive = warper.warp([frame])
    views[...], alive[...] = 7, False
    again, alive_again = warper.warp([frame])
    assert (again[0] == 200).all()
    assert alive_again.tolist() == [True] + [False] * 5
    assert (frame.image == 200).all()


def test_a_camera_without_a_frame_is_a_dead_and_black_view() -> None:
    frames = [plain(view, 90) for view in VIEWS.cameras if view.name != 'back']
    views, alive = ViewWarper(VIEWS, VIEWS).warp(frames)
    assert alive.tolist() == [True] * 5 + [False]
    assert (views[5] == 0).all()
    assert (views[:5] == 90).all()


def test_no_frames_at_all_are_dead_views() -> None:
    views, alive = ViewWarper(VIEWS, VIEWS).warp([])
    assert views.shape == (6, 128, 256, 3)
    assert not alive.any()
    assert not views.any()


@pytest.mark.parametrize(('focal_px', 'lives'), [(230.0, True), (242.0, False)])
def test_a_view_of_which_less_than_three_fifths_is_seen_is_dead(
    focal_px: float, lives: bool
) -> None:
    long = camera(lens=replace(FRONT.intrinsics, fx_px=focal_px, fy_px=focal_px))
    warper = ViewWarper(Rig((long,)), Rig((FRONT,)))
    share = (FRONT.intrinsics.fx_px / focal_px) ** 2  # both sides shrink by the ratio
    assert warper.coverage[0] == pytest.approx(share, abs=0.01)
    (view,), alive = warper.warp([plain(long, 90)])
    assert alive.tolist() == [lives]
    assert (view == 90).all(axis=-1).mean() == pytest.approx(share if lives else 0.0, abs=0.01)
    assert set(np.unique(view)) <= {0, 90}


def test_how_much_must_be_seen_can_be_said() -> None:
    long = camera(lens=replace(FRONT.intrinsics, fx_px=242.0, fy_px=242.0))
    warper = ViewWarper(Rig((long,)), Rig((FRONT,)), least_share=0.5)
    assert warper.warp([plain(long, 90)])[1].tolist() == [True]


def test_a_view_is_put_together_from_cameras_beside_each_other() -> None:
    left, right = camera('left', yaw_deg=32.0), camera('right', yaw_deg=-32.0)
    warper = ViewWarper(Rig((left, right)), Rig((FRONT,)))
    (view,), alive = warper.warp([plain(left, 60), plain(right, 180)])
    assert alive.tolist() == [True]
    assert (view[60, :80] == 60).all()
    assert (view[60, -80:] == 180).all()
    assert (view > 0).mean() == pytest.approx(float(warper.coverage[0]), abs=0.01)
    assert not warper.warp([plain(left, 60)])[1].any()  # sees half of it


def test_the_camera_that_looks_most_directly_is_asked_first() -> None:
    wide = replace(FINE, fx_px=150.0, fy_px=150.0)
    aside, ahead = camera('aside', wide, yaw_deg=30.0), camera('ahead', wide, yaw_deg=5.0)
    warper = ViewWarper(Rig((aside, ahead)), Rig((FRONT,)))
    assert (warper.warp([plain(aside, 60), plain(ahead, 180)])[0][0] == 180).all()
    assert (warper.warp([plain(aside, 60)])[0][0] == 60).mean() > 0.8


def test_stripes_finer_than_the_view_become_grey_instead_of_new_stripes() -> None:
    fine = camera(lens=Intrinsics(1280, 720, 914.0, 914.0, 639.5, 359.5))
    image = np.zeros((720, 1280, 3), np.uint8)
    image[:, ::2] = 254
    (view,), _ = ViewWarper(Rig((fine,)), Rig((FRONT,))).warp([CameraFrame('cam', 0.0, image)])
    assert np.abs(view.astype(int) - 127).max() <= 2


@pytest.mark.parametrize('odd', ['read only', 'mirrored', 'strided'])
def test_images_may_lie_in_memory_as_they_like(odd: str) -> None:
    cam = camera()
    image = noise(cam).image
    warper = ViewWarper(Rig((cam,)), Rig((FRONT,)))
    if odd == 'read only':
        same = image.copy()
        same.flags.writeable = False
    elif odd == 'mirrored':
        same = image[:, ::-1].copy()[:, ::-1]
    else:
        same = np.repeat(image, 2, axis=1)[:, ::2]
    expected, _ = warper.warp([CameraFrame('cam', 0.0, image)])
    np.testing.assert_array_equal(warper.warp([CameraFrame('cam', 0.0, same)])[0], expected)


@pytest.mark.parametrize(
    ('frames', 'words'),
    [
        ([plain(camera('other'), 1)], "'other': not in the rig, which has cam"),
        ([plain(camera(), 1), plain(camera(), 1)], 'one image per set, got two'),
        ([plain(camera(lens=FRONT.intrinsics), 1)], r'\(360, 640, 3\) uint8 .* \(128, 256, 3\)'),
        ([CameraFrame('cam', 0.0, np.zeros((360, 640), np.uint8))], r'got \(360, 640\) uint8'),
        ([CameraFrame('cam', 0.0, np.zeros((360, 640, 3), np.float32))], 'got .* float32'),
    ],
)
def test_a_frame_that_the_rig_does_not_expect_is_refused(
    frames: list[CameraFrame], words: str
) -> None:
    with pytest.raises(InputError, match=words):
        ViewWarper(Rig((camera(),)), VIEWS).warp(frames)


def test_views_of_several_sizes_are_refused() -> None:
    with pytest.raises(InputError, match='of one size'):
        ViewWarper(VIEWS, Rig((FRONT, camera())))


@pytest.mark.parametrize('share', [0.0, 1.5, float('nan')])
def test_a_share_that_makes_no_sense_is_refused(share: float) -> None:
    with pytest.raises(InputError, match='least_share'):
        ViewWarper(VIEWS, VIEWS, least_share=share)
