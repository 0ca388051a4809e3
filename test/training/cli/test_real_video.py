# SPDX-License-Identifier: Apache-2.0
"""A student looks at a video: synthetic ones for the rules, a real freeway for the rig file."""

import csv
import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
import torch

from training.cli.watch import DriveConditions, Step, annotated, main, over_video
from wpt_core.geometry import project
from wpt_core.model import Student, preset
from wpt_core.model.artifact import save_artifact
from wpt_core.model.manifest import Origin
from wpt_core.sensing import ViewWarper, load_rig, surround_rig
from wpt_core.types import (
    Action,
    Camera,
    CameraFrame,
    Command,
    InputError,
    Intrinsics,
    Plan,
    Rig,
    plan_times_s,
)
from wpt_sim.films import VideoWriter

RIG = """
cameras:
  middle:
    size_px: [320, 180]
    horizontal_fov_deg: 66.0
    position_m: [1.6, 0.0, 1.3]
    rotation_deg: [0.0, 2.0, 0.0]
"""
VIEWS = surround_rig()


@pytest.fixture
def rig_file(tmp_path: Path) -> Path:
    path = tmp_path / 'rig.yaml'
    path.write_text(RIG, encoding='utf-8')
    return path


@pytest.fixture
def camera(rig_file: Path) -> Camera:
    return load_rig(rig_file).cameras[0]


def straight_on(speed_mps: float) -> Plan:
    times_s = plan_times_s()
    zeros = np.zeros((1, len(times_s)))
    ahead_m = np.stack([speed_mps * times_s, 0.0 * times_s], axis=-1)[None]
    return Plan(
        stamp_s=0.0,
        times_s=times_s,
        positions_m=ahead_m,
        speeds_mps=zeros + speed_mps,
        accelerations_mps2=zeros,
        yaws_rad=zeros,
        yaw_rates_radps=zeros,
        position_scales_m=np.ones_like(ahead_m),
        probabilities=np.ones(1),
    )


class Listener:
    """Planner double that records its inputs."""

    def __init__(self) -> None:
        self.asked: list[SimpleNamespace] = []

    def plan(self, frames: list[CameraFrame], **told: object) -> SimpleNamespace:
        self.asked.append(SimpleNamespace(frames=frames, **told))
        alive = np.array([name in {f.camera for f in frames} for name in VIEWS.names])
        return SimpleNamespace(plan=straight_on(20.0), action=Action(0.01, 0.5), alive=alive)


def pictures(camera: Camera, count: int = 3) -> list[tuple[float, np.ndarray]]:
    lens = camera.intrinsics
    shape = (lens.height_px, lens.width_px, 3)
    return [(0.04 * n, np.full(shape, 60 + n, np.uint8)) for n in range(count)]


def steps(camera: Camera, listener: Listener) -> list[Step]:
    warper = ViewWarper(Rig((camera,)), VIEWS)
    drive = DriveConditions(speed_mps=27.0, command=Command.CHANGE_LEFT, delay_s=0.3)
    asked = over_video(listener, pictures(camera), warper, camera=camera, views=VIEWS, drive=drive)
    return list(asked)


def test_the_planner_gets_the_living_views_and_what_the_drive_says(camera: Camera) -> None:
    listener = Listener()
    done = steps(camera, listener)
    assert [step.time_s for step in done] == [0.0, 0.04, 0.08]
    second = listener.asked[1]
    assert (second.stamp_s, second.speed_mps, second.delay_s) == (0.04, 27.0, 0.3)
    assert second.command is Command.CHANGE_LEFT
    (frame,) = second.frames
    assert (frame.camera, frame.stamp_s) == ('front', 0.04)
    assert set(np.unique(frame.image)) == {0, 61}
    np.testing.assert_array_equal(frame.image, done[1].views[0])


def test_a_picture_shows_plan_view_and_figures(camera: Camera) -> None:
    step = steps(camera, Listener())[0]
    picture = annotated(step, camera)
    assert picture.shape[0] > 180
    assert picture.shape[1] == 320
    assert (picture[170, 160] != 60).any()  # the ribbon
    assert (picture[12, 12:118] == 255).all()  # the rim of the view
    assert (picture[180:] > 200).any()  # letters
    assert (step.image == 60).all()


