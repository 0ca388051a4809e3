# SPDX-License-Identifier: Apache-2.0
"""The tables of nodes and topics: parameters are known to their nodes, topics have both ends."""

import re
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest

pytest.importorskip('wpt_msgs', reason='wpt_msgs cannot be imported; ./wpt test brings it')

from wpt_core.types import InputError
from wpt_ros import topics
from wpt_ros.graph import NODES, CommonParameters, NodeSpec, on_car, on_recording
from wpt_ros.parameters import config_of
from wpt_ros.processes import command_line
from wpt_ros.proving_ground import ScenarioChoice, on_proving_ground
from wpt_ros.qos import type_of

COMMON = CommonParameters()
OPTIONAL = ('ackermann_msgs', 'autoware_control_msgs', 'tf2_msgs')
TASKS = {
    'car': on_car(COMMON),
    'proving ground': on_proving_ground(COMMON, ScenarioChoice()),
    'recording': on_recording(COMMON),
}


@pytest.mark.parametrize('task', TASKS)
def test_every_parameter_is_known_to_its_node(task: str) -> None:
    for spec in TASKS[task]:
        module = import_module(f'wpt_ros.nodes.{spec.name}')
        config_of(getattr(module, f'{spec.name.title()}Config'), spec.parameters, who=spec.name)


def test_the_car_of_the_proving_ground_is_driven_by_the_same_nodes() -> None:
    names = [spec.name for spec in TASKS['proving ground']]
    assert names == ['world', *(spec.name for spec in TASKS['car'])]


def test_the_delay_is_that_of_the_drive() -> None:
    delays = {seed: ScenarioChoice(seed=seed).calibrated_delay_s for seed in (0, 1)}
    assert delays[0] != delays[1]
    for spec in on_proving_ground(COMMON, ScenarioChoice(seed=1)):
        if 'steering_delay_s' in spec.parameters:
            assert spec.parameters['steering_delay_s'] == delays[1]


def test_a_scenario_that_is_not_there_is_told() -> None:
    with pytest.raises(InputError, match='scenario: unknown name'):
        on_proving_ground(COMMON, ScenarioChoice(scenario='nowhere'))
    with pytest.raises(InputError, match='compressed'):
        on_proving_ground(replace(COMMON, compressed=True), ScenarioChoice())


@pytest.mark.parametrize('name', NODES)
def test_every_node_has_its_executable(name: str, root: Path) -> None:
    assert callable(import_module(f'wpt_ros.nodes.{name}').main)
    listed = re.search(r'^NODES = (\[.*\])$', (root / 'setup.py').read_text(), re.M)
    assert listed is not None
    assert repr(name) in listed[1]


@pytest.mark.parametrize('topic', topics.TOPICS, ids=lambda topic: topic.name)
def test_every_type_is_there_or_optional(topic: topics.Topic) -> None:
    package = topic.type_name.partition('/')[0]
    if package in OPTIONAL:
        pytest.importorskip(package, reason=f'{package} is optional, and not in the wheels')
    assert type_of(topic.type_name).__name__ == topic.type_name.rpartition('/')[2]
    assert set(topic.publishers) <= {*NODES, 'car'}


def test_topics_of_our_own_are_advertised_where_the_table_says(root: Path) -> None:
    """Nodes and their parts advertise exactly what the table lists for them."""
    parts = {'world': ('transforms',)}
    for name in NODES:
        files = [f'nodes/{name}.py', *(f'parts/{part}.py' for part in parts.get(name, ()))]
        source = ''.join((root / 'wpt_ros' / file).read_text() for file in files)
        advertised = set(re.findall(r'advertise\(\s*topics\.(\w+)', source))
        table = {
            word
            for word, topic in vars(topics).items()
            if isinstance(topic, topics.Topic) and name in topic.publishers
        }
        general = {'DIAGNOSTICS', 'ACKERMANN', 'AUTOWARE'}
        played = {'IMAGE', 'COMPRESSED', 'CAMERA_INFO', 'ODOMETRY', 'DRIVING_COMMAND'}
        free = general | (played if name in ('player', 'world') else set())
        assert advertised - free == table - free, name


def test_a_command_line_carries_every_parameter() -> None:
    spec = NodeSpec('gate', '', {'a': True, 'b': 1.5, 'c': 'x y', 'd': ('p', 'q')})
    words = command_line(spec, namespace='/here/', log_level='warn')
    assert words[1:4] == ['-m', 'wpt_ros.executables', 'gate']
    assert [word for word in words if ':=' in word] == [
        'a:=true',
        'b:=1.5',
        'c:="x y"',
        'd:=["p", "q"]',
        '__ns:=/here',
    ]
    assert words[-2:] == ['--log-level', 'warn']
