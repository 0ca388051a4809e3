# SPDX-License-Identifier: Apache-2.0
"""Plans in an image: position, opacity and clipping."""

import numpy as np
import pytest

from wpt_core.drawing import PlanColour, PlanStyle, draw_plan, enlarged
from wpt_core.drawing.ground_canvas import GroundCanvas, clip
from wpt_core.geometry import BASE_FROM_OPTICAL_AXES, rotation_from_rpy, transform
from wpt_core.types import Camera, InputError, Intrinsics, Plan, plan_times_s

LENS = Intrinsics(320, 200, 200.0, 200.0, 159.5, 60.0)
GREY = np.full((200, 320, 3), 100, np.uint8)


def camera(*, yaw_deg: float = 0.0, height_m: float = 1.5, lens: Intrinsics = LENS) -> Camera:
    rotation = rotation_from_rpy(0.0, 0.0, np.radians(yaw_deg)) @ BASE_FROM_OPTICAL_AXES
    return Camera('front', lens, transform(rotation, np.array([0.0, 0.0, height_m])))


def plan(
    *curvatures_1pm: float, odds: tuple[float, ...] = (1.0,), speed_mps: float = 10.0
) -> Plan:
    """Circles at one speed."""
    times_s = plan_times_s()
    turn = np.array(curvatures_1pm)[:, None] + 1e-9
    yaws_rad = turn * speed_mps * times_s
    positions_m = np.stack([np.sin(yaws_rad), 1.0 - np.cos(yaws_rad)], axis=-1) / turn[..., None]
    flat = np.zeros_like(yaws_rad)
    return Plan(
        stamp_s=0.0,
        times_s=times_s,
        positions_m=positions_m,
        speeds_mps=flat + speed_mps,
        accelerations_mps2=flat,
        yaws_rad=yaws_rad,
        yaw_rates_radps=flat + turn * speed_mps,
        position_scales_m=np.ones_like(positions_m),
        probabilities=np.array(odds),
    )


def touched(image: np.ndarray) -> np.ndarray:
    return (image != GREY).any(axis=-1)


def test_the_ribbon_is_as_wide_as_the_car_at_each_distance() -> None:
    drawn = touched(draw_plan(GREY, camera(), plan(0.0), style=PlanStyle(width_m=2.0)))
    for distance_m in (3.0, 5.0, 12.0):
        row = round(60.0 + 200.0 * 1.5 / distance_m)
        columns = np.flatnonzero(drawn[row])
        depth_m = 200.0 * 1.5 / (row - 60.0)
        assert np.ptp(columns) == pytest.approx(200.0 * 2.0 / depth_m, abs=2.5)
        assert columns.mean() == pytest.approx(159.5, abs=0.6)
    assert not drawn[:60].any()  # nothing above the horizon


def test_left_is_left() -> None:
    drawn = touched(draw_plan(GREY, camera(), plan(0.05)))
    assert np.flatnonzero(drawn[90]).mean() < 130
    assert np.flatnonzero(drawn[90]).mean() == pytest.approx(159.5 - 200 * 2.5 / 10.0, abs=8)


def test_the_image_given_is_not_drawn_on() -> None:
    image = GREY.copy()
    assert touched(draw_plan(image, camera(), plan(0.0))).any()
    np.testing.assert_array_equal(image, GREY)


def test_what_reaches_behind_the_camera_is_cut_and_not_lost() -> None:
    canvas = GroundCanvas(GREY, camera())
    patch_m = np.array([[-5.0, 1.0], [20.0, 1.0], [20.0, -1.0], [-5.0, -1.0]])
    canvas.patches([(patch_m, np.array([255.0, 0.0, 0.0]), 1.0)])
    np.testing.assert_array_equal(canvas.image[78:, 160], np.full((122, 3), (255, 0, 0)))
    assert np.ptp(np.flatnonzero(touched(canvas.image)[160])) == pytest.approx(400 / 3, abs=2.5)


def test_a_plan_behind_the_camera_is_not_in_the_image() -> None:
    assert not touched(draw_plan(GREY, camera(yaw_deg=180.0), plan(0.0))).any()


def test_a_plan_that_comes_back_from_behind_is_seen_where_it_is_ahead() -> None:
    """A whole circle of 12.7 m radius, seen by a camera that looks to the left."""
    drawn = touched(draw_plan(GREY, camera(yaw_deg=90.0), plan(2 * np.pi / 80.0, speed_mps=8.0)))
    far = 60.0 + 200.0 * 1.5 / (2 * 80.0 / (2 * np.pi))
    rows = np.flatnonzero(drawn[:, 160])
    assert rows.min() == pytest.approx(far, abs=3)


