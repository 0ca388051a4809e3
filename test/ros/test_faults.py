# SPDX-License-Identifier: Apache-2.0
"""What is to go wrong is read as written, and refused in one sentence."""

import pytest

from wpt_core.types import InputError
from wpt_ros.drives.faults import Fault, Kind, parse_faults, silences

CAMERAS = ('front', 'back')


def test_faults_come_in_order_of_time() -> None:
    text = 'planner=kill@10s, camera:back=dead@5,controller=hang@2.5s+0.5s,commands=flood@7s'
    assert parse_faults(text, CAMERAS) == (
        Fault('controller', Kind.HANG, 2.5, 0.5),
        Fault('back', Kind.DEAD, 5.0),
        Fault('commands', Kind.FLOOD, 7.0),
        Fault('planner', Kind.KILL, 10.0),
    )
    assert parse_faults('', CAMERAS) == ()


def test_the_world_is_told_who_falls_silent() -> None:
    faults = parse_faults('cameras=dead@3,odometry=dead@4.5s,gate=kill@1', CAMERAS)
    assert silences(faults) == ('cameras@3', 'odometry@4.5')


@pytest.mark.parametrize(
    ('text', 'sentence'),
    [
        ('planner', "cannot read 'planner'"),
        ('planner=dies@3', "cannot read 'planner=dies@3'"),
        ('planner=kill@-3', 'cannot read'),
        ('planner=dead@3', 'dead can befall cameras, odometry, camera:front, camera:back'),
        ('camera:left=dead@3', 'dead can befall'),
        ('world=kill@3', 'kill can befall planner, controller, gate, visualizer'),
        ('camera:front=flood@3', 'flood can befall commands'),
        ('front=garbage@3', 'garbage can befall camera:front, camera:back'),
    ],
)
def test_what_cannot_be_is_told(text: str, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        parse_faults(text, CAMERAS)
