# SPDX-License-Identifier: Apache-2.0
"""The report of a replay: every figure where it belongs, and counts that add up."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip('wpt_msgs', reason='wpt_msgs cannot be imported; ./wpt test brings it')

from drive_samples import circles
from driven_samples import driven_circle

from wpt_core.sensing import surround_rig
from wpt_core.types import Action, Command
from wpt_ros.replays.comparison import PlanSample, PublishedPlan, compare_plans
from wpt_ros.replays.figures import draw_timeline
from wpt_ros.replays.listener import Received
from wpt_ros.replays.report import ReplaySettings, figures_of, report
from wpt_ros.replays.run import ReplayedBag
from wpt_ros.replays.source import Source

HOW = ReplaySettings('models/mine', 0.5, ('cut at 3.1 s',))
SHIFT_M = np.array([0.0, 0.6])


def played(name: str, *, plans: int = 20, pictures: int = 25) -> ReplayedBag:
    """A straight drive of 8 s at 10 Hz, planned 0.6 m too far to the left."""
    stamps_ns = tuple(round((100.0 + 0.1 * k) * 1e9) for k in range(pictures))
    rig = surround_rig()
    source = Source(
        bag=Path('bags') / name,
        name=name,
        rig=rig,
        camera=rig.cameras[0],
        compressed=True,
        anchors_ns=stamps_ns,
        driven=driven_circle(0.0, seconds=8.0),
        commands=((100.0, Command.KEEP), (101.0, Command.CHANGE_LEFT)),
        seconds=8.0,
        notices=('torn at the end',),
    )
    straight = circles(0.0)
    beside = replace(straight, positions_m=straight.positions_m + SHIFT_M)
    received = Received(
        plans=[
            PublishedPlan(ns, replace(beside, stamp_s=ns * 1e-9), Action(0.01, 0.0), 0.3)
            for ns in stamps_ns[:plans]
        ],
        answers_s=[(ns * 1e-9, 0.001 * (k + 1)) for k, ns in enumerate(stamps_ns[:plans])],
        latencies_s=[0.01] * plans,
        cameras={'front': plans, 'back': plans // 4},
        notices={'The road is wet.': 3},
        dropped=2,
        deaths=['planner ended with signal SIGKILL'],
    )
    return ReplayedBag(source, received)


def moments_of(*ones: ReplayedBag) -> list[PlanSample]:
    return [
        sample
        for index, one in enumerate(ones)
        for sample in compare_plans(
            one.received.plans,
            one.source.driven,
            [one.source.command_at(published.plan.stamp_s) for published in one.received.plans],
            source=index,
        )
    ]


def test_figures_are_those_of_all_recordings() -> None:
    ones = played('monday'), played('tuesday', plans=10, pictures=10)
    figures = figures_of(ones, moments_of(*ones), HOW)
    assert (figures['plans'], figures['anchor_pictures']) == (30, 35)
    assert figures['anchor_pictures_not_planned_on'] == 5
    assert [one['not_planned_on'] for one in figures['recordings']] == [5, 0]
    assert figures['dropped'] == 4
    assert figures['cameras_used_percent'] == {'front': 100.0, 'back': 23.3}
    assert figures['notices'] == {'The road is wet.': 6}
    whole = figures['agreement']['all']
    assert whole['moments'] == 30
    assert whole['horizons_s'] == [1.0, 2.0, 3.0]
    assert whole['l2_at_m'] == whole['l2_mean_up_to_m'] == [0.6, 0.6, 0.6]
    assert whole['mae_m'] == 0.3
    # The change is asked for from 1.0 s on, and 10 plans come before it in either recording.
    counts = {name: row['moments'] for name, row in figures['agreement'].items()}
    assert counts == {'all': 30, 'keep': 20, 'change_left': 10}
    assert figures['status_latency_ms'] == {'p50': 10.0, 'p95': 10.0, 'p99': 10.0}
    assert figures['pictures_to_plan_wall_ms']['p50'] == 8.0
    assert json.loads(json.dumps(figures)) == figures


def test_a_command_holds_for_a_second() -> None:
    source = played('monday').source
    said = [source.command_at(at_s) for at_s in (99.9, 100.0, 100.99, 101.0, 102.0, 102.1)]
    left, keep = Command.CHANGE_LEFT, Command.KEEP
    assert said == [keep, keep, keep, left, left, keep]


def test_the_report_says_it_all_and_what_it_does_not_mean() -> None:
    one = played('monday')
    text = report(figures_of([one], moments_of(one), HOW), pictures=['a.png'], videos=['b.mp4'])
    for words in (
        '# Replay of monday',
        'Student: `models/mine`. ReplayedBag at 0.5 times real time.',
        '| all | 20 | 0.60 m | 0.60 m | 0.60 m | 0.60 m | 0.60 m | 0.60 m | 0.30 m |',
        '| change_left | 10 |',
        '**These figures say little about driving.**',
        '| monday | 8 s | 20 | 5 of 25 (front) |',
        'p50 10.5 ms, p95 19.1 ms, p99 19.8 ms',
        'The planner let 2 pictures',
        '**5 of 25 pictures of the anchor were not planned on:**',
        'Play slower: --rate 0.25.',
        'front 100 %, back 25 %',
        '- cut at 3.1 s',
        '- monday: torn at the end',
        '- planner ended with signal SIGKILL',
        '- The road is wet. (3 times)',
        '![a.png](a.png)',
        '[b.mp4](b.mp4)',
    ):
        assert words in text, words


def test_who_keeps_up_is_not_told_to_play_slower() -> None:
    one = played('monday', plans=24)
    figures = figures_of([one], moments_of(one), HOW)
    assert figures['anchor_pictures_not_planned_on'] == 1
    assert 'slower' not in report(figures, pictures=[], videos=[])


def test_without_any_future_the_report_says_so() -> None:
    one = played('monday')
    short = replace(one.source, driven=driven_circle(0.0, seconds=0.5))
    alone = ReplayedBag(short, one.received)
    figures = figures_of([alone], moments_of(alone), HOW)
    assert figures['agreement'] == {}
    assert 'nothing to compare' in report(figures, pictures=[], videos=[])


def test_the_timeline_is_a_picture_also_where_nothing_is_known(tmp_path: Path) -> None:
    one = played('monday')
    draw_timeline(tmp_path / 'all.png', one, moments_of(one), at_s=2.0)
    blind = ReplayedBag(replace(one.source, driven=driven_circle(0.0, seconds=0.5)), one.received)
    draw_timeline(tmp_path / 'none.png', blind, moments_of(blind), at_s=2.0)
    for name in ('all.png', 'none.png'):
        assert (tmp_path / name).read_bytes().startswith(b'\x89PNG')
    assert (tmp_path / 'all.png').read_bytes() != (tmp_path / 'none.png').read_bytes()
