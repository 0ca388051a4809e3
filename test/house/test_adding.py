# SPDX-License-Identifier: Apache-2.0
"""The recipes of docs/adding hold: copies of the packages get one more of each."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

LEAST, MOST = 5, 30
DIVISION_LENS = """
import numpy as np

def seen_from(coefficients, directions):
    plane = directions[..., :2] / np.where(directions[..., 2:] > 0.0, directions[..., 2:], np.nan)
    square = (plane**2).sum(axis=-1, keepdims=True)
    k = coefficients[0]
    return 2.0 * plane / (1.0 + np.sqrt(1.0 - 4.0 * k * square))

def plane_from(coefficients, seen):
    square = (seen**2).sum(axis=-1, keepdims=True)
    return seen / (1.0 + coefficients[0] * square)
"""
USE_OF_LENS = """
from types import SimpleNamespace
import numpy as np
from wpt_core.geometry import project_optical, undistort
from wpt_core.sensing import lens_of_camera_info

info = SimpleNamespace(
    width=640, height=480, distortion_model='division', d=[-0.2],
    k=[400.0, 0.0, 320.0, 0.0, 400.0, 240.0, 0.0, 0.0, 1.0], p=[0.0] * 12, r=[0.0] * 9,
    binning_x=0, binning_y=0,
    roi=SimpleNamespace(x_offset=0, y_offset=0, width=0, height=0, do_rectify=False),
)
lens = lens_of_camera_info(info)
point = np.array([1.0, 0.5, 4.0])
pixel, _ = project_optical(lens, point)
assert 400.0 < pixel[0] < 420.0, pixel
back = undistort(lens, (pixel - (320.0, 240.0)) / 400.0)
assert np.allclose(back, point[:2] / point[2]), back
"""
NEW_TOPIC = """
NIGHT_VIEW = Topic(
    'night_view', 'sensor_msgs/msg/Image', Quality.SENSOR, ('visualizer',), 'a warm picture', 5.0
)
TOPICS = (*TOPICS, NIGHT_VIEW)
"""


def copied(root: Path, folder: Path, *names: str) -> Path:
    for name in names:
        shutil.copytree(root / name, folder / name, ignore=shutil.ignore_patterns('__pycache__'))
    return folder


def changed(file: Path, before: str, after: str) -> None:
    text = file.read_text()
    assert before in text
    file.write_text(text.replace(before, after, 1))


def python_in(folder: Path, *words: str) -> str:
    path = os.pathsep.join([str(folder), os.environ.get('PYTHONPATH', '')])
    answer = subprocess.run(
        [sys.executable, *words],
        capture_output=True,
        text=True,
        cwd=folder,
        env={**os.environ, 'PYTHONPATH': path},
    )
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


def test_pages_are_short(root: Path) -> None:
    pages = sorted((root / 'docs' / 'adding').glob('*.md'))
    things = {'arena', 'camera_model', 'simulator', 'teacher', 'topic'}
    assert things <= {page.stem for page in pages}
    for page in pages:
        assert LEAST <= len(page.read_text().splitlines()) <= MOST, page


def test_a_camera_model(root: Path, tmp_path: Path) -> None:
    geometry = copied(root, tmp_path, 'wpt_core') / 'wpt_core' / 'geometry'
    camera = tmp_path / 'wpt_core' / 'types' / 'camera.py'
    changed(camera, '    PLUMB_BOB = ', "    DIVISION = 'division'\n    PLUMB_BOB = ")
    changed(
        camera,
        '    LensModel.PLUMB_BOB: 5',
        '    LensModel.DIVISION: 1,\n    LensModel.PLUMB_BOB: 5',
    )
    (geometry / 'division_lens.py').write_text(DIVISION_LENS)
    table = geometry / 'lenses.py'
    changed(table, 'import fisheye_lens,', 'import division_lens, fisheye_lens,')
    line = 'Lens(division_lens.seen_from, division_lens.plane_from, math.tan, 150.0)'
    changed(
        table,
        '    LensModel.PLUMB_BOB:',
        f'    LensModel.DIVISION: {line},\n    LensModel.PLUMB_BOB:',
    )
    python_in(tmp_path, '-c', USE_OF_LENS)


@pytest.mark.ros
def test_a_topic(root: Path, tmp_path: Path) -> None:
    copied(root, tmp_path, 'wpt_core', 'wpt_ros')
    (tmp_path / 'docs').mkdir()
    page = tmp_path / 'docs' / 'topics.md'
    shutil.copy(root / 'docs' / 'topics.md', page)
    with (tmp_path / 'wpt_ros' / 'topics.py').open('a') as file:
        file.write(NEW_TOPIC)
    python_in(tmp_path, '-m', 'wpt_ros.reference', '--write')
    assert '| `night_view` | `sensor_msgs/msg/Image` |' in page.read_text()