def test_a_camera_that_sees_too_little_is_refused_with_the_share(camera: Camera) -> None:
    lens = replace(camera.intrinsics, fx_px=600.0, fy_px=600.0)
    narrow = Camera('narrow', lens, camera.base_from_camera)
    with pytest.raises(InputError, match=r"'narrow' sees \d+% of view 'front'"):
        steps(narrow, Listener())


@pytest.mark.parametrize(('speed_mps', 'delay_s'), [(-1.0, 0.2), (300.0, 0.2), (20.0, -0.1)])
def test_a_drive_that_cannot_be_is_refused(speed_mps: float, delay_s: float) -> None:
    with pytest.raises(InputError, match='speed_mps must be'):
        DriveConditions(speed_mps, delay_s=delay_s)


@pytest.fixture(scope='module')
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A student that has learned nothing."""
    folder = tmp_path_factory.mktemp('models') / 'debug'
    torch.manual_seed(0)
    student = Student(preset('debug')).eval()
    save_artifact(folder, student, VIEWS, origin=Origin('a command', 'a commit'))
    return folder


def test_from_a_video_to_film_table_and_sheet(
    tmp_path: Path, rig_file: Path, camera: Camera, model: Path
) -> None:
    with VideoWriter(tmp_path / 'road.mp4', rate_hz=20) as video:
        for _, image in pictures(camera, count=5):
            video.add(image)
    words = [str(tmp_path / 'road.mp4'), '--rig', str(rig_file), '--model', str(model)]
    main([*words, '--speed-mps', '20', '--out', str(tmp_path / 'out')])
    with (tmp_path / 'out' / 'curvature.csv').open(encoding='utf-8') as file:
        rows = list(csv.DictReader(file))
    assert [float(row['time_s']) for row in rows] == pytest.approx([0.0, 0.05, 0.1, 0.15, 0.2])
    assert all(0.0 < float(row['probability']) <= 1.0 for row in rows)
    film = cv2.VideoCapture(str(tmp_path / 'out' / 'overlay.mp4'))
    assert film.get(cv2.CAP_PROP_FRAME_COUNT) == 5
    assert film.get(cv2.CAP_PROP_FPS) == pytest.approx(20.0)
    assert film.get(cv2.CAP_PROP_FRAME_WIDTH) == 320
    assert cv2.imread(str(tmp_path / 'out' / 'sheet.png')).shape[1] > 2 * 640


@pytest.mark.parametrize('content', [None, b'no video at all'])
def test_what_is_no_video_is_refused(
    tmp_path: Path, rig_file: Path, model: Path, content: bytes | None
) -> None:
    path = tmp_path / 'road.mp4'
    if content is not None:
        path.write_bytes(content)
    words = [str(path), '--rig', str(rig_file), '--model', str(model), '--speed-mps', '20']
    with pytest.raises(InputError, match=r'road\.mp4: cannot be opened as a video'):
        main([*words, '--out', str(tmp_path / 'out')])
    assert not (tmp_path / 'out').exists()


def test_a_camera_that_sees_too_little_leaves_no_folder(
    tmp_path: Path, rig_file: Path, camera: Camera, model: Path
) -> None:
    with VideoWriter(tmp_path / 'road.mp4', rate_hz=20) as video:
        for _, image in pictures(camera, count=2):
            video.add(image)
    words = [str(tmp_path / 'road.mp4'), '--rig', str(rig_file), '--model', str(model)]
    words += ['--speed-mps', '20', '--least-share', '1.0']
    with pytest.raises(InputError, match='lower --least-share'):
        main([*words, '--out', str(tmp_path / 'out')])
    assert not (tmp_path / 'out').exists()


@pytest.fixture(scope='module')
def freeway(recordings: Path) -> Path:
    return recordings / 'udacity_carnd'


def clip(freeway: Path) -> Iterator[np.ndarray]:
    """The pictures of the freeway, RGB."""
    reader = cv2.VideoCapture(str(freeway / 'test_videos' / 'solidWhiteRight.mp4'))
    while (grabbed := reader.read())[0]:
        yield cv2.cvtColor(grabbed[1], cv2.COLOR_BGR2RGB)


def udacity(root: Path) -> Camera:
    return load_rig(root / 'config' / 'udacity_front.yaml').cameras[0]


def test_the_freeway_rig_is_a_cut_out_of_the_camera_with_the_chessboards(
    root: Path, freeway: Path
) -> None:
    """Frame 13 and a still of the whole sensor have the same time: warped, the same view."""
    small = udacity(root)
    known = json.loads((freeway / 'adv_lane_lines/derived_camera_info_1280x720.json').read_text())
    (fx, _, cx), (_, fy, cy), _ = known['K']
    lens = Intrinsics(1280, 720, fx, fy, cx, cy, tuple(known['D_plumb_bob']))
    whole = Camera('whole', lens, small.base_from_camera)
    still = cv2.imread(str(freeway / 'adv_lane_lines/test_images/straight_lines2.jpg'))
    still = cv2.cvtColor(still, cv2.COLOR_BGR2RGB)

    def view(of: Camera, image: np.ndarray) -> np.ndarray:
        warper = ViewWarper(Rig((of,)), Rig(VIEWS.cameras[:1]), least_share=0.3)
        return warper.warp([CameraFrame(of.name, 0.0, image)])[0][0]

    def alike(a: np.ndarray, b: np.ndarray) -> float:
        """Correlation of high frequencies; the images were processed differently."""
        both = cv2.erode((a.any(axis=-1) & b.any(axis=-1)).astype(np.uint8), np.ones((9, 9)))
        greys = [cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(np.float32) for image in (a, b)]
        sharp = [(grey - cv2.GaussianBlur(grey, (0, 0), 2.0))[both > 0] for grey in greys]
        return float(np.corrcoef(sharp)[0, 1])

    frame, expected = next(islice(clip(freeway), 13, None)), view(whole, still)
    right = alike(view(small, frame), expected)
    zoomed = replace(small.intrinsics, fx_px=1.03 * 1122.7, fy_px=1.03 * 1118.2)
    wrong = alike(view(Camera('zoomed', zoomed, small.base_from_camera), frame), expected)
    assert right > 0.95
    assert wrong < 0.9


def test_the_freeway_rig_sees_a_lane_of_twelve_feet_straight_ahead(
    root: Path, freeway: Path
) -> None:
    """On the ground as the rig has it, both lines run along x, 3.66 m from each other."""
    camera = udacity(root)
    x_m, y_m = np.linspace(7.0, 22.0, 60), np.linspace(-3.2, 3.2, 641)
    ground = np.stack([*np.meshgrid(x_m, y_m, indexing='ij'), np.zeros((60, 641))], axis=-1)
    pixels, _ = project(camera, ground)
    u, v = np.moveaxis(pixels.astype(np.float32), -1, 0)
    widths_m, slopes = [], []
    for frame in islice(clip(freeway), 0, None, 4):
        above = cv2.remap(frame[..., 0], u, v, cv2.INTER_LINEAR).astype(np.float32)
        above -= cv2.blur(above, (81, 1))
        sides = [(y_m > 0.8) & (y_m < 3.0), (y_m < -0.8) & (y_m > -3.0)]
        lines = [_line(x_m, y_m[side], above[:, side]) for side in sides]
        if all(line is not None for line in lines):
            (left_slope, left_m), (right_slope, right_m) = lines
            widths_m.append(left_m - right_m)
            slopes += [left_slope, right_slope]
    assert len(widths_m) > 30
    assert np.median(widths_m) == pytest.approx(3.66, abs=0.1)
    assert np.median(slopes) == pytest.approx(0.0, abs=0.005)


def _line(x_m: np.ndarray, y_m: np.ndarray, above: np.ndarray) -> tuple[float, float] | None:
    """Slope, and y at 12 m, of the brightest ridge; None if too little of it is painted."""
    bright = above.max(axis=1) > 25.0
    if bright.sum() < 12:
        return None
    ridge_m = y_m[above.argmax(axis=1)]
    near = bright & (np.abs(ridge_m - np.median(ridge_m[bright])) < 0.4)
    slope, offset = np.polyfit(x_m[near] - 12.0, ridge_m[near], 1)
    return float(slope), float(offset)