def test_no_seams_show_between_the_tiles() -> None:
    style = PlanStyle(width_m=2.0, until_s=0.999)  # no rungs
    column = draw_plan(GREY, camera(), plan(0.0), style=style)[:, 160].astype(int)
    inside = column[100:195]
    assert np.abs(np.diff(inside, axis=0)).max() <= 2


def test_less_probable_hypotheses_are_fainter() -> None:
    three = plan(0.0, 0.05, -0.05, odds=(0.5, 0.4, 0.1))
    image = draw_plan(GREY, camera(), three).astype(int)
    alone = draw_plan(GREY, camera(), plan(0.0)).astype(int)
    added = (image - alone)[..., 0]
    left, right = added[80:120, :140].max(), added[80:120, 180:].max()
    assert left > 3 * right > 0


@pytest.mark.parametrize('colour', list(PlanColour))
def test_colour_tells_speed_or_time(colour: PlanColour) -> None:
    style = PlanStyle(colour=colour)
    slow, fast = (
        draw_plan(GREY, camera(), plan(0.0, speed_mps=speed_mps), style=style)[150, 159]
        for speed_mps in (2.0, 36.0)
    )
    reddish = [int(pixel[0]) - int(pixel[2]) for pixel in (slow, fast)]
    if colour is PlanColour.SPEED:
        assert reddish[0] > 50 > -50 > reddish[1]
    else:
        assert max(reddish) < -30  # soon, in both


def test_truth_is_a_line_of_its_own_colour() -> None:
    truth_m = np.array([[0.0, -2.0], [60.0, -2.0]])
    image = draw_plan(GREY, camera(), plan(0.0), truth_m=truth_m).astype(int)
    column = round(159.5 + 200.0 * 2.0 / 7.5)
    pixel = image[100, column - 2 : column + 3].max(axis=0)
    assert pixel[0] - pixel[1] > 100


def test_a_car_that_stands_draws_nothing_wild() -> None:
    image = draw_plan(GREY, camera(), plan(0.0, speed_mps=0.0))
    assert touched(image).mean() < 0.02


def test_lines_bend_with_the_lens() -> None:
    bent = Intrinsics(320, 200, 200.0, 200.0, 159.5, 60.0, (-0.3, 0.05, 0.0, 0.0, 0.0))
    canvas = GroundCanvas(GREY, camera(lens=bent))
    canvas.lines([np.array([[5.0, 4.0], [5.0, -4.0]])], (255, 255, 255), opacity=1.0)
    rows = [np.flatnonzero(touched(canvas.image)[:, column]).mean() for column in (40, 160, 279)]
    assert rows[0] == pytest.approx(rows[2], abs=0.6)
    assert rows[1] - rows[0] > 3.0


def test_clipping_by_hand() -> None:
    square = np.array([[0.0, 1.0, -0.7], [0.0, 1.0, 1.3], [2.0, 1.0, 1.3], [2.0, 1.0, -0.7]])
    expected = [[0.0, 1.0, 0.3], [0.0, 1.0, 1.3], [2.0, 1.0, 1.3], [2.0, 1.0, 0.3]]
    np.testing.assert_allclose(clip(square), expected)
    np.testing.assert_allclose(clip(np.add(square, (0, 0, 2))), np.add(square, (0, 0, 2)))
    assert clip(np.add(square, (0, 0, -5))).shape == (0, 3)


def test_an_image_of_another_camera_is_refused() -> None:
    with pytest.raises(InputError, match=r"\(200, 320, 3\), as camera 'front'"):
        draw_plan(GREY[:100], camera(), plan(0.0))


@pytest.mark.parametrize('scale', [1.0, 2.4, 3.0])
def test_an_enlarged_camera_sees_the_same_with_more_pixels(scale: float) -> None:
    larger = enlarged(camera(), scale).intrinsics
    assert (larger.width_px, larger.height_px) == (round(320 * scale), round(200 * scale))
    # Pixel centres lie at whole numbers: the left edge of the image is at -0.5.
    for ray in (-0.7, 0.0, 0.6):
        before_px = LENS.fx_px * ray + LENS.cx_px
        after_px = larger.fx_px * ray + larger.cx_px
        assert after_px + 0.5 == pytest.approx(scale * (before_px + 0.5))
