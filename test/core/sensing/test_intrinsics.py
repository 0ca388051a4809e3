# SPDX-License-Identifier: Apache-2.0
"""Every lens model agrees with OpenCV on published calibrations; invalid ones are refused."""

import math
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import cv2
import numpy as np
import pytest
from published_lenses import EVERY, KINECT, TUM_VI, UDACITY, Published, camera_info

from wpt_core.geometry import FloatArray, pixel_grid, project_optical, rays
from wpt_core.sensing import camera_info_numbers, lens_of_camera_info, load_rig
from wpt_core.types import Camera, InputError, Intrinsics, LensModel


def matrix(lens: Intrinsics) -> FloatArray:
    return np.reshape(camera_info_numbers(lens)['k'], (3, 3))


def theirs(lens: Intrinsics, points: FloatArray) -> FloatArray:
    """Pixels (N, 2) of points (N, 3) by OpenCV."""
    nowhere, coefficients = np.zeros(3), np.array(lens.distortion)
    if lens.model is LensModel.EQUIDISTANT:
        found, _ = cv2.fisheye.projectPoints(
            points[:, None], nowhere, nowhere, matrix(lens), coefficients
        )
    else:
        found, _ = cv2.projectPoints(points, nowhere, nowhere, matrix(lens), coefficients)
    return np.asarray(found, np.float64).reshape(-1, 2)


@pytest.mark.parametrize('published', EVERY.values(), ids=EVERY)
def test_every_pixel_has_a_ray_that_opencv_projects_to_it(published: Published) -> None:
    lens = lens_of_camera_info(camera_info(published))
    pixels = pixel_grid(lens)[::7, ::7].reshape(-1, 2)
    directions = rays(Camera('c', lens, np.eye(4)), pixels)
    known = np.isfinite(directions[:, 0])
    if published is TUM_VI:  # the image of this fisheye is a disc, and rays end at 87 degrees
        reach = np.hypot(*(pixels - (lens.cx_px, lens.cy_px)).T)
        assert known[reach < 250.0].all()
    else:
        assert known.all()
    again, _ = project_optical(lens, directions)
    assert np.abs(again - pixels)[known].max() < 1e-7
    np.testing.assert_allclose(theirs(lens, directions[known]), pixels[known], atol=1e-6)


@pytest.mark.parametrize('published', EVERY.values(), ids=EVERY)
def test_a_chessboard_is_projected_as_opencv_projects_it(published: Published) -> None:
    lens = lens_of_camera_info(camera_info(published))
    sides = np.linspace(-0.5, 0.5, 11)
    board = np.stack(np.meshgrid(sides, sides, [1.2, 3.0, 40.0]), axis=-1).reshape(-1, 3)
    pixels, _ = project_optical(lens, board)
    np.testing.assert_allclose(pixels, theirs(lens, board), atol=1e-8)


def test_a_fisheye_sees_beyond_90_degrees() -> None:
    """An equidistant lens without coefficients shows an angle as f times the angle."""
    fisheye = Intrinsics(512, 512, 120.0, 120.0, 255.5, 255.5, (0.0,) * 4, LensModel.EQUIDISTANT)
    angle_rad = np.radians([10.0, 80.0, 90.0, 100.0, 120.0, 179.0])
    along = np.column_stack([np.sin(angle_rad), np.zeros(6), np.cos(angle_rad)])
    pixels, depth_m = project_optical(fisheye, along)
    np.testing.assert_allclose(pixels[:, 0], 255.5 + 120.0 * angle_rad, atol=1e-9)
    np.testing.assert_allclose(depth_m, np.cos(angle_rad))
    behind, _ = project_optical(fisheye, [[0.0, 0.0, -1.0], [0.0, 0.0, 0.0]])
    assert np.isnan(behind).all()
    lens = lens_of_camera_info(camera_info(TUM_VI))
    round_about = np.radians(np.linspace(0.0, 179.9, 1800))
    seen, _ = project_optical(
        lens, np.column_stack([np.sin(round_about), np.zeros(1800), np.cos(round_about)])
    )
    known = np.isfinite(seen[:, 0])
    assert np.all(np.diff(seen[known, 0]) > 0.0)
    assert known[round_about < math.radians(97.5)].all()


def test_a_fisheye_shows_nothing_beyond_its_fold() -> None:
    """With k1 alone the polynomial stops rising where 1 + 3 k1 angle**2 is 0: at 104.6 degrees."""
    fold_rad = math.sqrt(1.0 / 0.3)
    lens = Intrinsics(
        512, 512, 120.0, 120.0, 255.5, 255.5, (-0.1, 0.0, 0.0, 0.0), LensModel.EQUIDISTANT
    )
    angle_rad = np.array([0.5, fold_rad - 1e-3, fold_rad + 1e-3, 3.0])
    pixels, _ = project_optical(
        lens, np.column_stack([np.sin(angle_rad), np.zeros(4), np.cos(angle_rad)])
    )
    assert np.isfinite(pixels[:, 0]).tolist() == [True, True, False, False]


def test_an_equidistant_lens_of_zeros_is_no_pinhole() -> None:
    info = camera_info(TUM_VI, d=[0.0] * 4)
    lens = lens_of_camera_info(info)
    assert lens.model is LensModel.EQUIDISTANT
    assert not lens.straight
    (u, _), _ = project_optical(lens, [1.0, 0.0, 1.0])
    assert u - lens.cx_px == pytest.approx(lens.fx_px * math.pi / 4)


ROI = SimpleNamespace(x_offset=10, y_offset=0, width=640, height=480)
WHOLE = SimpleNamespace(x_offset=0, y_offset=0, width=1280, height=720)
SUPPORTED = r'plumb_bob \(5\), rational_polynomial \(8\) and equidistant \(4\)'


