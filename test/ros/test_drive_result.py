# SPDX-License-Identifier: Apache-2.0
"""What a drive prints in the end: all that matters, and never a wall of text."""

import json
from pathlib import Path

import pytest

pytest.importorskip('wpt_msgs', reason='wpt_msgs cannot be imported; ./wpt test brings it')

from wpt_core.safety import GateState
from wpt_core.sensing import surround_rig
from wpt_ros.drives.desk import Watched
from wpt_ros.drives.result import DriveResult, summed_up


def result_of(seen: Watched, folder: Path) -> DriveResult:
    return summed_up(seen, folder, ended='the end', deaths=(), bag=None, rig=surround_rig())


def test_each_thing_that_was_found_has_its_line(tmp_path: Path) -> None:
    seen = Watched(
        states=[(3.5, GateState.ENGAGED), (4.0, GateState.DEGRADED), (4.6, GateState.DISENGAGED)],
        planner_notices=['no road ahead'],
    )
    result = result_of(seen, tmp_path)
    assert not result.passed
    at = result.lines.index('gate               4.00 s: DEGRADED')
    assert result.lines[at + 1] == '                   4.60 s: DISENGAGED'
    assert 'alerts             nothing' in result.lines
    assert 'planner            no road ahead' in result.lines


def test_of_many_notices_the_first_are_printed_and_all_are_kept(tmp_path: Path) -> None:
    notices = [f'no. {number}' for number in range(12)]
    lines = result_of(Watched(planner_notices=notices), tmp_path).lines
    assert sum('no. ' in line for line in lines) == 5
    assert '                   and 7 more, in result.json' in lines
    assert json.loads((tmp_path / 'result.json').read_text())['planner'] == notices
