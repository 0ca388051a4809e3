# SPDX-License-Identifier: Apache-2.0
"""Summary of a folder, compared with episodes made by hand."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from training.episodes.episode import LANE_AHEAD_M, About, EpisodeWriter, Labels
from training.episodes.foreign import ConversionReport, Cut
from training.episodes.summary import summarise, write_summary
from wpt_core.bags import BagWriter
from wpt_core.sensing import surround_rig
from wpt_core.types import Command, EgoState, InputError, Pose2, Rig, plan_times_s

RADIUS_M = 50.0
SETS = 10


def two_views() -> Rig:
    return Rig(surround_rig().cameras[:2])


def write_episode(path: Path, *, speed_mps: float, offset_m: float, lanes: bool = True) -> None:
    """Two seconds on a circle to the left, beside the centre of a lane 3 m wide.

    Half of the sets lack the second view and are to change to the left.
    """
    ahead_m = LANE_AHEAD_M
    centre = ahead_m**2 / (2.0 * RADIUS_M) - offset_m
    borders = [np.column_stack([ahead_m, centre + half]) for half in (1.5, -1.5)]
    plan = np.zeros((20, 6))
    labels = Labels(plan, 0.03, np.stack(borders, axis=1) if lanes else None)
    image = np.zeros((128, 256, 3), np.uint8)
    front, left = two_views().names
    with EpisodeWriter(path, two_views(), About('proving_ground', 'expert', 0.2)) as episode:
        for number in range(SETS):
            stamp_s = 1.0 + 0.2 * number
            second = number >= SETS // 2
            images = {front: image} if second else {front: image, left: image}
            episode.views(stamp_s, images, Command.CHANGE_LEFT if second else Command.KEEP)
            if number < 8:
                episode.labels(stamp_s, labels, plan_times_s())
        for number in range(41):
            rate = speed_mps / RADIUS_M
            stamp_s = 1.0 + 0.05 * number
            place = Pose2(0.0, 0.0, 0.0)
            episode.odometry(EgoState(stamp_s, place, speed_mps, 0.0, rate, 1.0 / RADIUS_M))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_episode(tmp_path / 'a', speed_mps=8.0, offset_m=0.4)
    write_episode(tmp_path / 'b', speed_mps=12.0, offset_m=-0.2)
    write_episode(tmp_path / 'c', speed_mps=0.5, offset_m=0.0, lanes=False)
    return tmp_path


def test_everything_is_counted(folder: Path) -> None:
    found = summarise(folder)
    assert (found.episodes, found.sets, found.labelled) == (3, 30, 24)
    assert found.duration_s == pytest.approx(6.0)
    assert found.kinds == {'expert in proving_ground': 3}
    assert found.commands[Command.KEEP] == found.commands[Command.CHANGE_LEFT] == 15
    assert found.commands[Command.STRAIGHT] == 0
    front, left = two_views().names
    assert found.missing == {front: 0.0, left: pytest.approx(0.5)}
    assert '3 episodes, 0.00 h, 30 sets of views, 24 of them' in found.headline
    assert found.unreadable == ()


def test_motion_and_lanes_are_measured(folder: Path) -> None:
    found = summarise(folder)
    np.testing.assert_allclose(np.unique(found.speeds_mps), [0.5, 8.0, 12.0])
    # The slow episode is too slow for a curvature.
    np.testing.assert_allclose(found.driven_1pm, np.full(82, 1.0 / RADIUS_M))
    np.testing.assert_allclose(found.label_1pm, 0.03)
    np.testing.assert_allclose(found.offsets_m, [0.4, 0.4, -0.2, -0.2], atol=1e-6)


def test_cuts_are_listed_and_what_is_no_episode_is_named(folder: Path) -> None:
    cuts = (Cut(3.0, 'no image of front for 1.10 s'), Cut(9.5, 'odometry jumps by 7.0 m'))
    ConversionReport('monday', 20.0, (), cuts, ('front',), {}, ()).write(folder)
    with BagWriter(folder / 'other') as bag:
        bag.add_topic('/imu', 'sensor_msgs/msg/Imu')
    (folder / 'b' / 'b_0.mcap').write_bytes(b'rubbish')
    found = summarise(folder)
    assert found.episodes == 2
    assert found.sets == 20
    assert all(
        str(folder / name) in text
        for name, text in zip(['b', 'other'], found.unreadable, strict=True)
    )
    assert [cut.reason for _, cut in found.cuts] == [cut.reason for cut in cuts]
    write_summary(found, folder)
    text = (folder / 'summary.md').read_text(encoding='utf-8')
    assert '- monday at 9.50 s: odometry jumps by 7.0 m' in text
    assert '## Cuts (2)' in text
    assert '/imu' not in text
    assert 'other is a bag but no episode' in text


def test_pages_are_written(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / 'pages'
    write_summary(summarise(folder), out)
    image = cv2.imread(str(out / 'summary.png'))
    assert image is not None
    assert image.shape[1] > 1000
    # Something is drawn in the colour of the bars.
    assert np.all(np.abs(image.astype(int) - [180, 111, 31]) < 4, axis=2).sum() > 10_000
    text = (out / 'summary.md').read_text(encoding='utf-8')
    assert '| speed [m/s] | 0.5 | 0.5 | 8.0 | 12.0 | 12.0 |' in text
    assert '| change_left | 15 | 50.0% |' in text


@pytest.mark.parametrize('content', ['{}', '[]', 'no json', '{"cuts": [{"at_s": 1}]}'])
def test_a_damaged_report_is_named(folder: Path, content: str) -> None:
    (folder / 'monday.conversion.json').write_text(content)
    with pytest.raises(InputError, match=r'monday\.conversion\.json is no report'):
        summarise(folder)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match='no complete episode'):
        summarise(tmp_path)
