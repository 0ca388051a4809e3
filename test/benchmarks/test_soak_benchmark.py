# SPDX-License-Identifier: Apache-2.0
"""The soak: what it draws, and the words it ends with."""

from itertools import islice

import pytest

pytest.importorskip('wpt_msgs', reason='wpt_msgs cannot be imported; ./wpt test brings it')

from benchmarks.soak import FAULTS, Driven, Wish, drawn, table
from wpt_core.sensing import surround_rig
from wpt_ros.drives.fault_option import parse_faults


def test_every_second_drive_has_a_fault_and_each_fault_comes_up() -> None:
    wishes = list(islice(drawn(0), 2 * len(FAULTS)))
    assert not any(wish.faults for wish in wishes[::2])
    kinds = [wish.faults.partition('@')[0] for wish in wishes[1::2]]
    assert kinds == [fault.partition('@')[0] for fault in FAULTS]
    assert wishes == list(islice(drawn(0), len(wishes)))
    assert wishes != list(islice(drawn(1), len(wishes)))


def test_what_it_draws_can_be_asked_for() -> None:
    for wish in islice(drawn(0), 2 * len(FAULTS)):
        assert len(parse_faults(wish.faults, surround_rig().names)) == bool(wish.faults)


def test_what_must_not_be_is_named_with_its_drive() -> None:
    result = {'passed': True, 'distance_m': 1500.0, 'seconds': 90.0, 'gate_interventions': []}
    handed = result | {'passed': False, 'gate_interventions': ['4.00 s: DEGRADED']}
    drives = [
        Driven(Wish('routes', 'a', 1, ''), result, ()),
        Driven(Wish('routes', 'b', 2, ''), handed, ()),
        Driven(Wish('routes', 'c', 3, 'gate=kill@1s'), handed, ('visualizer died',)),
    ]
    lines = table(drives).splitlines()
    assert lines[0] == 'drives                        3, 1 with a fault'
    assert lines[1] == 'driven                        4.5 km in 4.5 min of their own time'
    assert lines[2] == 'passed, without a fault       1 of 2'
    assert lines[3] == 'interventions without a fault 1 drives'
    assert lines[-2:] == [
        '  routes/b, seed 2 : 4.00 s: DEGRADED',
        '  routes/c, seed 3 gate=kill@1s: visualizer died',
    ]
