# SPDX-License-Identifier: Apache-2.0
"""What a drive prints in the end: all that matters, and never a wall of text."""

import json
from pathlib import Path

import pytest

pytest.importorskip('wpt_msgs', reason='wpt_msgs cannot be imported; ./wpt test brings it')

from wpt_core.sensing import surround_rig
from wpt_ros.drives.monitor import SILENT, DriveStats
from wpt_ros.drives.result import DriveResult, EndReason, write_result
from wpt_ros.qos import type_of

CUT = EndReason('stopped after 3 s as requested', requested=True)


def result_of(stats: DriveStats, folder: Path, ended: EndReason | None = None) -> DriveResult:
    ended = ended or EndReason('the end')
    return write_result(stats, folder, ended=ended, deaths=(), bag=None, rig=surround_rig())


def test_each_thing_that_was_found_has_its_line(tmp_path: Path) -> None:
    stats = DriveStats(
        states=[(3.5, 'ENGAGED'), (4.0, 'DEGRADED'), (4.6, SILENT)],
        planner_notices=['no road ahead'],
    )
    result = result_of(stats, tmp_path)
    assert not result.good
    at = result.lines.index('gate interventions 4.00 s: DEGRADED')
    assert result.lines[at + 1] == 'gate silences      4.60 s: gate silent'
    assert 'alerts             none' in result.lines
    assert 'planner            no road ahead' in result.lines


def test_of_many_notices_the_first_are_printed_and_all_are_kept(tmp_path: Path) -> None:
    notices = [f'no. {number}' for number in range(12)]
    lines = result_of(DriveStats(planner_notices=notices), tmp_path).lines
    assert sum('no. ' in line for line in lines) == 5
    assert '                   and 7 more, in result.json' in lines
    assert json.loads((tmp_path / 'result.json').read_text())['planner'] == notices


def test_a_drive_cut_short_as_requested_is_good_unless_somebody_had_to_take_over(
    tmp_path: Path,
) -> None:
    progress = type_of('wpt_msgs/msg/DriveProgress')(scenario='a/b', time_s=3.0)
    sound = [(0.0, 'ENGAGED'), (1.0, 'DEGRADED'), (1.2, 'ENGAGED')]
    result = result_of(DriveStats(progress=progress, states=sound), tmp_path, CUT)
    assert result.good
    headline = 'cut short, not judged: a/b, seed 0: stopped after 3 s as requested'
    assert result.lines[1] == headline
    assert not result_of(DriveStats(progress=progress, states=sound), tmp_path).good
    for stats in (
        DriveStats(progress=progress, states=[*sound, (2.0, 'FAULT')]),
        DriveStats(progress=progress, states=[*sound, (2.0, SILENT)]),
        DriveStats(progress=progress, states=sound, taken_over=True),
    ):
        result = result_of(stats, tmp_path, CUT)
        assert not result.good
        assert result.lines[1].startswith('NOT passed')


def test_a_start_outside_the_lane_is_no_departure_and_is_said(tmp_path: Path) -> None:
    lines = result_of(DriveStats(began_outside=True), tmp_path).lines
    assert 'lane departures    0, after a start outside the lane' in lines
    assert 'lane departures    0' in result_of(DriveStats(), tmp_path).lines
