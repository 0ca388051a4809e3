# SPDX-License-Identifier: Apache-2.0
"""Tables in the documentation are those of the code."""

from pathlib import Path

import pytest

from wpt_core.safety import TRANSITIONS
from wpt_core.types import InputError
from wpt_ros import topics
from wpt_ros.architecture import PACKAGES, node_diagram, package_diagram, subscriptions
from wpt_ros.reference import TABLES, generated_pages

PAGE = 'before\n<!-- made from the code: {} -->\nstone age\n<!-- end -->\nafter\n'


def test_the_documentation_is_up_to_date(root: Path) -> None:
    pytest.importorskip('wpt_msgs', reason='the parameters of nodes need ROS; ./wpt test has it')
    assert TABLES.outdated(generated_pages(root)) == [], 'python -m wpt_ros.reference --write'


def test_only_the_table_is_renewed() -> None:
    page = TABLES.renewed(PAGE.format('gate_states'))
    assert page.startswith('before\n<!-- made from the code: gate_states -->\n')
    assert page.endswith('<!-- end -->\nafter\n')
    assert 'stone age' not in page
    assert page.count('\n| ') == 2 + len(TRANSITIONS)
    assert TABLES.renewed(page) == page


def test_every_setting_has_its_sentence() -> None:
    rows = TABLES.renewed(PAGE.format('gate_settings')).splitlines()
    (row,) = [line for line in rows if line.startswith('| `late_s` | 0.3 | ')]
    assert row.endswith(' below 0.1 s a 20 Hz source would be late by jitter. |')


def test_a_parameter_has_its_range_and_its_words() -> None:
    page = TABLES.renewed(PAGE.format('parameters'))
    assert '| `threads` | `1` | 1 to 64 | CPU threads of PyTorch. |' in page
    assert '| `output` | `none` | none, ackermann, autoware | ' in page


def test_a_table_that_is_not_there_is_told() -> None:
    with pytest.raises(InputError, match='expected one of gate_states'):
        TABLES.renewed(PAGE.format('nothing'))


def test_the_diagrams_follow_imports_and_topics(tmp_path: Path) -> None:
    for package in PACKAGES:
        (tmp_path / package / 'low').mkdir(parents=True)
        (tmp_path / package / 'low' / 'a.py').write_text('import os\nfrom types import NoneType\n')
    high = tmp_path / 'wpt_sim' / 'high.py'
    high.write_text('from wpt_sim.low import a\n\ndef lazy():\n    import wpt_core.low.a\n')
    diagram = package_diagram(tmp_path)
    assert 'wpt_sim0["high"]\n        wpt_sim1["low"]\n        wpt_sim0 --> wpt_sim1' in diagram
    assert 'wpt_sim --> wpt_core' in diagram
    assert 'training -->' not in diagram
    (tmp_path / 'wpt_sim' / 'low' / 'b.py').write_text('from wpt_sim import high\n')
    with pytest.raises(ValueError, match='import cycle'):
        package_diagram(tmp_path)


def test_the_nodes_are_connected_by_their_topics() -> None:
    diagram = node_diagram()
    assert 'planner -->|"plan"| controller' in diagram
    assert 'controller -->|"controller/command"| gate' in diagram
    assert 'gate -->|"gate/command"| actuator' in diagram
    assert subscriptions('gate') == {
        topics.WANTED,
        topics.ODOMETRY,
        topics.DRIVER_STEERS,
        topics.DRIVER_TORQUE,
    }
