# SPDX-License-Identifier: Apache-2.0
"""What is to go wrong is read as written, and refused in one sentence."""

import math

import pytest

from wpt_core.types import InputError
from wpt_ros.drives.fault_option import parse_faults, process_faults, world_faults
from wpt_ros.parts.faults import Fault, Kind

CAMERAS = ('front', 'back')


def test_faults_come_in_order_of_time() -> None:
    text = 'planner=kill@10s, camera:back=dead@5,controller=hang@2.5s+0.5s,commands=flood@7s'
    assert parse_faults(text, CAMERAS) == (
        Fault('controller', Kind.HANG, 2.5, 0.5),
        Fault('back', Kind.DEAD, 5.0, math.inf),
        Fault('commands', Kind.FLOOD, 7.0, 2.0),
        Fault('planner', Kind.KILL, 10.0, 2.0),
    )
    assert parse_faults('', CAMERAS) == ()


def test_a_word_of_names_means_all_cameras_that_have_it_and_a_whole_name_just_that_one() -> None:
    cameras = ('front', 'front_left', 'back_left', 'leftover')
    assert parse_faults('camera:left=dead@5s', cameras) == (
        Fault('front_left', Kind.DEAD, 5.0, math.inf),
        Fault('back_left', Kind.DEAD, 5.0, math.inf),
    )
    (fault,) = parse_faults('camera:front=freeze@5s+1s', cameras)
    assert fault == Fault('front', Kind.FREEZE, 5.0, 1.0)


def test_the_world_gets_its_own_faults_and_others_see_to_the_rest() -> None:
    text = 'cameras=dead@3,odometry=zero@4.5s,camera:back=freeze@2+1,gate=kill@1,clock=stop@7'
    faults = parse_faults(text, CAMERAS)
    told = ('back=freeze@2+1', 'cameras=dead@3', 'odometry=zero@4.5', 'clock=stop@7+2')
    assert world_faults(faults) == told
    assert process_faults(faults) == [Fault('gate', Kind.KILL, 1.0, 2.0)]
    assert world_faults(()) == ()


@pytest.mark.parametrize(
    ('text', 'duration_s'),
    [
        ('odometry=zero@5s', math.inf),
        ('odometry=freeze@5s', math.inf),
        ('odometry=scale@5s', math.inf),
        ('odometry=second@5s', 2.0),
        ('clock=stop@5s', 2.0),
        ('clock=jump@5s', math.inf),
        ('commands=impostor@5s', 2.0),
        ('odometry=zero@5s+3s', 3.0),
    ],
)
def test_a_fault_lasts_until_the_end_or_2_s_unless_it_is_given(
    text: str, duration_s: float
) -> None:
    (fault,) = parse_faults(text, CAMERAS)
    assert (fault.at_s, fault.duration_s) == (5.0, duration_s)
    assert Fault.of(str(fault)) == fault


@pytest.mark.parametrize(
    ('text', 'sentence'),
    [
        ('planner', "cannot read 'planner'"),
        ('planner=dies@3', "cannot read 'planner=dies@3'"),
        ('planner=kill@-3', 'cannot read'),
        ('planner=dead@3', 'dead needs one of cameras, odometry, camera:front, camera:back'),
        ('camera:left=dead@3', 'dead needs one of'),
        ('world=kill@3', 'kill needs one of planner, controller, gate, visualizer'),
        ('camera:front=flood@3', 'flood needs one of commands'),
        ('cameras=freeze@3', 'freeze needs one of odometry, camera:front, camera:back'),
        ('clock=freeze@3', 'freeze needs one of odometry'),
        ('controller=impostor@3', 'impostor needs one of commands'),
        ('front=garbage@3', 'garbage needs one of camera:front, camera:back'),
    ],
)
def test_what_cannot_be_is_told(text: str, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        parse_faults(text, CAMERAS)
