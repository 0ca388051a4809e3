# SPDX-License-Identifier: Apache-2.0
"""`wpt replay` with real nodes on a short recorded drive, and what it says when it cannot."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest

pytest.importorskip('wpt_msgs', reason='wpt_msgs cannot be imported; ./wpt test brings it')

from node_harness import Probe
from own_domain import quiet_domain
from planner_harness import small_student
from recorded_drive import EPOCH_S, copy_drive, record_drive

from wpt_core.bags import BagWriter
from wpt_core.sensing import load_rig, surround_rig
from wpt_core.types import Camera
from wpt_ros import topics
from wpt_ros.cli import main

PICTURES_S, SECONDS = 4.6, 6.5
PICTURES = 46
PINK_BGR = (176, 64, 255)
MAPPING = """\
cameras:
  nose:
    image: /nose/rgb
    camera_info: /nose/lens
    position_m: [1.70, 0.00, 1.45]
    rotation_deg: [0.0, 3.0, 0.0]
odometry: /where
actuator_delay_s: 0.3
"""
OTHER_NAMES = {
    '/front/image_raw': '/nose/rgb',
    '/front/camera_info': '/nose/lens',
    '/odometry': '/where',
}


def long_lens(camera: Camera) -> Camera:
    """The camera ahead is not quite the one of the rig."""
    if camera.name != 'front':
        return camera
    lens = camera.intrinsics
    return replace(camera, intrinsics=replace(lens, fx_px=lens.fx_px + 9, fy_px=lens.fy_px + 9))


@pytest.fixture(autouse=True, scope='module')
def domain() -> Iterator[None]:
    with quiet_domain():
        yield


@pytest.fixture(scope='module')
def bag(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp('tapes') / 'monday'
    record_drive(path, pictures_s=PICTURES_S, seconds=SECONDS, lens=long_lens)
    return path


@pytest.fixture(scope='module')
def student(tmp_path_factory: pytest.TempPathFactory) -> str:
    return small_student(tmp_path_factory.mktemp('student') / 'small')


def replayed(runs: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, '-m', 'wpt_ros.cli', 'replay', '--out', str(runs), *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)


def folder_of(runs: Path, answer: subprocess.CompletedProcess[str]) -> Path:
    """Of the one replay, which went well."""
    assert answer.returncode == 0, answer.stderr
    assert 'Traceback' not in answer.stderr
    (folder,) = (runs / 'replay').iterdir()
    assert f'report: {folder / "report.md"}' in answer.stdout
    return folder


def result_of(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / 'result.json').read_text()))


def frames_of(video: Path) -> int:
    with av.open(str(video)) as container:
        return sum(1 for _ in container.decode(video=0))


@pytest.mark.slow
def test_a_recorded_drive_becomes_a_report(bag: Path, student: str, tmp_path: Path) -> None:
    folder = folder_of(tmp_path, replayed(tmp_path, str(bag), '--model', student))
    assert folder.name.endswith('-monday')
    result = result_of(folder)
    assert result['anchor_pictures'] == PICTURES
    assert result['plans'] == PICTURES - result['anchor_pictures_not_planned_on']
    assert result['plans'] > 0.5 * PICTURES  # all but a few, on a machine that is not overloaded
    assert set(result['cameras_used_percent']) == set(surround_rig().names)
    whole = result['agreement']['all']
    assert whole['horizons_s'] == [1.0, 2.0, 3.0]
    # Plans up to 3.45 s after the start know the next 3 s: pictures at 0.0, 0.1, ... 3.4 s.
    assert 0.5 * 35 < whole['moments'] <= 35
    assert 0.0 < whole['l2_at_m'][0] < whole['l2_at_m'][2] < 60.0
    assert whole['l2_mean_up_to_m'][2] < whole['l2_at_m'][2]
    assert result['pictures_to_plan_wall_ms']['p50'] > 0.0
    assert frames_of(folder / 'overlay.mp4') == PICTURES
    for name in ('timeline.png', 'worst_1.png'):
        assert cv2.imread(str(folder / name)) is not None
    away = np.abs(cv2.imread(str(folder / 'worst_1.png')).astype(int) - PINK_BGR).max(axis=-1)
    assert np.count_nonzero(away < 30) > 50  # the path that was driven
    text = (folder / 'report.md').read_text()
    for words in ('# Replay of monday', '![worst_1.png]', 'say little about driving', student):
        assert words in text, words
    lens = load_rig(folder / 'rig.yaml').cameras[0].intrinsics
    assert lens == long_lens(surround_rig().cameras[0]).intrinsics


@pytest.mark.slow
def test_without_a_name_the_newest_drive_is_replayed_raw_pictures_too(
    bag: Path, student: str, tmp_path: Path
) -> None:
    stop_ns = round((EPOCH_S + 3.52) * 1e9)
    drive = tmp_path / 'drive' / 'today' / 'bag'
    copy_drive(bag, drive, raw=True, left_out=['/labels/plan'], stop_ns=stop_ns)
    folder = folder_of(tmp_path, replayed(tmp_path, '--model', student, '--rate', '0.7'))
    assert folder.name.endswith('-today')
    result = result_of(folder)
    assert result['anchor_pictures'] == 36
    assert result['plans'] > 18
    assert result['rate'] == 0.7
    assert result['agreement']['all']['moments'] <= 6  # up to 0.5 s know the next 3 s
    assert frames_of(folder / 'overlay.mp4') == 36


@pytest.mark.slow
def test_a_recording_with_other_names_is_converted_first(
    bag: Path, student: str, tmp_path: Path
) -> None:
    foreign = copy_drive(bag, tmp_path / 'elsewhere', raw=True, renamed=OTHER_NAMES)
    mapping = tmp_path / 'map.yaml'
    mapping.write_text(MAPPING)
    words = (str(foreign), '--mapping', str(mapping), '--model', student)
    folder = folder_of(tmp_path, replayed(tmp_path, *words))
    result = result_of(folder)
    assert [one['name'] for one in result['recordings']] == ['elsewhere_000']
    assert result['anchor_pictures'] == 23  # at 5 Hz
    assert result['plans'] > 11
    assert any('elsewhere' in line for line in result['conversion'])
    used = result['cameras_used_percent']
    assert used['front'] == 100.0
    assert used['back'] == 0.0
    mapping.write_text(MAPPING.replace('/nose/rgb', '/mouth/rgb'))
    answer = replayed(tmp_path / 'again', *words)
    assert answer.returncode == 2
    assert '/mouth/rgb' in answer.stderr
    assert len(answer.stderr.strip().splitlines()) == 1
    assert list((tmp_path / 'again' / 'replay').iterdir()) == []


@pytest.mark.slow
def test_interrupted_it_takes_its_nodes_along(bag: Path, student: str, tmp_path: Path) -> None:
    words = ['replay', str(bag), '--model', student, '--rate', '0.01', '--out', str(tmp_path)]
    # A shell starts what is to run in the background deaf to SIGINT, and children inherit that.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    process = subprocess.Popen(
        [sys.executable, '-m', 'wpt_ros.cli', *words], stderr=subprocess.PIPE, text=True
    )
    signal.signal(signal.SIGINT, before)
    with Probe('/') as probe:
        plans = probe.collect(topics.PLAN)
        probe.until(lambda: plans, 'a plan')
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
        assert (process.returncode, said) == (130, '')
        probe.until(
            lambda: probe.node.count_publishers(topics.PLAN.name) == 0, 'no planner any more'
        )


@pytest.mark.slow
def test_a_student_that_is_not_there_is_said(bag: Path, tmp_path: Path) -> None:
    answer = replayed(tmp_path, str(bag), '--model', str(tmp_path / 'nobody'))
    assert answer.returncode == 2
    last = answer.stderr.strip().splitlines()[-1]
    assert last.startswith('wpt: the planner refuses to start: ')
    assert 'nobody' in last
    assert 'Traceback' not in answer.stderr


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """The one sentence."""
    assert main(['replay', *words]) == 2
    said = capsys.readouterr()
    assert said.out == ''
    (line,) = said.err.strip().splitlines()
    return line


def test_what_a_recording_lacks_is_said_before_anything_starts(
    bag: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    runs = ('--out', str(tmp_path / 'runs'))
    still = copy_drive(bag, tmp_path / 'still', left_out=['/odometry'])
    assert 'no odometry (nav_msgs/msg/Odometry) on /odometry' in refused(capsys, str(still), *runs)
    pictures = [f'/{name}/image_raw/compressed' for name in surround_rig().names]
    blind = copy_drive(bag, tmp_path / 'blind', left_out=pictures)
    line = refused(capsys, str(blind), *runs)
    assert 'no pictures of a camera of the rig (front, ' in line
    assert 'it has no pictures' in line
    odd = copy_drive(bag, tmp_path / 'odd', raw=True, renamed={'/front/image_raw': '/eye'})
    only = copy_drive(
        odd, tmp_path / 'only', left_out=[p.removesuffix('/compressed') for p in pictures]
    )
    assert 'its pictures are on /eye; give the rig' in refused(capsys, str(only), *runs)
    brief = copy_drive(bag, tmp_path / 'brief', stop_ns=round((EPOCH_S + 0.97) * 1e9))
    line = refused(capsys, str(brief), *runs)
    assert 'too short; expected a picture of front with 1 s of odometry after it' in line
    assert 'got 0.95 s' in line
    with BagWriter(tmp_path / 'empty') as writer:
        writer.add_topic('/odometry', 'nav_msgs/msg/Odometry')
    assert 'no pictures' in refused(capsys, str(tmp_path / 'empty'), *runs)
    assert not (tmp_path / 'runs').exists()


def test_a_wish_that_makes_no_sense_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    runs = ('--out', str(tmp_path))
    assert 'no recording of a drive' in refused(capsys, *runs)
    assert 'nowhere' in refused(capsys, str(tmp_path / 'nowhere'), *runs)
    for rate in ('0', '-1', 'nan', 'inf'):
        assert '--rate must be between 0.01 and 100' in refused(capsys, f'--rate={rate}')
    assert '--mapping needs the recording' in refused(capsys, '--mapping', 'map.yaml')
    assert '--rig cannot be given with --mapping' in refused(
        capsys, 'bag', '--mapping', 'map.yaml', '--rig', 'rig.yaml'
    )
    assert 'no_rig.yaml' in refused(capsys, 'bag', '--rig', str(tmp_path / 'no_rig.yaml'))