@pytest.mark.parametrize(
    ('published', 'changed', 'words'),
    [
        (UDACITY, {'distortion_model': 'equidistant'}, SUPPORTED),
        (UDACITY, {'distortion_model': 'thin_prism_fisheye'}, SUPPORTED),
        (UDACITY, {'distortion_model': ''}, SUPPORTED),
        (UDACITY, {'d': [-0.2, 0.1, 0.0, 0.0]}, SUPPORTED),
        (KINECT, {'distortion_model': 'plumb_bob'}, SUPPORTED),
        (KINECT, {'d': [0.0] * 5}, SUPPORTED),
        (KINECT, {'d': [0.0] * 14}, SUPPORTED),
        (KINECT, {'d': []}, SUPPORTED),
        (TUM_VI, {'d': []}, SUPPORTED),
        (TUM_VI, {'d': [0.0] * 5}, SUPPORTED),
        (UDACITY, {'d': [math.nan, 0.0, 0.0, 0.0, 0.0]}, 'not finite'),
        (UDACITY, {'d': [math.inf, 0.0, 0.0, 0.0, 0.0]}, 'not finite'),
        (UDACITY, {'k': [0.0] * 9}, 'not calibrated'),
        (UDACITY, {'k': [math.nan] * 9}, 'not calibrated'),
        (UDACITY, {'k': [1158.8, 3.0, 669.6, 0.0, 1154.1, 388.1, 0.0, 0.0, 1.0]}, 'skew'),
        (UDACITY, {'k': [1158.8, 0.0, 1669.6, 0.0, 1154.1, 388.1, 0.0, 0.0, 1.0]}, 'centre_px'),
        (UDACITY, {'width': 0}, 'size_px'),
        (UDACITY, {'roi': ROI}, 'its roi is set'),
        (UDACITY, {'binning_x': 2, 'binning_y': 2}, 'its binning is 2 x 2'),
    ],
)
def test_what_is_not_supported_is_refused_in_one_sentence(
    published: Published, changed: dict[str, Any], words: str
) -> None:
    with pytest.raises(InputError, match=words) as caught:
        lens_of_camera_info(camera_info(published, **changed), where='/front/camera_info')
    assert str(caught.value).startswith('/front/camera_info: ')
    assert '\n' not in str(caught.value)


def test_full_images_and_no_coefficients_are_accepted() -> None:
    plain = lens_of_camera_info(camera_info(UDACITY, distortion_model='', d=[]))
    assert plain.straight
    whole = camera_info(UDACITY, roi=WHOLE, binning_x=1, binning_y=1)
    assert lens_of_camera_info(whole) == lens_of_camera_info(camera_info(UDACITY))
    rectified = lens_of_camera_info(camera_info(TUM_VI), rectified=True)
    assert rectified.straight
    fisheye = lens_of_camera_info(camera_info(TUM_VI, distortion_model='fisheye'))
    assert fisheye == lens_of_camera_info(camera_info(TUM_VI))


def test_field_names_of_ros_1_are_read_too() -> None:
    fields = vars(camera_info(KINECT))
    upper = {n.upper() if n in ('d', 'k', 'r', 'p') else n: v for n, v in fields.items()}
    assert lens_of_camera_info(SimpleNamespace(**upper)) == lens_of_camera_info(
        camera_info(KINECT)
    )


@pytest.mark.parametrize('published', EVERY.values(), ids=EVERY)
def test_a_rig_file_gives_the_same_lens_as_the_camera(
    published: Published, tmp_path: Path
) -> None:
    model, size, (fx, fy, cx, cy), coefficients = published
    path = tmp_path / 'rig.yaml'
    path.write_text(
        f'cameras: {{front: {{size_px: {list(size)}, focal_px: [{fx}, {fy}], '
        f'centre_px: [{cx}, {cy}], lens_model: {model}, distortion: {list(coefficients)}, '
        'position_m: [1.0, 0.0, 1.2], rotation_deg: [0.0, 0.0, 0.0]}}'
    )
    assert load_rig(path).cameras[0].intrinsics == lens_of_camera_info(camera_info(published))


@pytest.mark.parametrize(
    'lens', ['lens_model: omni, distortion: [0, 0, 0, 0]', 'lens_model: equidistant']
)
def test_a_rig_file_with_another_model_or_none_is_refused(lens: str, tmp_path: Path) -> None:
    path = tmp_path / 'rig.yaml'
    path.write_text(
        'cameras: {front: {size_px: [640, 480], focal_px: [500, 500], '
        f'{lens}, position_m: [1, 0, 1], rotation_deg: [0, 0, 0]}}}}'
    )
    with pytest.raises(InputError, match=r'camera .front.: .*(supported are|coefficients)'):
        load_rig(path)


def test_a_view_of_a_data_sheet_fisheye_is_as_wide_as_it_says(tmp_path: Path) -> None:
    path = tmp_path / 'rig.yaml'
    path.write_text(
        'cameras: {front: {size_px: [640, 480], horizontal_fov_deg: 190, lens_model: equidistant, '
        'distortion: [0, 0, 0, 0], position_m: [1, 0, 1], rotation_deg: [0, 0, 0]}}'
    )
    lens = load_rig(path).cameras[0].intrinsics
    edge_rad = math.radians(95.0)
    (u, _), _ = project_optical(lens, [math.sin(edge_rad), 0.0, math.cos(edge_rad)])
    assert u == pytest.approx(639.5)
    assert lens.half_width_rad == pytest.approx(edge_rad)
