# SPDX-License-Identifier: Apache-2.0
"""`wpt world`, as a user types it."""

from pathlib import Path

import cv2
import pytest

from wpt_ros.cli import main
from wpt_sim.suites import SUITES

SMALL_RIG = """
cameras:
  front:
    size_px: [64, 32]
    horizontal_fov_deg: 70
    position_m: [1.7, 0.0, 1.4]
    rotation_deg: [0, 3, 0]
"""


def _world(*words: str) -> int:
    return main(['world', *words])


def test_list_names_every_scenario(capsys: pytest.CaptureFixture[str]) -> None:
    assert _world('--list') == 0
    said = capsys.readouterr().out
    for suite in SUITES:
        for scenario in suite.scenarios:
            assert scenario.name in said
            assert scenario.summary in said


def test_the_documentation_says_what_the_code_asks(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _world('--markdown') == 0
    assert capsys.readouterr().out == (root / 'docs' / 'suites.md').read_text()
    readme = (root / 'README.md').read_text()
    for suite in SUITES:
        assert f'| `{suite.name}` | {len(suite.scenarios)} | {suite.rule} |' in readme


def test_a_drive_leaves_video_sheet_curves_and_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rig = tmp_path / 'rig.yaml'
    rig.write_text(SMALL_RIG)
    drive = ('--scenario', 'straight_25_left', '--rig', str(rig), '--out', str(tmp_path / 'out'))
    assert _world(*drive) == 0
    said = capsys.readouterr().out
    assert '1 of 1 passed' in said
    folder = tmp_path / 'out' / 'lane_centre-expert-seed0'
    names = sorted(path.name for path in folder.iterdir())
    assert names == [
        'straight_25_left-curves.png',
        'straight_25_left-sheet.png',
        'straight_25_left.mp4',
        'table.txt',
    ]
    video = cv2.VideoCapture(str(folder / 'straight_25_left.mp4'))
    assert video.get(cv2.CAP_PROP_FRAME_COUNT) == 161  # 16 s at 10 Hz, both ends included
    sheet = cv2.imread(str(folder / 'straight_25_left-sheet.png'))
    assert sheet.shape[0] > 4 * 192
    assert sheet.std() > 10.0
    assert '1 of 1 passed' in (folder / 'table.txt').read_text()


def test_several_seeds_are_summed_up(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ('--suite', 'routes', '--scenario', 'tight_left', 'tight_left', '--driver', 'straight')
    rig = tmp_path / 'rig.yaml'
    rig.write_text(SMALL_RIG)
    out = tmp_path / 'out'
    assert _world(*words, '--seed', '3', '4', '--rig', str(rig), '--out', str(out)) == 0
    said = capsys.readouterr().out
    assert 'straight on routes, 2 seeds' in said
    assert 'passed of 1: 0, 0; mean 0 [0, 0]' in said
    assert sorted(path.name for path in out.iterdir()) == [
        'routes-straight-seed3',
        'routes-straight-seed4',
    ]


def test_failed_drives_are_in_the_table_and_filmed_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _world('--driver', 'straight', '--films', '0', '--out', str(tmp_path)) == 0
    said = capsys.readouterr().out
    assert said.count('FAILED') > 24 - 8
    assert [path.name for path in (tmp_path / 'lane_centre-straight-seed0').iterdir()] == [
        'table.txt'
    ]


@pytest.mark.parametrize(
    ('words', 'named'),
    [
        (['--suite', 'nix'], ["'nix'", 'lane_centre', 'lane_change', 'routes']),
        (['--scenario', 'nix'], ["'nix'", 'bend_060_left']),
        (['--driver', 'nix'], ["'nix'", 'expert', 'straight', 'constant_velocity']),
        (['--seed', '-1'], ['seed', '-1', '2147483647']),
        (['--seed', '2147483648'], ['seed', '2147483648']),
        (['--seed', 'x'], ['seed', "'x'"]),
        (['--films', '-2'], ['--films', '-2']),
        (['--rig', 'none.yaml'], ['none.yaml', 'cannot read']),
        (['--nix'], ['--nix']),
    ],
)
def test_a_wish_that_cannot_be_granted_gets_one_sentence_and_writes_nothing(
    words: list[str],
    named: list[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    try:
        code = _world(*words)
    except SystemExit as stop:  # argparse leaves this way
        code = int(stop.code or 0)
    said = capsys.readouterr()
    assert code == 2
    assert said.out == ''
    assert len(said.err.strip().splitlines()) == 1
    for word in named:
        assert word in said.err
    assert list(tmp_path.iterdir()) == []


def test_an_output_folder_that_cannot_be_made_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / 'file').write_text('')
    assert _world('--out', str(tmp_path / 'file')) == 2
    said = capsys.readouterr().err
    assert '--out' in said
    assert 'cannot write there' in said
    assert len(said.strip().splitlines()) == 1


def test_a_bad_rig_is_named_before_anything_is_driven(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rig = tmp_path / 'rig.yaml'
    rig.write_text(SMALL_RIG.replace('horizontal_fov_deg: 70', 'focal_px: [0, 0]'))
    assert _world('--rig', str(rig), '--out', str(tmp_path / 'out')) == 2
    said = capsys.readouterr()
    assert "camera 'front'" in said.err
    assert 'focal_px' in said.err
    assert not (tmp_path / 'out').exists()
