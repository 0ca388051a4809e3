# SPDX-License-Identifier: Apache-2.0
"""Panels, captions, contact sheets and the bird's-eye view."""

import numpy as np

from wpt_core.drawing import caption, contact_sheet, panel
from wpt_core.geometry import Path as Polyline
from wpt_core.sensing import surround_rig
from wpt_core.types import CameraFrame, EgoState, Pose2
from wpt_sim.films import BirdEye
from wpt_sim.road import CrossSection, Lane, Marking, Pattern, Road
from wpt_sim.scene import Actor, Kind, Scene, Size

EGO_SIZE = Size(4.6, 1.85, 1.5)


def _road() -> Road:
    section = CrossSection(
        lanes=(Lane(-1.75, 3.5, True), Lane(1.75, 3.5, False)),
        markings=(Marking(-3.4, 0.15, Pattern.SOLID), Marking(0.0, 0.15, Pattern.DASHED)),
        right_edge_m=-4.0,
        left_edge_m=4.0,
    )
    line = np.stack([np.arange(0.0, 201.0), np.zeros(201)], axis=-1)
    return Road(Polyline.from_points(line), section, 20.0)


def _scene(*actors: Actor) -> Scene:
    return Scene(0.0, EgoState(0.0, Pose2(100.0, -1.75, 0.0), 10.0, 0.0, 0.0, 0.0), actors)


def _draw(*actors: Actor, trail_m: np.ndarray | None = None) -> np.ndarray:
    view = BirdEye(side_px=360, span_m=72.0)  # five pixels a metre
    return view.draw(
        _scene(*actors), _road(), ego_size=EGO_SIZE, ego_centre_m=1.4, trail_m=trail_m
    )


def test_the_car_stands_where_the_drawing_says() -> None:
    image = _draw()
    row = round(360 * 0.7 - 1.4 * 5)
    blue = image[row, 180].astype(int)
    assert blue[2] > blue[0] + 100


def test_an_actor_ahead_is_drawn_ahead_and_left_is_left() -> None:
    truck = Actor(1, Kind.TRUCK, Pose2(120.0, 1.75, 0.0), Size(8.0, 2.5, 3.5), (0.0, 0.0))
    changed = np.argwhere((_draw(truck) != _draw()).any(axis=-1))
    centre = changed.mean(axis=0)
    np.testing.assert_allclose(centre, [360 * 0.7 - 20 * 5, 180 - 3.5 * 5], atol=1.0)
    extent = np.ptp(changed, axis=0)
    np.testing.assert_allclose(extent, [40.0, 12.5], atol=2.5)


def test_solid_lines_are_unbroken_and_dashed_lines_are_not() -> None:
    image = _draw().astype(int)
    solid = image[:, round(180 + (3.4 - 1.75) * 5)]
    dashed = image[:, round(180 - 1.75 * 5)]
    bright = [(column.min(axis=-1) > 150).mean() for column in (solid, dashed)]
    assert bright[0] > 0.95
    assert 0.2 < bright[1] < 0.5


def test_the_trail_is_drawn_behind_the_car() -> None:
    trail = np.stack([np.linspace(80.0, 100.0, 41), np.full(41, -1.75)], axis=-1)
    changed = np.argwhere((_draw(trail_m=trail) != _draw()).any(axis=-1))
    assert changed[:, 0].min() >= 360 * 0.7 - 5
    assert len(changed) > 150


def _frames(value: int) -> list[CameraFrame]:
    return [
        CameraFrame(name, 0.0, np.full((128, 256, 3), value + 20 * index, dtype=np.uint8))
        for index, name in enumerate(surround_rig().names)
    ]


def test_panel_seats_cameras_as_the_driver_would() -> None:
    above = np.full((384, 384, 3), 7, dtype=np.uint8)
    image = panel(surround_rig(), _frames(100), above)
    assert image.shape == (384, 3 * 384 + 384, 3)
    middles = [image[150, 192], image[150, 576], image[150, 960]]
    assert [int(m[0]) for m in middles] == [120, 100, 140]  # front left, front, front right
    below = [image[342, 192], image[342, 576], image[342, 960]]
    assert [int(m[0]) for m in below] == [160, 200, 180]  # back left, back, back right
    assert int(image[200, 1400, 0]) == 7


def test_a_camera_without_an_image_keeps_its_place() -> None:
    above = np.zeros((384, 384, 3), dtype=np.uint8)
    image = panel(surround_rig(), _frames(100)[1:], above)
    assert image.shape == (384, 1536, 3)
    assert int(image[150, 576].max()) < 40
    assert int(image[150, 192, 0]) == 120


def test_a_caption_adds_a_strip_and_leaves_the_image_alone() -> None:
    picture = np.full((100, 300, 3), 90, dtype=np.uint8)
    image = caption(picture, 'lane_centre/right_curve_80m  3.4 s')
    np.testing.assert_array_equal(image[:100], picture)
    assert image.shape[0] > 110
    assert image[100:].max() > 200


def test_a_contact_sheet_holds_every_image_in_reading_order() -> None:
    images = [np.full((10, 20, 3), 50 * n, dtype=np.uint8) for n in range(1, 6)]
    sheet = contact_sheet(images, columns=2, gap_px=2)
    assert sheet.shape == (3 * 12 + 2, 2 * 22 + 2, 3)
    assert int(sheet[2, 2, 0]) == 50
    assert int(sheet[2, 24, 0]) == 100
    assert int(sheet[26, 2, 0]) == 250
    assert int(sheet[26, 24, 0]) < 40
